/**
 * The one error type for refusals that a caller may read. `publicMessage` says what was wrong and what to do next and
 * never holds a key, a prompt, a host name or a stack; `details` is for logs.
 */

/** Codes of the management API and what HTTP says for each. The gateway's own codes are in lib/gateway/refusal.ts. */
export const errorStatus = {
  invalid_request: 400,
  unauthenticated: 401,
  csrf_rejected: 403,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_in_progress: 409,
  request_too_large: 413,
  unsupported_media_type: 415,
  validation_failed: 422,
  guardrail_exceeded: 422,
  idempotency_mismatch: 422,
  too_many_requests: 429,
  internal: 500,
  service_unavailable: 503,
} as const

export type ErrorCode = keyof typeof errorStatus

/** A problem with one field of the input; `maximum` where a guardrail is the reason. */
export type FieldError = { readonly field: string; readonly message: string; readonly maximum?: string | number }

export class AppError extends Error {
  readonly code: ErrorCode
  readonly errors: readonly FieldError[]
  readonly details: Record<string, unknown>

  constructor(
    code: ErrorCode,
    readonly publicMessage: string,
    options: { errors?: readonly FieldError[]; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(publicMessage, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.errors = options.errors ?? []
    this.details = options.details ?? {}
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

/** What someone who may not know whether a thing exists is told: the same for unknown and forbidden. */
export function notFound(what: string): AppError {
  return new AppError('not_found', `No ${what} with this id, or it is not yours to see.`)
}

export function forbidden(message: string): AppError {
  return new AppError('forbidden', message)
}
