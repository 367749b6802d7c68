/** A provider's error in Google's shape, read and written. */
import { badField, statusName } from '#lib/formats/gemini/errors.ts'
import { isFields } from '#lib/formats/gemini/fields.ts'
import type { ProviderError } from '#lib/formats/neutral.ts'

/** Where the caller asked for an array, the error comes in one too. */
export function readError(status: number, body: unknown): ProviderError {
  const first: unknown = Array.isArray(body) ? body[0] : body
  const error = isFields(first) && isFields(first.error) ? first.error : {}
  return {
    status,
    message: typeof error.message === 'string' ? error.message : `The provider answered with status ${status}.`,
    param: fieldIn(error.details),
    code: typeof error.status === 'string' ? error.status : null,
  }
}

function fieldIn(details: unknown): string | null {
  for (const detail of Array.isArray(details) ? details : []) {
    const violations: unknown = isFields(detail) ? detail.fieldViolations : null
    const first: unknown = Array.isArray(violations) ? violations[0] : null
    if (isFields(first) && typeof first.field === 'string') return first.field
  }
  return null
}

export function writeError({ status, message, param }: ProviderError): string {
  const details = param === null ? {} : { details: [badField(param, message)] }
  return JSON.stringify({ error: { code: status, message, status: statusName(status), ...details } })
}
