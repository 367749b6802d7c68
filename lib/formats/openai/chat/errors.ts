/** Providers' errors on this wire, read and written. */
import * as z from 'zod'
import type { ProviderError } from '#lib/formats/neutral.ts'
import { errorType } from '#lib/formats/openai/errors.ts'

const text = z.string().nullish().catch(null)

const errorBody = z.object({
  message: text,
  // FastAPI's, in front of many a server.
  detail: z
    .union([z.string(), z.array(z.object({ msg: z.string() }))])
    .nullish()
    .catch(null),
  type: text,
  param: text,
  code: z.union([z.string(), z.number()]).nullish().catch(null),
})

/**
 * OpenAI's error body, and those of servers that put the error at the top (vLLM), in a list (Google), or give only a
 * text.
 */
export function readError(status: number, body: unknown): ProviderError {
  const outer = Array.isArray(body) ? (body[0] as unknown) : body
  const inner = hasError(outer) ? outer.error : outer
  if (typeof inner === 'string' && inner) return { status, message: inner, param: null, code: null }
  const error = errorBody.safeParse(inner).data ?? {}
  const detail = typeof error.detail === 'string' ? error.detail : error.detail?.map(({ msg }) => msg).join(' ')
  return {
    status,
    message: error.message || detail || `The provider answered with status ${status}.`,
    param: error.param || null,
    code: (typeof error.code === 'string' && error.code) || error.type || null,
  }
}

/** An error in a stream, whose own status was a good one: some servers tell the true one as the error's code. */
export function readStreamError(body: unknown): ProviderError {
  const code = errorBody.safeParse(hasError(body) ? body.error : body).data?.code
  return readError(typeof code === 'number' && code >= 400 && code <= 599 ? code : 500, body)
}

/** vLLM's has no `error` in it, and says what it is. */
export function isError(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  return ('error' in body && Boolean(body.error)) || ('object' in body && body.object === 'error')
}

export function writeError(error: ProviderError): string {
  return JSON.stringify(errorObject(error))
}

/** The body of an error, which is an event's data as well. */
export function errorObject({ status, message, param, code }: ProviderError): object {
  return { error: { message, type: errorType(status, code ?? ''), param, code } }
}

function hasError(value: unknown): value is { readonly error: unknown } {
  return typeof value === 'object' && value !== null && 'error' in value
}
