/** Why calls are refused, in a few words each, for counts and lists. */
const words: Record<string, string> = {
  invalid_api_key: 'Key not known',
  key_revoked: 'Key revoked',
  key_expired: 'Key expired',
  key_suspended: 'Key suspended',
  key_pending_approval: 'Key waits for approval',
  key_quarantined: 'Key quarantined',
  principal_disabled: 'Owner or team disabled',
  model_not_allowed: 'Model not in policy',
  provider_not_allowed: 'Provider not in policy',
  endpoint_not_allowed: 'Endpoint not in policy',
  tool_not_allowed: 'Tool not in policy',
  region_not_allowed: 'Region not in policy',
  model_not_found: 'No such model',
  invalid_request_error: 'Request not valid',
  unsupported_parameter: 'Parameter not supported',
  request_too_large: 'Request too large',
  rate_limit_exceeded: 'Too many requests',
  token_limit_exceeded: 'Too many tokens',
  concurrency_limit_exceeded: 'Too many calls at once',
  daily_quota_exceeded: 'Day quota used up',
  insufficient_quota: 'Budget used up',
  idempotency_key_in_use: 'Sent twice at once',
  idempotency_key_used: 'Sent again, answer not kept',
  idempotency_key_mismatch: 'Idempotency key of another request',
  gateway_unavailable: 'Limits could not be checked',
}

/** A code that a later gateway brings is shown as it is. */
export function refusalWords(code: string): string {
  return words[code] ?? code.replaceAll('_', ' ')
}
