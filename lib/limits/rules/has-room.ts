/** Whether what a call gives back is scarce. Pure. */
import type { Judgement } from '#lib/limits/admit.ts'

/** Calls that must still fit for what one of them holds to be no matter of a few milliseconds. */
const roomForCalls = 100

/** Whether every limit and budget of an admitted call has room for many that hold as much. */
export function hasRoom({ limits, budgets, heldNanos, heldTokens }: Judgement): boolean {
  for (const { rule, remaining } of limits) {
    const held = rule.kind === 'tpm' || rule.kind === 'tpd' ? heldTokens : 1
    if (remaining < roomForCalls * held) return false
  }
  for (const { cap, spent, held } of budgets) {
    if (cap !== null && cap - spent - held < roomForCalls * heldNanos) return false
  }
  return true
}
