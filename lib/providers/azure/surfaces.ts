/**
 * How a call reaches Azure OpenAI. A base URL ends at the resource's `/openai`, or at `/openai/v1`, and with that says
 * which of Azure's two surfaces is spoken. It may carry an `?api-version=`.
 *
 * - classic, https://NAME.openai.azure.com/openai: the address names the deployment and a version of the API, and Azure
 *   does not look at the body's `model`
 * - v1, https://NAME.openai.azure.com/openai/v1: OpenAI's own paths; the body's `model` is the deployment
 */
import { paths } from '#lib/providers/openai/request.ts'
import {
  baseOf,
  forwardedHeaders,
  typeOfBody,
  type Provider,
  type RequestFacts,
} from '#lib/providers/upstream-request.ts'

/**
 * The last generally available one of the classic surface, which streams usage. What came later, such as reasoning models'
 * `max_completion_tokens`, is on v1, or in a preview that the base URL names.
 */
const defaultVersion = '2024-10-21'

const classic: Provider = {
  operations: ['chat', 'completions', 'embeddings', 'images', 'transcriptions'],
  request(facts) {
    const { origin, basePath, query } = baseOf(facts.baseUrl)
    const deployment = encodeURIComponent(facts.upstreamModel)
    const version = query || `api-version=${versionAskedFor(facts.query ?? '') ?? defaultVersion}`
    return {
      origin,
      path: `${basePath}/deployments/${deployment}${paths[facts.operation]}?${version}`,
      headers: headersOf(facts),
    }
  },
}

const v1: Provider = {
  operations: ['chat', 'responses', 'completions', 'embeddings', 'images', 'speech', 'transcriptions'],
  request(facts) {
    const { origin, basePath, query } = baseOf(facts.baseUrl)
    return {
      origin,
      path: `${basePath}${paths[facts.operation]}${query && `?${query}`}`,
      headers: headersOf(facts),
    }
  },
}

export function azureAt(baseUrl: string): Provider {
  return baseOf(baseUrl).basePath.endsWith('/v1') ? v1 : classic
}

/** A dated version, as Azure's clients send it; nothing else of a caller's query may get into the address. */
function versionAskedFor(query: string): string | null {
  return /(?:^|&)api-version=(\d{4}-\d{2}-\d{2}(?:-preview)?)(?:&|$)/.exec(query)?.[1] ?? null
}

const passedOn = ['x-ms-client-request-id'] as const

/** A token of Entra's is a JWT, three parts between dots; a resource's key has no dots. */
const entraToken = /^[\w-]+\.[\w-]+\.[\w-]+$/

function headersOf({ caller, credential, operation }: RequestFacts): Record<string, string> {
  const headers = forwardedHeaders(caller, passedOn)
  headers['content-type'] = typeOfBody(operation, caller)
  if (credential === null) return headers
  if (entraToken.test(credential)) headers.authorization = `Bearer ${credential}`
  else headers['api-key'] = credential
  return headers
}
