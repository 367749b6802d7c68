/**
 * Names of the call path's keys in Redis. All share the hash tag {gh}, so that one decision is one slot: organisation
 * budgets are part of every decision.
 */
import type { LimitRule, BudgetRule, Scope } from '#lib/limits/contract.ts'
import type { Window } from '#lib/limits/windows.ts'

export const openHolds = '{gh}:open'
/** Limits and budget periods, by when somebody looks whether they are still needed. */
export const expiryIndex = '{gh}:expiry'
/** Set while Redis has what it was given; gone with everything else where it lost its data. See watermark.ts. */
export const epochKey = '{gh}:epoch'
/** The epoch for which a worker has restored windows and reconciled budgets. */
export const restoredKey = '{gh}:restored'
/** What the last reconciliation found; `repaired` counts them all. */
export const reconciledKey = '{gh}:reconciled'
export const holdPrefix = '{gh}:hold:'

export const holdKey = (callId: string): string => holdPrefix + callId

/** The record of one limit; calendar limits have one a window. */
export function limitKey(rule: LimitRule, window: Window): string {
  const models = rule.models === undefined ? '' : `|${rule.models}`
  const base = `{gh}:l:${rule.kind}:${scopeText(rule.scope)}${models}`
  return window.endMs > 0 ? `${base}:${window.startMs}` : base
}

/** The record of one period of one budget. */
export function budgetKey(rule: Pick<BudgetRule, 'id'>, window: Window): string {
  return `{gh}:p:${rule.id}:${window.startMs}`
}

export type PeriodState = { readonly spentNanos: bigint; readonly heldNanos: bigint }

/** A budget period's record; null for a period that Redis does not know. */
export function readPeriod(record: string | null): PeriodState | null {
  const [spent, held] = record?.split(' ') ?? []
  return spent === undefined || held === undefined ? null : { spentNanos: BigInt(spent), heldNanos: BigInt(held) }
}

/** Names of groups and tags are free text, which must not look like another record. */
function scopeText({ type, id }: Scope): string {
  return `${type}:${type === 'group' || type === 'tag' ? encodeURIComponent(id) : id}`
}
