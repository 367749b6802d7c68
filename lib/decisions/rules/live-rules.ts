/** How limits and budgets would stand with one more call, from what is in use now. Pure. */
import type { TestedRule } from '#lib/ledger/contract.ts'
import type { BudgetReading, LimitReading } from '#lib/limits/read-limits.ts'
import { namedScope } from '#lib/limits/rules/rules-of-model.ts'

export type Need = {
  /** As token limits count them: the prompt and the output. */
  readonly tokens: number
  /** Least that must fit under each budget, and what is set aside where there is room for it. */
  readonly leastNanos: bigint
}

export function limitRule({ rule, used, remaining, resetsAtMs }: LimitReading, { tokens }: Need): TestedRule {
  const needs = rule.kind === 'tpm' || rule.kind === 'tpd' ? tokens : 1
  return {
    rule: rule.kind,
    passed: remaining >= needs,
    scope: namedScope(rule),
    source: null,
    limit: rule.limit,
    used,
    held: null,
    unit: null,
    resetsAtMs,
  }
}

/** A soft budget only alerts: it stops nothing. */
export function budgetRule(reading: BudgetReading, { leastNanos }: Need): TestedRule {
  const { rule, window, spentNanos, heldNanos, capNanos } = reading
  return {
    rule: `budget_${rule.period}`,
    passed: capNanos === null || spentNanos + heldNanos + leastNanos <= capNanos,
    scope: rule.scope,
    source: rule.posture,
    limit: capNanos === null ? rule.amountNanos : String(capNanos),
    used: String(spentNanos),
    held: String(heldNanos),
    unit: 'nanos',
    resetsAtMs: window.endMs > 0 ? window.endMs : null,
  }
}
