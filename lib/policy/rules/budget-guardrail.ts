/** How far a profile lets a key's own budget go: how much, and how firmly it stops. */
import type { BudgetPeriod, BudgetPosture } from '#lib/limits/contract.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'

/**
 * The largest amount for a period, null for none. A profile's maximum is what a key may spend in a month: for shorter
 * periods it is the share of a 31-day month, so that nobody gets thirty times as much by asking for it a day; for longer
 * ones it stays what it is.
 */
export function maximumNanosFor(period: BudgetPeriod, policy: ProfilePolicy): bigint | null {
  if (policy.budget.maximumUsd === null) return null
  const aMonth = nanosOfUsd(policy.budget.maximumUsd)
  if (period === 'day') return atLeastOne(aMonth / 31n)
  if (period === 'week') return atLeastOne((aMonth * 7n) / 31n)
  return aMonth
}

/** Under a maximum, a budget stops at least as firmly as the profile's default; a soft one would be no maximum. */
export function loosestPosture({ budget }: ProfilePolicy): BudgetPosture {
  return budget.maximumUsd === null ? 'soft' : (budget.default?.posture ?? 'alert_then_enforce')
}

export function isLooser(posture: BudgetPosture, than: BudgetPosture): boolean {
  return looseness.indexOf(posture) > looseness.indexOf(than)
}

const looseness: readonly BudgetPosture[] = ['hard', 'alert_then_enforce', 'soft']

function atLeastOne(nanos: bigint): bigint {
  return nanos > 0n ? nanos : 1n
}
