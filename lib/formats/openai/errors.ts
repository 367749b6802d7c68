/** OpenAI's error body, with our `gatehouse` member beside its four fields. */
import type { Operation, PublicRefusal } from '#lib/formats/contract.ts'

export function refusalBody(refusal: PublicRefusal): string {
  return JSON.stringify({ error: errorObject(refusal) })
}

/** As OpenAI sends a failure inside a stream: an event with an error, and nothing after it. */
export function streamError(refusal: PublicRefusal, operation: Operation): string {
  const error = errorObject(refusal)
  if (operation !== 'responses') return `data: ${JSON.stringify({ error })}\n\n`
  return errorEvent(refusal, error, 0)
}

type ToldError = { readonly message: string; readonly param: string | null; readonly code: string | null }

/**
 * A response's stream has typed events. OpenAI documents the error's members beside the type, and sends them in `error`:
 * clients that read either are told.
 */
export function errorEvent({ message, param, code }: ToldError, error: object, number: number): string {
  const event = { type: 'error', sequence_number: number, code, message, param, error }
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`
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
