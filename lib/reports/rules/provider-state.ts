/** How a provider is, judged from its latest hour against its own usual. Pure. */

export type ProviderFacts = {
  readonly status: string
  readonly tries: number
  readonly recentTries: number
  readonly recentErrors: number
  readonly recentServed: number
  readonly p95Ms: number | null
  readonly recentP95Ms: number | null
}

export type ProviderCondition = 'normal' | 'slow' | 'failing' | 'idle' | 'off' | 'quarantined'

/** Fewer tries than this say nothing: two slow calls in a quiet hour are no outage. */
const fewest = 10
const failingShare = 0.2
const slowFactor = 2
const slowLeastMs = 1_000

export function providerCondition(facts: ProviderFacts): ProviderCondition {
  if (facts.status === 'quarantined') return 'quarantined'
  if (facts.status !== 'active') return 'off'
  if (facts.tries === 0) return 'idle'
  if (facts.recentTries >= fewest && facts.recentErrors / facts.recentTries >= failingShare) return 'failing'
  const { p95Ms, recentP95Ms, recentServed } = facts
  const isSlow =
    p95Ms !== null &&
    recentP95Ms !== null &&
    recentServed >= fewest &&
    recentP95Ms >= slowLeastMs &&
    recentP95Ms >= slowFactor * p95Ms
  return isSlow ? 'slow' : 'normal'
}
