/** Anthropic's error body, with our `gatehouse` member inside `error`. */
import type { PublicRefusal } from '#lib/formats/contract.ts'

export function refusalBody(refusal: PublicRefusal): string {
  return JSON.stringify(errorBody(refusal))
}

/** As Anthropic sends a failure inside a stream. */
export function streamError(refusal: PublicRefusal): string {
  return `event: error\ndata: ${JSON.stringify(errorBody(refusal))}\n\n`
}

function errorBody({ status, code, message, requestId, gatehouse }: PublicRefusal): object {
  const type = typeOf[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  // What Anthropic's clients look for where a spend limit, and no rate, was reached.
  const details = code === 'insufficient_quota' ? { error_code: 'enforced_spend_limit_reached' } : undefined
  return { type: 'error', error: { type, message, ...(details ? { details } : {}), gatehouse }, request_id: requestId }
}

/** https://docs.anthropic.com/en/api/errors */
const typeOf: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
}
