/**
 * The one way from the browser to the management API. An answer is parsed before anybody believes it; a refusal becomes
 * an ApiProblem with the problem document's own words, field by field.
 */
import * as z from 'zod'

const prefix = '/api/v1'

export type FieldProblem = {
  readonly field: string
  readonly message: string
  readonly maximum?: string | number | undefined
}

const problemDocument = z.object({
  code: z.string(),
  detail: z.string(),
  requestId: z.string().optional(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string(), maximum: z.union([z.string(), z.number()]).optional() }))
    .default([]),
})

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  constructor(
    /** 0 where nobody answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly requestId: string | null = null,
  ) {
    super(message)
  }
}

export type SendOptions = {
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  /** Makes a second press of the same button safe: the same key with the same body runs once. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

/** `/keys?limit=1` and what its answer looks like. */
export async function readApi<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<z.output<Schema>> {
  return answerOf(path, schema, { signal, headers: { accept: 'application/json' } })
}

export async function sendApi<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  options: SendOptions = {},
): Promise<z.output<Schema>> {
  const { method = 'POST', body = {}, idempotencyKey, signal } = options
  return answerOf(path, schema, {
    method,
    signal,
    body: JSON.stringify(body),
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-gatehouse-csrf': '1',
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
    },
  })
}

async function answerOf<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  init: RequestInit,
): Promise<z.output<Schema>> {
  const response = await fetch(prefix + path, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error
    throw new ApiProblem(0, 'offline', 'The portal did not answer. Check your connection and try again.')
  })
  const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw problemOf(response, body)
  const parsed = schema.safeParse(body)
  if (!parsed.success)
    throw new ApiProblem(
      response.status,
      'unreadable',
      'The portal answered in a way this page does not know. Reload it.',
    )
  return parsed.data
}

function problemOf(response: Response, body: unknown): ApiProblem {
  const parsed = problemDocument.safeParse(body)
  if (!parsed.success)
    return new ApiProblem(
      response.status,
      'unreadable',
      'The portal did not answer as it should. Try again in a moment.',
    )
  const { code, detail, errors, requestId = null } = parsed.data
  return new ApiProblem(response.status, code, detail, errors, requestId)
}

/** What a person reads about anything that was thrown. */
export function problemText(error: unknown): string {
  return error instanceof ApiProblem ? error.message : 'Something went wrong here. Try again.'
}

/** The problem of one field, by its name in the API: `limits.rpm`. */
export function problemsByField(error: unknown): ReadonlyMap<string, FieldProblem> {
  return new Map(error instanceof ApiProblem ? error.errors.map((problem) => [problem.field, problem]) : [])
}
