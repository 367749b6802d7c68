/** The gateway's refusals: every code, its status, and the facts that the caller and the decision record get. */
import type { PublicRefusal } from '#lib/formats/contract.ts'
import type { Scope } from '#lib/limits/contract.ts'
import { decisionIdOf } from '#lib/platform/ids.ts'

export const refusalStatus = {
  invalid_api_key: 401,
  key_revoked: 401,
  key_expired: 401,
  key_suspended: 401,
  key_pending_approval: 401,
  key_quarantined: 403,
  principal_disabled: 403,
  model_not_allowed: 403,
  provider_not_allowed: 403,
  endpoint_not_allowed: 403,
  tool_not_allowed: 403,
  region_not_allowed: 403,
  invalid_request_error: 400,
  unsupported_parameter: 400,
  request_too_large: 413,
  unsupported_media_type: 415,
  model_not_found: 404,
  unknown_url: 404,
  method_not_allowed: 405,
  rate_limit_exceeded: 429,
  token_limit_exceeded: 429,
  concurrency_limit_exceeded: 429,
  daily_quota_exceeded: 429,
  insufficient_quota: 429,
  idempotency_key_in_use: 409,
  idempotency_key_used: 409,
  idempotency_key_mismatch: 422,
  upstream_error: 502,
  upstream_timeout: 504,
  gateway_unavailable: 503,
} as const

export type RefusalCode = keyof typeof refusalStatus

export type Refusal = {
  readonly code: RefusalCode
  /** For the caller: what was wrong, how far, until when, what to do next. */
  readonly message: string
  readonly param?: string | null
  readonly scope?: Scope
  readonly limit?: number | string
  readonly used?: number | string
  readonly held?: number | string
  readonly unit?: string
  readonly resetsAtMs?: number | null
  /** Seconds after which trying again makes sense; absent where time does not help. */
  readonly retryAfterSeconds?: number
  /** True where an SDK must stop instead of trying again. */
  readonly final?: boolean
}

/** The refusal as a caller may read it. `helpBase` is the portal's address. */
export function publicRefusal(refusal: Refusal, callId: string, helpBase: string): PublicRefusal {
  const decisionId = decisionIdOf(callId)
  const { scope, limit, used, held, unit, resetsAtMs, retryAfterSeconds } = refusal
  return {
    status: refusalStatus[refusal.code],
    code: refusal.code,
    message: refusal.message,
    param: refusal.param ?? null,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    requestId: callId,
    gatehouse: {
      code: refusal.code,
      decision_id: decisionId,
      ...(scope ? { scope } : {}),
      ...(limit === undefined ? {} : { limit }),
      ...(used === undefined ? {} : { used }),
      ...(held === undefined ? {} : { held }),
      ...(unit === undefined ? {} : { unit }),
      ...(resetsAtMs === undefined || resetsAtMs === null ? {} : { resets_at: new Date(resetsAtMs).toISOString() }),
      help_url: `${helpBase}/decisions/${decisionId}`,
    },
  }
}

/** Headers that go with a refusal, names and values in turn. */
export function refusalHeaders(refusal: Refusal): string[] {
  const headers: string[] = []
  if (refusal.retryAfterSeconds !== undefined) headers.push('retry-after', String(refusal.retryAfterSeconds))
  if (refusal.final) headers.push('x-should-retry', 'false')
  return headers
}
