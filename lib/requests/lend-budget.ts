/**
 * Lends part of one budget to another of the same team, until a day: one goes down by what the other goes up, so the
 * team's own cap is as it was. Whoever leads the team lends at once; anybody else asks them.
 */
import { readAnyKey, type AnyKey } from '#lib/keys/open-key.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { isAdmin } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { lockKey, updateKey } from '#lib/keys/change-store.ts'
import { actTarget, mayRead } from '#lib/keys/view-key.ts'
import { findBudget, findLiveBudgets, updateBudget, type BudgetRow } from '#lib/limits/budget-store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound, type FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import type { PolicyChange } from '#lib/policy/change-policy.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import type { Subject } from '#lib/policy/versions.ts'
import { maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'
import type { Applied } from '#lib/requests/apply-raise.ts'
import type { LendScope, Loan } from '#lib/requests/contract.ts'
import { fileRequest } from '#lib/requests/file-request.ts'
import type { Effect } from '#lib/requests/rules/effects.ts'
import { mayLendAtOnce } from '#lib/requests/rules/who-decides.ts'
import { findPersonPlace, lockBudgets } from '#lib/requests/store.ts'
import { refuseIfRunning } from '#lib/requests/take-place.ts'

/** One side of a loan: a key or a person, and the budget of the period that is meant. */
type Side = {
  readonly scope: LendScope
  readonly name: string
  readonly teamIds: readonly string[]
  readonly ownerUserId: string | null
  readonly key: AnyKey | null
  readonly budget: BudgetRow
}

export type LoanWish = { readonly loan: Loan; readonly reason: string; readonly untilMs: number }

export async function lendBudgetIn(
  tx: Tx,
  context: Context,
  actor: Actor,
  { loan, reason, untilMs }: LoanWish,
): Promise<PolicyChange<string>> {
  const nowMs = context.clock.nowMs()
  const { from, to, teamId } = await openSides(tx, actor, loan, nowMs)
  const atOnce = mayLendAtOnce(actor, teamId, to.ownerUserId)
  if (!atOnce && !mayGive(actor, from)) throw forbidden('You may lend what is your own, or what your team has.')
  const applied = atOnce ? await moveBudget(tx, loan, from, to) : null
  const { id, audit } = await fileRequest(
    tx,
    actor,
    {
      what: 'lend',
      teamId,
      approver: 'team_lead',
      key: to.key,
      wish: { loan },
      reason,
      untilMs,
      decided: applied && { byId: actor.id, byName: actor.name, why: reason, effects: applied.effects },
    },
    nowMs,
  )
  return {
    result: id,
    subjects: applied ? subjectsOf(loan) : [],
    audit: applied ? [audit, ...loanAudits(applied, from, to, id)] : audit,
  }
}

/** The same when somebody approves it: what there is now counts, not what there was when it was asked for. */
export async function applyLoan(
  tx: Tx,
  actor: Actor,
  loan: Loan,
  requestId: string,
  nowMs: number,
): Promise<{ applied: Applied; subjects: Subject[]; audits: ReturnType<typeof loanAudits> }> {
  const { from, to } = await openSides(tx, actor, loan, nowMs)
  const applied = await moveBudget(tx, loan, from, to)
  return { applied, subjects: subjectsOf(loan), audits: loanAudits(applied, from, to, requestId) }
}

async function openSides(
  tx: Tx,
  actor: Actor,
  loan: Loan,
  nowMs: number,
): Promise<{ from: Side; to: Side; teamId: string }> {
  if (loan.from.type === loan.to.type && loan.from.id === loan.to.id)
    throw invalid({ field: 'to', message: 'Choose another than the one that lends.' })
  const keyIds = [loan.from, loan.to].flatMap(({ type, id }) => (type === 'key' ? [id] : []))
  for (const id of keyIds.toSorted()) await lockKey(tx, id)
  const from = await sideOf(tx, actor, loan.from, loan, nowMs)
  const to = await sideOf(tx, actor, loan.to, loan, nowMs)
  const shared = from.teamIds.filter((id) => to.teamIds.includes(id))
  const teamId = shared.find((id) => actor.leadOf.includes(id)) ?? shared[0]
  if (teamId === undefined) throw invalid({ field: 'to', message: 'Both have to be of one team.' })
  await lockBudgets(tx, [from.budget.id, to.budget.id])
  // Read again: somebody may have changed them while this waited for the lock.
  return { from: await afresh(tx, from), to: await afresh(tx, to), teamId }
}

async function afresh(tx: Tx, side: Side): Promise<Side> {
  return { ...side, budget: (await findBudget(tx, side.budget.id)) ?? side.budget }
}

async function sideOf(tx: Tx, actor: Actor, scope: LendScope, { period }: Loan, nowMs: number): Promise<Side> {
  const budget = (await findLiveBudgets(tx, scope.type, scope.id)).find((each) => each.period === period)
  const place = scope.type === 'key' ? await keySide(tx, actor, scope.id, nowMs) : await personSide(tx, actor, scope.id)
  if (budget) return { scope, ...place, budget }
  throw invalid({ field: 'period', message: `${place.name} has no budget of its own for a ${period}.` })
}

async function keySide(tx: Tx, actor: Actor, id: string, nowMs: number) {
  const key = await readAnyKey(tx, id, nowMs)
  const sharesTeam = key !== null && actor.teamIds.includes(key.team.id)
  if (!key || !(mayRead(key, actor) || sharesTeam)) throw notFound('key')
  if (key.status !== 'active') throw new AppError('conflict', `The key ${key.name} is ${key.status}.`)
  return { name: key.name, teamIds: [key.team.id], ownerUserId: actTarget(key).ownerUserId ?? null, key }
}

async function personSide(tx: Tx, actor: Actor, id: string) {
  const person = await findPersonPlace(tx, id)
  const near = person?.teamIds.some((teamId) => actor.teamIds.includes(teamId)) || isAdmin(actor)
  if (!person || !near) throw notFound('person')
  return { name: person.name, teamIds: person.teamIds, ownerUserId: person.id, key: null }
}

function mayGive(actor: Actor, from: Side): boolean {
  return from.key ? may(actor, 'key.update', actTarget(from.key)) : actor.id === from.scope.id
}

async function moveBudget(tx: Tx, loan: Loan, from: Side, to: Side): Promise<Applied> {
  const amount = nanosOfUsd(loan.amountUsd)
  const left = from.budget.amountNanos - amount
  if (left <= 0n) {
    const message = `${from.name} can lend less than $${usdOfNanos(from.budget.amountNanos)}, which is all it has.`
    throw invalid({ field: 'amountUsd', message })
  }
  await refuseIfRunning(tx, [from.budget.id, to.budget.id], [from.scope.id, to.scope.id])
  const more = to.budget.amountNanos + amount
  const overrideAdded = await overrideFor(tx, to, more)
  await updateBudget(tx, from.budget.id, { amountNanos: left })
  await updateBudget(tx, to.budget.id, { amountNanos: more })
  const effects = [effectOf(from, left, false), effectOf(to, more, overrideAdded)]
  const amounts = (one: bigint, other: bigint) => ({ [from.name]: usdOfNanos(one), [to.name]: usdOfNanos(other) })
  return {
    effects,
    before: amounts(from.budget.amountNanos, to.budget.amountNanos),
    after: amounts(left, more),
  }
}

/** Beyond its profile a key would not be let have it. */
async function overrideFor(tx: Tx, { key, budget }: Side, amountNanos: bigint): Promise<boolean> {
  if (!key || key.overrides.includes('budget')) return false
  const maximum = maximumNanosFor(budget.period, profilePolicy.parse(key.profile.policy))
  if (maximum === null || amountNanos <= maximum) return false
  await updateKey(tx, key.id, { overrides: [...key.overrides, 'budget'] })
  return true
}

function effectOf({ scope, budget }: Side, after: bigint, overrideAdded: boolean): Effect {
  return {
    field: 'budget',
    scopeType: scope.type,
    scopeId: scope.id,
    budgetId: budget.id,
    period: budget.period,
    before: budget.amountNanos.toString(),
    after: after.toString(),
    overrideAdded,
  }
}

function subjectsOf({ from, to }: Loan): Subject[] {
  return [`${from.type}:${from.id}`, `${to.type}:${to.id}`]
}

function loanAudits({ before, after }: Applied, from: Side, to: Side, requestId: string) {
  return [from, to].map((side) => ({
    action: 'budget.lend',
    targetType: side.scope.type,
    targetId: side.scope.id,
    targetName: side.name,
    summary: `lent budget from ${from.name} to ${to.name} by request ${requestId}`,
    before,
    after,
  }))
}

function invalid(...errors: FieldError[]): AppError {
  return new AppError('validation_failed', 'This cannot be lent.', { errors })
}
