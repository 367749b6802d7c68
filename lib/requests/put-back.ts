/** Undoes what a grant changed, where nobody has changed it since. */
import { readAnyKey } from '#lib/keys/open-key.ts'
import { lockKey, updateKey } from '#lib/keys/change-store.ts'
import { findBudget, updateBudget } from '#lib/limits/budget-store.ts'
import { limitKinds, type ScopeLimits } from '#lib/limits/contract.ts'
import type { Tx } from '#lib/platform/db.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Subject } from '#lib/policy/versions.ts'
import type { Effect } from '#lib/requests/rules/effects.ts'
import { findGrantedModels, lockBudgets } from '#lib/requests/store.ts'

export type PutBack = {
  readonly subjects: readonly Subject[]
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

export async function putBack(tx: Tx, effects: readonly Effect[], nowMs: number): Promise<PutBack> {
  const subjects = new Set<Subject>()
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  // Keys before budgets, each in order, as everyone takes them who approves.
  const keyIds = new Set(effects.flatMap((each) => (each.field === 'budget' ? ownKey(each) : [each.keyId])))
  for (const keyId of [...keyIds].toSorted()) await lockKey(tx, keyId)
  await lockBudgets(
    tx,
    effects.flatMap((each) => (each.field === 'budget' ? [each.budgetId] : [])),
  )
  for (const each of effects) {
    const note = (was: unknown, is: unknown) => {
      const of = each.field === 'budget' ? `${each.scopeType}:${each.scopeId}` : `key:${each.keyId}`
      subjects.add(of as Subject)
      const field = each.field === 'limit' ? each.kind : each.field === 'model' ? `model ${each.model}` : 'budgetUsd'
      before[`${of} ${field}`] = was
      after[`${of} ${field}`] = is
    }
    if (each.field === 'budget') await putBackBudget(tx, each, note, nowMs)
    else if (each.field === 'limit') await putBackLimit(tx, each, note, nowMs)
    else await takeModel(tx, each, note)
  }
  return { subjects: [...subjects], before, after }
}

type Note = (was: unknown, is: unknown) => void

async function putBackBudget(tx: Tx, each: Effect & { field: 'budget' }, note: Note, nowMs: number): Promise<void> {
  const budget = await findBudget(tx, each.budgetId)
  if (!budget || budget.archivedAt !== null || budget.amountNanos.toString() !== each.after) return
  await updateBudget(tx, each.budgetId, { amountNanos: BigInt(each.before) })
  if (each.overrideAdded) await dropOverride(tx, each.scopeId, 'budget', nowMs)
  note(usdOfNanos(BigInt(each.after)), usdOfNanos(BigInt(each.before)))
}

async function putBackLimit(tx: Tx, each: Effect & { field: 'limit' }, note: Note, nowMs: number): Promise<void> {
  const key = await readAnyKey(tx, each.keyId, nowMs)
  const kind = limitKinds.find((one) => one === each.kind)
  if (!key || !kind || key.limits[kind] !== each.after) return
  const { [kind]: _, ...others } = key.limits
  const limits: ScopeLimits = each.before === undefined ? others : { ...others, [kind]: each.before }
  await updateKey(tx, each.keyId, { limits })
  if (each.overrideAdded) await dropOverride(tx, each.keyId, `limits.${kind}`, nowMs)
  note(each.after, each.before ?? null)
}

async function takeModel(tx: Tx, each: Effect & { field: 'model' }, note: Note): Promise<void> {
  const models = await findGrantedModels(tx, each.keyId)
  if (!models.includes(each.model)) return
  await updateKey(tx, each.keyId, { grantedModels: models.filter((model) => model !== each.model) })
  note(true, false)
}

async function dropOverride(tx: Tx, keyId: string, field: string, nowMs: number): Promise<void> {
  const key = await readAnyKey(tx, keyId, nowMs)
  if (key) await updateKey(tx, keyId, { overrides: key.overrides.filter((each) => each !== field) })
}

function ownKey(each: Effect & { field: 'budget' }): string[] {
  return each.scopeType === 'key' ? [each.scopeId] : []
}
