/** Whether what a call gives back is scarce. Pure. */
import type { Judgement } from '#lib/limits/admit.ts'
import { costOfCall } from '#lib/limits/rules/limit-kinds.ts'

/** Calls that must still fit for what one of them holds to be no matter of a few milliseconds. */
const roomForCalls = 100

/** Whether every limit and budget of an admitted call has room for many that hold as much. */
export function hasRoom({ limits, budgets, heldNanos, held }: Judgement): boolean {
  for (const { rule, remaining } of limits) {
    if (remaining < roomForCalls * costOfCall(rule.kind, held)) return false
  }
  for (const budget of budgets) {
    if (budget.cap !== null && budget.cap - budget.spent - budget.held < roomForCalls * heldNanos) return false
  }
  return true
}
