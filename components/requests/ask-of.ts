/** What a refused call would have needed of its key, and what to ask for, prefilled. Pure. */
import { toNanos } from '#components/ui/format.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

export type Ask =
  | { readonly what: 'budget'; readonly now: string; readonly wanted: string }
  | { readonly what: 'limit'; readonly kind: LimitKind; readonly now: string; readonly wanted: string }
  | { readonly what: 'model'; readonly model: string }

/**
 * `neededNanos` is what the call would have held: what is asked for lets it pass. Null where no request for the key would help: another scope refused, or no rule at all.
 */
export function askOf(rules: readonly RuleView[], neededNanos: bigint = 0n): Ask | null {
  const refusing = rules.find(({ passed }) => !passed)
  if (!refusing) return null
  const { rule, scope, limit, used } = refusing
  if (rule === 'model' && typeof used === 'string') return { what: 'model', model: used }
  if (scope?.type !== 'key' || limit === null) return null
  if (rule.startsWith('budget_')) {
    const now = String(limit)
    const passes = [used, refusing.held].reduce((sum, usd) => sum + toNanos(String(usd ?? '0')), neededNanos)
    const more = (toNanos(now) * 3n) / 2n
    return { what: 'budget', now, wanted: wholeDollars(more > passes ? more : passes) }
  }
  const kind = limitKinds.find((each) => each === rule)
  return kind ? { what: 'limit', kind, now: String(limit), wanted: String(Number(limit) * 2) } : null
}

/** Rounded up where it is more than one. */
function wholeDollars(more: bigint): string {
  const dollar = 1_000_000_000n
  return usdOfNanos(more > dollar ? ((more + dollar - 1n) / dollar) * dollar : more)
}
