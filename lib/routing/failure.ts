/** What a failed attempt means: for the call's next attempt, and for the circuit of the place that failed. Pure. */
import type { AttemptOutcome } from '#lib/routing/circuit.ts'

/**
 * rate limited, dead credential, forbidden: about our credential, so another of the same provider may do.
 * misrouted: nothing is there. unavailable: the provider or the way to it broke. timeout: no answer in time.
 * unreadable: an answer that is none.
 */
export type Failure =
  | 'rate limited'
  | 'dead credential'
  | 'forbidden'
  | 'misrouted'
  | 'unavailable'
  | 'timeout'
  | 'unreadable'

/** Null where the answer is the caller's, whether it likes it or not. */
export function failureOf(status: number): Failure | null {
  if (status < 300) return null
  // Where the provider would send the caller is not for the caller.
  if (status < 400 || status === 404 || status === 407) return 'misrouted'
  if (status === 429) return 'rate limited'
  if (status === 401 || status === 402) return 'dead credential'
  if (status === 403) return 'forbidden'
  // 424 is how Bedrock says that the model behind it has failed.
  return status >= 500 || status === 408 || status === 424 ? 'unavailable' : null
}

export function isAboutCredential(failure: Failure): boolean {
  return failure === 'rate limited' || failure === 'dead credential' || failure === 'forbidden'
}

/** An account that is mended is found again this soon. */
const deadCredentialMs = 30_000

/** What the circuit learns. `retryAfterMs` is how long the provider asked to be left alone; null where it did not. */
export function outcomeOf(failure: Failure, retryAfterMs: number | null, nowMs: number): AttemptOutcome {
  const untilMs = retryAfterMs === null || retryAfterMs <= 0 ? null : nowMs + retryAfterMs
  switch (failure) {
    // Callers can provoke it, with the id of a stored answer that is gone.
    case 'misrouted':
      return { kind: 'unknown' }
    case 'dead credential':
      return { kind: 'failed', openUntilMs: nowMs + deadCredentialMs, rateLimited: false }
    // Without a time it is often about the size of this one call, which says little of the next.
    case 'rate limited':
      return { kind: 'failed', openUntilMs: untilMs, rateLimited: untilMs !== null }
    default:
      return { kind: 'failed', openUntilMs: untilMs, rateLimited: false }
  }
}
