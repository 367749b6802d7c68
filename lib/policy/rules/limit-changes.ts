/** Which of a key's own limits and budgets differ between two grants of it. Pure. */
import { limitKinds, type BudgetRule } from '#lib/limits/contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Grant } from '#lib/policy/contract.ts'
import type { LimitChange } from '#lib/policy/preview-contract.ts'

export function limitChanges(before: Grant, after: Grant): LimitChange[] {
  const limits = limitKinds.map((kind) => {
    const of = ({ limits: rules }: Grant) =>
      rules.find((rule) => rule.scope.type === 'key' && rule.kind === kind)?.limit.toString() ?? null
    return { field: `limits.${kind}`, was: of(before), is: of(after) }
  })
  const budgets = before.budgets
    .filter(({ scope }) => scope.type === 'key')
    .map((budget) => {
      const then = after.budgets.find(({ id }) => id === budget.id)
      return { field: `budget.${budget.period}`, was: words(budget), is: then ? words(then) : null }
    })
  return [...limits, ...budgets].filter(({ was, is }) => was !== is)
}

/** "50 hard": the amount in USD, and what happens at it. */
function words({ amountNanos, posture }: BudgetRule): string {
  return `${usdOfNanos(BigInt(amountNanos))} ${posture}`
}
