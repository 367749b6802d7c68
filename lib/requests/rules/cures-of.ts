/** Which requests would have let a refused call pass, with what to ask for. Pure, browser-safe. */
import { askedScopeTypes, type AskedScopeType } from '#lib/requests/rules/asked-scopes.ts'
import { budgetPeriods, limitKinds } from '#lib/limits/contract.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'
import type { Ask } from '#lib/requests/contract.ts'

/**
 * One for each rule that refuses. `neededNanos` is what the call would have held: what is asked for lets it pass. Empty
 * where some rule can't be cured by asking: no rule at all, or one that no request changes.
 */
export function curesOf(rules: readonly RuleView[], neededNanos: bigint = 0n): Ask[] {
  const cures = rules.filter(({ passed }) => !passed).map((rule) => cureOf(rule, neededNanos))
  return cures.includes(null) ? [] : cures.flatMap((ask) => ask ?? [])
}

function cureOf({ rule, scope, source, limit, used, held }: RuleView, neededNanos: bigint): Ask | null {
  // A yes goes beyond a profile or a key's own list, never beyond what the organisation, a team or a project says.
  const isOfKey = source === null || source.startsWith('profile ') || source.startsWith('key ')
  if (rule === 'model') return isOfKey && typeof used === 'string' ? { what: 'model', model: used } : null
  if (rule === 'provider') return isOfKey && typeof used === 'string' ? { what: 'provider', provider: used } : null
  if (rule === 'key_status') return used === 'expired' || used === 'active' ? { what: 'lifetime' } : null
  if (!scope || limit === null) return null
  const of = scopeOf(scope)
  if (of === undefined) return null
  if (rule.startsWith('budget_')) {
    const period = budgetPeriods.find((each) => rule === `budget_${each}`)
    if (!period) return null
    const now = String(limit)
    const passes = [used, held].reduce((sum, usd) => sum + nanosOfUsd(String(usd ?? '0')), neededNanos)
    const more = (nanosOfUsd(now) * 3n) / 2n
    return { what: 'budget', scope: of, period, now, wanted: wholeDollars(more > passes ? more : passes) }
  }
  const kind = limitKinds.find((each) => each === rule)
  return kind ? { what: 'limit', scope: of, kind, now: Number(limit), wanted: Number(limit) * 2 } : null
}

type Scope = NonNullable<RuleView['scope']>

/** Null: the key itself. Undefined: nothing that can be asked for; a person's share of a team's budget is the team's. */
function scopeOf({ type, id, name }: Scope): { type: AskedScopeType; id: string; name: string } | null | undefined {
  if (type === 'key') return null
  const known = askedScopeTypes.find((each) => each === type && each !== 'user')
  return known && { type: known, id, name }
}

/** Rounded up where it is more than one. */
function wholeDollars(more: bigint): string {
  const dollar = 1_000_000_000n
  return usdOfNanos(more > dollar ? ((more + dollar - 1n) / dollar) * dollar : more)
}
