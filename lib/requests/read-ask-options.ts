/** What a person may ask for more of, and lend: their keys, what their team depends on, budgets of colleagues. */
import { readCatalogNames } from '#lib/catalog/read-names.ts'
import { isAdmin, type Actor } from '#lib/identity/contract.ts'
import type { KeyView } from '#lib/keys/contract.ts'
import { listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { askedScopeTypes, type AskedScopeType } from '#lib/requests/rules/asked-scopes.ts'
import type { BudgetPeriod, LimitKind } from '#lib/limits/contract.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import { findBudgets, findScopeLimits } from '#lib/limits/scope-store.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { findLendSides } from '#lib/requests/store.ts'

/** Something that has budgets and limits; a key, or a scope above keys. */
export type AskTarget = {
  readonly type: 'key' | AskedScopeType
  readonly id: string
  readonly name: string
  readonly budgets: readonly { readonly period: BudgetPeriod; readonly amountUsd: string }[]
  readonly limits: Partial<Record<LimitKind, number>>
  readonly expiresAt: string | null
}

/** One budget that may lend or be lent to. */
export type LendSide = {
  readonly type: 'key' | 'user'
  readonly id: string
  readonly name: string
  readonly teamId: string
  readonly period: BudgetPeriod
  /** Theirs to give: their own, or of a team that they lead. */
  readonly gives: boolean
}

export type AskOptions = {
  readonly targets: readonly AskTarget[]
  readonly models: readonly string[]
  readonly providers: readonly string[]
  readonly sides: readonly LendSide[]
}

const most = 200

export async function readAskOptions(context: Context, actor: Actor): Promise<AskOptions> {
  const { db, clock } = context
  const nowMs = clock.nowMs()
  const [keys, scopes, names, sides] = await Promise.all([
    listKeys(context, actor, listKeysQuery.parse({ sort: '-lastUsedAt', limit: most })),
    scopeTargets(context, actor, nowMs),
    readCatalogNames(db),
    findLendSides(db, { actorId: actor.id, teamIds: actor.teamIds, leadOf: actor.leadOf, now: new Date(nowMs), most }),
  ])
  const mine = keys.data.filter(({ actions, status }) => actions.includes('update') && status !== 'pending')
  return {
    targets: [...mine.map(keyTarget), ...scopes],
    models: names.models.map(({ name }) => name),
    providers: names.providers,
    sides,
  }
}

function keyTarget({ id, name, budget, limits, expiresAt }: KeyView): AskTarget {
  const budgets = budget ? [{ period: budget.period, amountUsd: budget.amountUsd }] : []
  return { type: 'key', id, name, budgets, limits: numbersOf(limits), expiresAt }
}

/** Only a lead, or an administrator, asks for what is above keys: `ask-for-scope` has the last word. */
async function scopeTargets({ db }: Context, actor: Actor, nowMs: number): Promise<AskTarget[]> {
  if (!isAdmin(actor) && actor.leadOf.length === 0) return []
  const [budgets, limits] = await Promise.all([
    findBudgets(db, actor, { scopeTypes: askedScopeTypes, downward: false, limit: most, nowMs }),
    findScopeLimits(db, actor, { scopeTypes: askedScopeTypes, after: null, limit: most }),
  ])
  const led = (teamId: string | null) => isAdmin(actor) || (teamId !== null && actor.leadOf.includes(teamId))
  const targets = new Map<string, AskTarget>()
  const at = (type: string, id: string, name: string) =>
    targets.get(`${type} ${id}`) ?? {
      type: type as AskedScopeType,
      id,
      name,
      budgets: [],
      limits: {},
      expiresAt: null,
    }
  for (const { scopeType, scopeId, scopeName, teamId, period, amountNanos, perMember } of budgets) {
    if (perMember || !led(teamId)) continue
    const target = at(scopeType, scopeId, scopeName)
    const budget = { period, amountUsd: usdOfNanos(amountNanos) }
    targets.set(`${scopeType} ${scopeId}`, { ...target, budgets: [...target.budgets, budget] })
  }
  for (const { scopeType, scopeId, scopeName, limits: own } of limits) {
    const known = targets.has(`${scopeType} ${scopeId}`)
    if (!known && !isAdmin(actor) && !(scopeType === 'team' && actor.leadOf.includes(scopeId))) continue
    targets.set(`${scopeType} ${scopeId}`, { ...at(scopeType, scopeId, scopeName), limits: numbersOf(own) })
  }
  return [...targets.values()]
}

function numbersOf(limits: Partial<Record<LimitKind, number | null | undefined>>): AskTarget['limits'] {
  return Object.fromEntries(limitKinds.flatMap((kind) => (limits[kind] == null ? [] : [[kind, limits[kind]]])))
}
