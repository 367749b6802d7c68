/**
 * Asks for more for what stands above keys: the budget or the limits of a person, a workload, a project, a team, a business
 * unit or the organisation. A lead asks for what their team depends on, a person for themselves; administrators decide.
 */
import { isAdmin, type Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { findLiveBudgets, updateBudget } from '#lib/limits/budget-store.ts'
import type { AskedScopeType } from '#lib/requests/rules/asked-scopes.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import { subjectOfScope } from '#lib/limits/rules/subject-of-scope.ts'
import { findScope, readScopeLimits, writeScopeLimits, type ScopeRow } from '#lib/limits/scope-store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound, type FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import type { PolicyChange } from '#lib/policy/change-policy.ts'
import type { Subject } from '#lib/policy/versions.ts'
import type { Applied } from '#lib/requests/apply-raise.ts'
import type { ScopeRaise } from '#lib/requests/contract.ts'
import { fileRequest } from '#lib/requests/file-request.ts'
import type { Effect } from '#lib/requests/rules/effects.ts'
import { findOpenScopeRequest, findPersonPlace, findTeamInUnit, lockBudgets } from '#lib/requests/store.ts'
import { takePlaceOf } from '#lib/requests/take-place.ts'

export type ScopeWish = {
  readonly what: 'budget' | 'limit'
  readonly scope: { readonly type: AskedScopeType; readonly id: string }
  readonly more: Pick<ScopeRaise, 'budget' | 'limits'>
  readonly reason: string
  readonly untilMs: number | null
  readonly decisionId?: string | undefined
}

export async function askForScopeIn(
  tx: Tx,
  context: Context,
  actor: Actor,
  { what, scope: { type, id }, more, reason, untilMs, decisionId }: ScopeWish,
): Promise<PolicyChange<string>> {
  const scope = await findScope(tx, type, id)
  if (!scope || scope.id !== id) throw notFound('scope')
  const teamId = await teamThatAsks(tx, actor, scope)
  const open = await findOpenScopeRequest(tx, type, id, what)
  if (open) throw new AppError('conflict', `This was asked for already and waits for an answer: ${open}.`)
  const wish = { scope: { type, id, name: scope.name }, ...more }
  const errors = await noMore(tx, wish)
  if (errors.length > 0) throw new AppError('validation_failed', 'There is nothing to ask for like this.', { errors })
  const request = { what, teamId, approver: 'admin', key: null, wish: { scopeRaise: wish }, reason, untilMs } as const
  const { id: requestId, audit } = await fileRequest(
    tx,
    actor,
    { ...request, decisionId, decided: null },
    context.clock.nowMs(),
  )
  return { result: requestId, subjects: [], audit }
}

/** What was approved, in force; and how to put it back. */
export async function applyScopeRaise(
  tx: Tx,
  { scope, budget, limits = {} }: ScopeRaise,
  requestId: string,
  untilMs: number | null,
  nowMs: number,
): Promise<{ applied: Applied; subjects: Subject[]; audits: ReturnType<typeof scopeChanged>[] }> {
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  const effects: Effect[] = []
  const place = { scopeType: scope.type, scopeId: scope.id }
  if (budget) {
    const row = await budgetOf(tx, scope, budget.period)
    if (!row) throw new AppError('conflict', `${scope.name} has no budget a ${budget.period} any more.`)
    await lockBudgets(tx, [row.id])
    const { id, period, amountNanos } = (await budgetOf(tx, scope, budget.period)) ?? row
    const wanted = nanosOfUsd(budget.amountUsd)
    await updateBudget(tx, id, { amountNanos: wanted })
    before.budgetUsd = usdOfNanos(amountNanos)
    after.budgetUsd = budget.amountUsd
    const values = { before: amountNanos.toString(), after: wanted.toString(), overrideAdded: false }
    effects.push({ field: 'budget', ...place, budgetId: id, period, ...values })
  }
  const current = await readScopeLimits(tx, scope.type, scope.id)
  for (const kind of limitKinds) {
    const limit = limits[kind]
    if (limit === undefined) continue
    before[kind] = current[kind] ?? null
    after[kind] = limit
    effects.push({ field: 'scope_limit', ...place, kind, before: current[kind] ?? null, after: limit })
  }
  if (Object.keys(limits).length > 0) await writeScopeLimits(tx, scope.type, scope.id, { ...current, ...limits }, nowMs)
  const settled = await takePlaceOf(tx, [scope.id], effects, nowMs)
  return {
    applied: { effects: untilMs === null ? [] : settled, before, after },
    subjects: [subjectOfScope(scope.type, scope.id)],
    audits: [scopeChanged(scope, before, after, requestId)],
  }
}

function scopeChanged({ type, id, name }: ScopeRaise['scope'], before: unknown, after: unknown, requestId: string) {
  const summary = `raised ${type.replace('_', ' ')} ${name}: approved by request ${requestId}`
  return { action: 'budget.raise', targetType: type, targetId: id, targetName: name, summary, before, after }
}

/** The budget of all in the scope together, for that period. */
export async function budgetOf(tx: Tx, { type, id }: ScopeRaise['scope'], period: string) {
  const live = await findLiveBudgets(tx, type, id)
  return live.find((each) => each.period === period && !each.perMember) ?? null
}

/** Whose request it is; refused where it is not theirs to ask for, and unknown where they may not see it. */
async function teamThatAsks(tx: Tx, actor: Actor, scope: ScopeRow<AskedScopeType>): Promise<string> {
  const team = await askingTeam(tx, actor, scope)
  if (team !== null) return team
  const target = { teamId: scope.teamId, ownerUserId: scope.ownerUserId }
  const isWide = scope.type === 'organisation' || scope.type === 'business_unit'
  if (!isWide && !may(actor, 'budget.read', target)) throw notFound('scope')
  throw forbidden('A lead of the team asks for more of this.')
}

async function askingTeam(tx: Tx, actor: Actor, scope: ScopeRow<AskedScopeType>): Promise<string | null> {
  const { type, id, teamId, ownerUserId } = scope
  if (teamId !== null) {
    const asks = isAdmin(actor) || actor.leadOf.includes(teamId) || (ownerUserId !== null && ownerUserId === actor.id)
    return asks ? teamId : null
  }
  if (type === 'user') {
    const teamIds = (await findPersonPlace(tx, id))?.teamIds ?? []
    if (id === actor.id || isAdmin(actor)) return teamIds[0] ?? null
    return teamIds.find((each) => actor.leadOf.includes(each)) ?? null
  }
  const asking = isAdmin(actor) ? [...actor.leadOf, ...actor.teamIds] : actor.leadOf
  if (type === 'business_unit') return findTeamInUnit(tx, id, asking)
  return asking[0] ?? null
}

async function noMore(tx: Tx, { scope, budget, limits = {} }: ScopeRaise): Promise<FieldError[]> {
  const errors: FieldError[] = []
  if (budget) {
    const row = await budgetOf(tx, scope, budget.period)
    if (!row) errors.push({ field: 'period', message: `${scope.name} has no budget a ${budget.period}.` })
    else if (nanosOfUsd(budget.amountUsd) <= row.amountNanos)
      errors.push({ field: 'amountUsd', message: `${scope.name} has this much already.` })
  }
  const current = Object.keys(limits).length > 0 ? await readScopeLimits(tx, scope.type, scope.id) : {}
  for (const kind of limitKinds) {
    const wanted = limits[kind]
    if (wanted === undefined) continue
    const has = current[kind] ?? null
    if (has === null) errors.push({ field: `limits.${kind}`, message: `${scope.name} has no such limit.` })
    else if (wanted <= has) errors.push({ field: `limits.${kind}`, message: `${scope.name} has this much already.` })
  }
  return errors
}
