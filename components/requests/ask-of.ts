/** What a refused call would have needed of its key, and what to ask for, prefilled. Pure. */
import { toNanos } from '#components/ui/format.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

export type Ask =
  | { readonly what: 'budget'; readonly now: string; readonly wanted: string }
  | { readonly what: 'limit'; readonly kind: LimitKind; readonly now: string; readonly wanted: string }
  | { readonly what: 'model'; readonly model: string }

/** Null where no request for the key would help: another scope refused, or no rule at all. */
export function askOf(rules: readonly RuleView[]): Ask | null {
  const refusing = rules.find(({ passed }) => !passed)
  if (!refusing) return null
  const { rule, scope, limit, used } = refusing
  if (rule === 'model' && typeof used === 'string') return { what: 'model', model: used }
  if (scope?.type !== 'key' || limit === null) return null
  if (rule.startsWith('budget_')) {
    const now = String(limit)
    return { what: 'budget', now, wanted: half(toNanos(now)) }
  }
  const kind = limitKinds.find((each) => each === rule)
  return kind ? { what: 'limit', kind, now: String(limit), wanted: String(Number(limit) * 2) } : null
}

/** Half as much again, in whole dollars where it is more than one. */
function half(nanos: bigint): string {
  const dollar = 1_000_000_000n
  const more = (nanos * 3n) / 2n
  return usdOfNanos(more > dollar ? ((more + dollar - 1n) / dollar) * dollar : more)
}
