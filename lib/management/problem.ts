/**
 * What the management API answers when it refuses: RFC 9457 problem documents with a stable `code`. The public text of an
 * AppError is all that leaves; everything else stays in the log.
 */
import * as z from 'zod'
import { AppError, errorStatus, type ErrorCode, type FieldError } from '#lib/platform/errors.ts'

export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  requestId: z.string(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string(), maximum: z.union([z.string(), z.number()]).optional() }))
    .optional(),
})
export type ProblemDocument = z.infer<typeof problemDocument>

const titles: Record<ErrorCode, string> = {
  invalid_request: 'The request cannot be read',
  unauthenticated: 'Sign-in needed',
  csrf_rejected: 'The request did not come from this site',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  conflict: 'Conflict',
  idempotency_in_progress: 'The same request is still running',
  request_too_large: 'The request is too large',
  unsupported_media_type: 'The content type is not supported',
  validation_failed: 'Some values are not valid',
  guardrail_exceeded: 'Beyond what the access profile allows',
  idempotency_mismatch: 'The idempotency key was used for another request',
  too_many_requests: 'Too many requests',
  internal: 'Something went wrong here',
  service_unavailable: 'Not available right now',
}

export function problemOf(error: AppError, requestId: string): ProblemDocument {
  return {
    type: `urn:gatehouse:problem:${error.code}`,
    title: titles[error.code],
    status: error.status,
    code: error.code,
    detail: error.publicMessage,
    requestId,
    ...(error.errors.length > 0 ? { errors: error.errors.map(onlyPublic) } : {}),
  }
}

export function problemResponse(error: AppError, requestId: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problemOf(error, requestId)), {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(error.code === 'service_unavailable' ? { 'retry-after': '2' } : {}),
      ...headers,
    },
  })
}

/** Whatever was thrown, as something a caller may read: a lost database is a 503, the unforeseen a 500. */
export function appErrorOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isUnavailable(error)) {
    return new AppError('service_unavailable', 'The database does not answer. Try again in a few seconds.', {
      cause: error,
    })
  }
  switch (codeOf(error)) {
    case 'P2002':
    case '23505':
      return new AppError('conflict', 'Something with this name or id exists already.', { cause: error })
    case 'P2003':
    case '23503':
      return new AppError('conflict', 'Something else refers to this, or what this refers to does not exist.', {
        cause: error,
      })
    case 'P2025':
      return new AppError('not_found', 'Nothing with this id, or it is not yours to see.', { cause: error })
    case 'P2034':
    case '40001':
    case '40P01':
      return new AppError('service_unavailable', 'Others changed the same thing at the same time. Try again.', {
        cause: error,
      })
    default:
      return new AppError(
        'internal',
        'The request could not be completed. Give the request id to your administrator.',
        { cause: error },
      )
  }
}

/** The problems of a zod error as field errors: `limits.rpm`, `models[3]`. */
export function fieldErrors(error: z.ZodError, prefix: string = ''): FieldError[] {
  return error.issues.slice(0, 50).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldName([...issue.path, key], prefix),
        message: 'There is no such field here.',
      }))
    }
    return [{ field: fieldName(issue.path, prefix), message: issue.message }]
  })
}

function fieldName(path: readonly PropertyKey[], prefix: string): string {
  const name = path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    prefix,
  )
  // Field names of the caller's making may be of any length.
  return name.slice(0, 200)
}

function onlyPublic({ field, message, maximum }: FieldError): FieldError {
  return maximum === undefined ? { field, message } : { field, message, maximum }
}

// Prisma: cannot reach, timed out, closed, no connection from the pool. PostgreSQL: classes 08 and 57P, too many
// connections, statement time-out, read-only after a failover. Node: the socket.
const unavailableCodes =
  /^(P1001|P1002|P1008|P1017|P2024|P2028|08\w{3}|57P\w{2}|53300|57014|25006|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)$/
const unavailableTexts =
  /connection terminated|timeout exceeded when trying to connect|server has closed the connection|can't reach database/i

function isUnavailable(error: unknown, depth: number = 0): boolean {
  if (depth > 5 || typeof error !== 'object' || error === null) return false
  const code = codeOf(error)
  if (code !== null && unavailableCodes.test(code)) return true
  if (error instanceof Error && unavailableTexts.test(error.message)) return true
  const nested = [...('cause' in error ? [error.cause] : []), ...(error instanceof AggregateError ? error.errors : [])]
  return nested.some((inner) => isUnavailable(inner, depth + 1))
}

/** Prisma's code, or PostgreSQL's own where Prisma only passes it on (P2010: a raw query failed). */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null
  if ('meta' in error && hasOriginalCode(error.meta)) return error.meta.driverAdapterError.cause.originalCode
  if ('originalCode' in error && typeof error.originalCode === 'string') return error.originalCode
  return 'code' in error && typeof error.code === 'string' ? error.code : null
}

type DriverMeta = { driverAdapterError: { cause: { originalCode: string } } }

function hasOriginalCode(meta: unknown): meta is DriverMeta {
  const cause = member(member(meta, 'driverAdapterError'), 'cause')
  return typeof member(cause, 'originalCode') === 'string'
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined
}
