/** OpenAI's error body, with our `gatehouse` member beside its four fields. */
import type { PublicRefusal } from '#lib/formats/contract.ts'

export function refusalBody(refusal: PublicRefusal): string {
  return JSON.stringify({ error: errorObject(refusal) })
}

/** As OpenAI sends a failure inside a stream: a data event with an error, and no [DONE] after it. */
export function streamError(refusal: PublicRefusal): string {
  return `data: ${JSON.stringify({ error: errorObject(refusal) })}\n\n`
}

function errorObject({ status, code, message, param, gatehouse }: PublicRefusal): object {
  return { message, type: errorType(status, code), param, code, gatehouse }
}

export function errorType(status: number, code: string): string {
  if (code === 'insufficient_quota') return 'insufficient_quota'
  if (code === 'token_limit_exceeded') return 'tokens'
  if (status === 429) return 'requests'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
