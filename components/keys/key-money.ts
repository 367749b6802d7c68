/** How far a key's own budget is used. Pure. */
import { shareOf, toNanos } from '#components/ui/format.ts'
import type { KeyView } from '#lib/keys/contract.ts'

type Budget = NonNullable<KeyView['budget']>

export function budgetShare({ spentUsd, amountUsd }: Pick<Budget, 'spentUsd' | 'amountUsd'>): number {
  return shareOf(spentUsd, amountUsd)
}

/** Calls are refused: a hard budget at its amount, one that warns first at a tenth more. */
export function isCapped(budget: Pick<Budget, 'spentUsd' | 'amountUsd' | 'posture'> | null): boolean {
  if (!budget || budget.posture === 'soft') return false
  const cap = budget.posture === 'hard' ? toNanos(budget.amountUsd) : (toNanos(budget.amountUsd) * 110n) / 100n
  return toNanos(budget.spentUsd) >= cap
}
