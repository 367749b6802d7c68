/** Anthropic's errors, written and read. https://docs.anthropic.com/en/api/errors */
import { isObject } from '#lib/formats/anthropic/messages/fields.ts'
import type { AnswerContext, ProviderError } from '#lib/formats/neutral.ts'

/** The provider's own words in Anthropic's shape. */
export function writeError({ status, message }: ProviderError, context: AnswerContext): string {
  return JSON.stringify({ type: 'error', error: { type: typeOf(status), message }, request_id: context.callId })
}

/** As Anthropic sends it inside a stream. */
export function streamedError(error: ProviderError, context: AnswerContext): string {
  return `event: error\ndata: ${writeError(error, context)}\n\n`
}

const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

function typeOf(status: number): string {
  const known = Object.entries(statuses).find(([, its]) => its === status)
  return known?.[0] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
}

export function readError(status: number, body: unknown): ProviderError {
  const error = errorIn(body)
  return {
    status,
    message: error.message ?? `The provider answered with status ${status}.`,
    param: null,
    code: error.code,
  }
}

/** An error event's error: the stream began with 200, so its type tells the status. */
export function readStreamedError(body: unknown): ProviderError {
  const { code } = errorIn(body)
  return readError((code && statuses[code]) || 500, body)
}

function errorIn(body: unknown): { readonly message: string | null; readonly code: string | null } {
  const error = isObject(body) && isObject(body.error) ? body.error : {}
  return {
    message: typeof error.message === 'string' ? error.message : null,
    code: typeof error.type === 'string' ? error.type : null,
  }
}
