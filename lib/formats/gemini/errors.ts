/** Google's error body, with our `gatehouse` member beside its status. */
import type { PublicRefusal } from '#lib/formats/contract.ts'

export function refusalBody(refusal: PublicRefusal): string {
  return JSON.stringify(errorBody(refusal))
}

/** As Google sends a failure inside a stream of events; there is no end mark after it. */
export function streamError(refusal: PublicRefusal): string {
  return `data: ${JSON.stringify(errorBody(refusal))}\r\n\r\n`
}

function errorBody({ status, code, message, param, retryAfterSeconds, gatehouse }: PublicRefusal): object {
  const details: object[] = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code.toUpperCase(), domain: 'gatehouse' },
  ]
  if (param !== null) details.push(badField(param, message))
  // Gemini's clients read this, not the header: some minutes are waited for, longer ones end what they do.
  if (retryAfterSeconds !== undefined) {
    details.push({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` })
  }
  return { error: { code: status, message, status: statusName(status), details, gatehouse } }
}

/** https://google.aip.dev/193 */
export function badField(field: string, description: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] }
}

/** Google's name for a status; https://cloud.google.com/apis/design/errors */
export function statusName(status: number): string {
  return statusNames[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT')
}

const statusNames: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}
