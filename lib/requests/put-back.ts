/** Undoes what a grant changed, where nobody has changed it since. */
import { readAnyKey } from '#lib/keys/open-key.ts'
import { lockKey, updateKey } from '#lib/keys/change-store.ts'
import { findBudget, updateBudget } from '#lib/limits/budget-store.ts'
import { limitKinds, type ScopeLimits } from '#lib/limits/contract.ts'
import { subjectOfScope } from '#lib/limits/rules/subject-of-scope.ts'
import { readScopeLimits, writeScopeLimits } from '#lib/limits/scope-store.ts'
import type { Tx } from '#lib/platform/db.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Subject } from '#lib/policy/versions.ts'
import type { Effect } from '#lib/requests/rules/effects.ts'
import { findGranted, lockBudgets } from '#lib/requests/store.ts'

type Place = { readonly type: (Effect & { field: 'budget' })['scopeType']; readonly id: string }

export type PutBack = {
  readonly subjects: readonly Subject[]
  /** What was changed, for the audit log. */
  readonly places: readonly Place[]
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

export async function putBack(tx: Tx, effects: readonly Effect[], nowMs: number): Promise<PutBack> {
  const places = new Map<string, Place>()
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  // Keys before budgets, each in order, as everyone takes them who approves.
  const keyIds = new Set(effects.map(placeOf).flatMap(({ type, id }) => (type === 'key' ? [id] : [])))
  for (const keyId of [...keyIds].toSorted()) await lockKey(tx, keyId)
  await lockBudgets(
    tx,
    effects.flatMap((each) => (each.field === 'budget' ? [each.budgetId] : [])),
  )
  for (const each of effects) {
    const note = (was: unknown, is: unknown) => {
      const place = placeOf(each)
      const of = `${place.type}:${place.id}`
      places.set(of, place)
      const field = fieldOf(each)
      before[`${of} ${field}`] = was
      after[`${of} ${field}`] = is
    }
    if (each.field === 'budget') await putBackBudget(tx, each, note, nowMs)
    else if (each.field === 'limit') await putBackLimit(tx, each, note, nowMs)
    else if (each.field === 'scope_limit') await putBackScopeLimit(tx, each, note, nowMs)
    else if (each.field === 'model') await takeModel(tx, each, note)
    else await takeProvider(tx, each, note)
  }
  const changed = [...places.values()]
  const subjects = changed.map(({ type, id }) => (type === 'key' ? (`key:${id}` as const) : subjectOfScope(type, id)))
  return { subjects: [...new Set(subjects)], places: changed, before, after }
}

function placeOf(each: Effect): Place {
  return 'keyId' in each ? { type: 'key', id: each.keyId } : { type: each.scopeType, id: each.scopeId }
}

function fieldOf(each: Effect): string {
  switch (each.field) {
    case 'budget':
      return 'budgetUsd'
    case 'limit':
    case 'scope_limit':
      return each.kind
    case 'model':
      return `model ${each.model}`
    case 'provider':
      return `provider ${each.provider}`
  }
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

async function putBackScopeLimit(
  tx: Tx,
  { scopeType, scopeId, kind: name, before, after }: Effect & { field: 'scope_limit' },
  note: Note,
  nowMs: number,
): Promise<void> {
  const limits = await readScopeLimits(tx, scopeType, scopeId)
  const kind = limitKinds.find((one) => one === name)
  if (!kind || limits[kind] !== after) return
  const { [kind]: _, ...others } = limits
  await writeScopeLimits(tx, scopeType, scopeId, before === null ? others : { ...others, [kind]: before }, nowMs)
  note(after, before)
}

async function takeModel(tx: Tx, each: Effect & { field: 'model' }, note: Note): Promise<void> {
  const { models } = await findGranted(tx, each.keyId)
  if (!models.includes(each.model)) return
  await updateKey(tx, each.keyId, { grantedModels: models.filter((model) => model !== each.model) })
  note(true, false)
}

async function takeProvider(tx: Tx, each: Effect & { field: 'provider' }, note: Note): Promise<void> {
  const { providers } = await findGranted(tx, each.keyId)
  if (!providers.includes(each.provider)) return
  await updateKey(tx, each.keyId, { grantedProviders: providers.filter((provider) => provider !== each.provider) })
  note(true, false)
}

async function dropOverride(tx: Tx, keyId: string, field: string, nowMs: number): Promise<void> {
  const key = await readAnyKey(tx, keyId, nowMs)
  if (key) await updateKey(tx, keyId, { overrides: key.overrides.filter((each) => each !== field) })
}
