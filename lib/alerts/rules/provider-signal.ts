/** Whether a provider's last minutes need somebody. Pure. */
import type { Signal } from '#lib/alerts/rules/signal.ts'

export const lookBackMinutes = 10
/** Fewer tries than this say nothing. */
const fewest = 10
const troubledShare = 0.2
const failingShare = 0.5

export type ProviderTries = {
  readonly id: string
  readonly tries: number
  /** Did not answer, answered with a fault of its own, or refused with 429. */
  readonly failed: number
  readonly throttled: number
}

export function providerSignal({ id, tries, failed, throttled }: ProviderTries, nowMs: number): Signal | null {
  const share = failed / tries
  if (tries < fewest || share < troubledShare) return null
  return {
    subjectType: 'provider',
    subjectId: id,
    // An outage has no period: trouble that comes back on the same day is the same alert, open again.
    occasion: new Date(nowMs).toISOString().slice(0, 10),
    threshold: 0,
    level: share >= failingShare ? 'critical' : 'warning',
    budgetId: null,
    teamId: null,
    ownerUserId: null,
    facts: { kind: 'provider_trouble', tries, failed, throttled, minutes: lookBackMinutes },
  }
}
