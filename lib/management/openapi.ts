/** The OpenAPI 3.1 document, produced from the endpoints that answer: it cannot say anything that they do not do. */
import * as z from 'zod'
import { permissions } from '#lib/identity/rules/permissions.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import { problemDocument } from '#lib/management/problem.ts'
import { apiPrefix } from '#lib/management/rules/route-match.ts'

type Json = Record<string, unknown>

export function openApiDocument(
  endpoints: readonly Endpoint[],
  options: { readonly url: string; readonly version: string },
): Json {
  const paths: Record<string, Json> = {}
  for (const endpoint of endpoints) {
    const path = (paths[endpoint.path] ??= {})
    path[endpoint.method.toLowerCase()] = operationOf(endpoint)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse management API',
      version: options.version,
      description:
        'Send an API token as `Authorization: Bearer`. Money is a decimal text in USD, times are RFC 3339 in UTC. Lists are paged by `cursor`. `Idempotency-Key` makes a POST safe to repeat. Errors are RFC 9457 problem documents.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${options.url}${apiPrefix}` }],
    security: [{ token: [] }, { session: [] }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].toSorted().map((name) => ({ name })),
    paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, or the bootstrap token.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'next-auth.session-token',
          description: 'The portal’s own pages; changes need its Origin.',
        },
      },
      schemas: { Problem: schemaOf(problemDocument, 'output') },
      responses: {
        Problem: {
          description: 'A problem document',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

function operationOf(endpoint: Endpoint): Json {
  const { method, path, summary, description, tag, action, body } = endpoint
  const parameters = [
    ...pathParameters(path),
    ...queryParameters(endpoint.query),
    ...(method === 'POST' ? [idempotencyKey] : []),
  ]
  return {
    operationId: operationId(method, path),
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    'x-gatehouse-action': action,
    'x-gatehouse-allowed': permissions[action],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }
      : {}),
    responses: responsesOf(endpoint),
  }
}

function responsesOf({ status = 200, response, answers = {}, csv }: Endpoint): Json {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema: schemaOf(schema, 'output') } })
  const answer =
    status === 204
      ? { description: 'Done' }
      : {
          description: 'Done',
          content: { ...json(response), ...(csv ? { 'text/csv': { schema: { type: 'string' } } } : {}) },
        }
  const others = Object.entries(answers).map(([code, { description, schema }]) => [
    code,
    { description, content: json(schema) },
  ])
  return { [status]: answer, ...Object.fromEntries(others), default: { $ref: '#/components/responses/Problem' } }
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return []
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (name === 'filter') return filterParameters(schema)
    return [{ name, in: 'query', required: required.includes(name), schema }]
  })
}

function filterParameters(schema: Json): Json[] {
  const names = Object.keys((schema.properties ?? {}) as Json)
  return names.map((name) => ({
    name: `filter[${name}]`,
    in: 'query',
    required: false,
    style: 'form',
    explode: false,
    schema: { type: 'array', items: { type: 'string' } },
  }))
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'The same key with the same request runs once and is answered alike for 24 hours.',
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    reused: 'inline',
  })
  return rest
}

/** `POST /keys/{id}/rotate` → `postKeysByIdRotate`. */
function operationId(method: string, path: string): string {
  const words = path
    .split('/')
    .filter(Boolean)
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part))
  return [method.toLowerCase(), ...words.flatMap((word) => word.split(/[^A-Za-z0-9]+/))]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
}
