/** Budgets at their thresholds, and budgets that will not last. */
import { readForecasts, type ForecastRow } from '#lib/alerts/read-forecasts.ts'
import { forecastSignal, thresholdSignal, type BudgetNow } from '#lib/alerts/rules/budget-signals.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { bookedOnly, readBudgetMoney, readMemberMoney } from '#lib/limits/budget-money.ts'
import type { PeriodState } from '#lib/limits/keys.ts'
import { enforcedAtNanos } from '#lib/limits/rule-set.ts'
import { memberBudgetId } from '#lib/limits/rules/member-budget-id.ts'
import { findBudgets, type BudgetListRow } from '#lib/limits/scope-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'

const atOnce = 500

/** The worker itself, which sees every budget. */
const worker: Actor = {
  kind: 'system',
  id: 'raise-alerts',
  name: 'Alerts',
  email: null,
  roles: new Set(['admin']),
  teamIds: [],
  leadOf: [],
  profileId: null,
  ip: null,
  requestId: null,
}

export async function findThresholdSignals(context: Context): Promise<Signal[]> {
  const nowMs = context.clock.nowMs()
  const signals: Signal[] = []
  for await (const rows of everyBudget(context, nowMs)) {
    const watched = rows.filter(({ thresholds }) => thresholds.length > 0)
    const money = await readBudgetMoney(
      context,
      watched.filter(({ perMember }) => !perMember),
      nowMs,
    )
    for (const row of watched) {
      const states = row.perMember
        ? await membersOf(context, row, nowMs)
        : [budgetNow(row, money.get(row.id) ?? bookedOnly(row), nowMs)]
      signals.push(...states.map(thresholdSignal).filter((signal) => signal !== null))
    }
  }
  return signals
}

export async function findForecastSignals(context: Context): Promise<Signal[]> {
  const nowMs = context.clock.nowMs()
  const signals: Signal[] = []
  for await (const rows of everyBudget(context, nowMs)) {
    const states = await spentOf(context, rows, nowMs)
    const forecasts = await readForecasts(context, states.map(forecastRow), nowMs)
    for (const state of states) {
      const signal = forecastSignal(state, forecasts.get(forecastRow(state).id) ?? null)
      if (signal) signals.push(signal)
    }
  }
  return signals
}

/** Budgets of which something is spent, each person's of those for each member. */
async function spentOf(context: Context, rows: readonly BudgetListRow[], nowMs: number): Promise<BudgetNow[]> {
  const shared = rows.filter(({ perMember, spentNanos }) => !perMember && spentNanos > 0n)
  const money = await readBudgetMoney(context, shared, nowMs)
  const states = shared.map((row) => budgetNow(row, money.get(row.id) ?? bookedOnly(row), nowMs))
  for (const row of rows.filter(({ perMember }) => perMember)) states.push(...(await membersOf(context, row, nowMs)))
  return states.filter(({ spentNanos }) => spentNanos > 0n)
}

function forecastRow({ id, subjectType, subjectId, teamId, perMemberOf, ...terms }: BudgetNow): ForecastRow {
  const row = { ...terms, scopeType: subjectType, scopeId: subjectId }
  if (perMemberOf === null || teamId === null) return { ...row, id }
  return { ...row, id: memberBudgetId(id, subjectId), inTeamId: teamId }
}

async function* everyBudget({ db }: Context, nowMs: number): AsyncGenerator<BudgetListRow[]> {
  for (let afterId: string | null = null; ;) {
    const rows: BudgetListRow[] = await findBudgets(db, worker, { afterId, downward: false, limit: atOnce, nowMs })
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (!last || rows.length < atOnce) return
    afterId = last.id
  }
}

async function membersOf(context: Context, row: BudgetListRow, nowMs: number): Promise<BudgetNow[]> {
  const members = await readMemberMoney(context, row, nowMs)
  return members.map((member) => ({
    ...budgetNow(row, member, nowMs),
    subjectType: 'user',
    subjectId: member.userId,
    ownerUserId: member.userId,
    perMemberOf: row.scopeName,
  }))
}

function budgetNow(row: BudgetListRow, { spentNanos, heldNanos }: PeriodState, nowMs: number): BudgetNow {
  const { startMs, endMs } = budgetWindow(row.period, row.timeZone, nowMs)
  return {
    id: row.id,
    subjectType: row.scopeType,
    subjectId: row.scopeId,
    teamId: row.teamId,
    ownerUserId: row.ownerUserId,
    perMemberOf: null,
    amountNanos: row.amountNanos,
    spentNanos,
    heldNanos,
    period: row.period,
    posture: row.posture,
    enforcedAtNanos: enforcedAtNanos(row),
    thresholds: row.thresholds,
    timeZone: row.timeZone,
    startMs,
    resetsAtMs: endMs === 0 ? null : endMs,
  }
}
