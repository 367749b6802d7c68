/** Which of a key's own limits and budgets differ between two grants of it. Pure. */
import type { BudgetRule } from '#lib/limits/contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Grant } from '#lib/policy/contract.ts'
import type { LimitChange } from '#lib/policy/preview-contract.ts'
import { fieldOfLimit } from '#lib/policy/rules/compile-grant.ts'

export function limitChanges(before: Grant, after: Grant): LimitChange[] {
  const [was, is] = [ownLimits(before), ownLimits(after)]
  const limits = [...new Set([...was.keys(), ...is.keys()])].map((field) => ({
    field,
    was: was.get(field) ?? null,
    is: is.get(field) ?? null,
  }))
  const budgets = before.budgets
    .filter(({ scope }) => scope.type === 'key')
    .map((budget) => {
      const then = after.budgets.find(({ id }) => id === budget.id)
      return { field: `budget.${budget.period}`, was: words(budget), is: then ? words(then) : null }
    })
  return [...limits, ...budgets].filter(({ was, is }) => was !== is)
}

/** By field, in the order of the kinds. */
function ownLimits({ limits }: Grant): Map<string, string> {
  const own = limits.filter(({ scope }) => scope.type === 'key')
  return new Map(own.map(({ kind, models, limit }) => [fieldOfLimit(kind, models), limit.toString()]))
}

/** "50 hard": the amount in USD, and what happens at it. */
function words({ amountNanos, posture }: BudgetRule): string {
  return `${usdOfNanos(BigInt(amountNanos))} ${posture}`
}
