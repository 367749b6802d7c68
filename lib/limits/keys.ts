/**
 * Names of the call path's keys in Redis. All share the hash tag {gh}, so that one decision is one slot: organisation
 * budgets are part of every decision.
 */
import type { LimitRule, BudgetRule, Scope } from '#lib/limits/contract.ts'
import type { Window } from '#lib/limits/windows.ts'

export const openHolds = '{gh}:open'
export const holdPrefix = '{gh}:hold:'

export const holdKey = (callId: string): string => holdPrefix + callId
export const doneKey = (callId: string): string => `{gh}:done:${callId}`

/** The record of one limit; calendar limits have one a window. */
export function limitKey(rule: LimitRule, window: Window): string {
  const base = `{gh}:l:${rule.kind}:${scopeText(rule.scope)}`
  return rule.kind === 'rph' || rule.kind === 'rpd' || rule.kind === 'tpd' ? `${base}:${window.startMs}` : base
}

/** The record of one period of one budget. */
export function budgetKey(rule: Pick<BudgetRule, 'id'>, window: Window): string {
  return `{gh}:b:${rule.id}:${window.startMs}`
}

function scopeText(scope: Scope): string {
  return `${scope.type}:${scope.id}`
}
