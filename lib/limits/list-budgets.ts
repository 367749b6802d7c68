import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import { budgetPeriods, budgetPostures, scopeTypes } from '#lib/limits/contract.ts'
import { bookedOnly, readBudgetMoney } from '#lib/limits/budget-money.ts'
import type { PeriodState } from '#lib/limits/keys.ts'
import { budgetParent } from '#lib/limits/rules/budget-parent.ts'
import { findBudgets, type BudgetListRow } from '#lib/limits/scope-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { decodeCursor, knownValues, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { notFound } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

export const listBudgetsQuery = pageQueryOf({
  sorts: ['-createdAt', 'createdAt'],
  filters: ['scopeType', 'scopeId', 'period', 'posture', 'team'],
})

/** The live budgets that someone may see, with what is booked of each. */
export async function listBudgets(
  context: Context,
  actor: Actor,
  query: z.infer<typeof listBudgetsQuery>,
): Promise<Page<BudgetView>> {
  const { db, clock } = context
  const nowMs = clock.nowMs()
  const [afterId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 1)
  const { scopeType, scopeId, period, posture, team } = query.filter
  const rows = await findBudgets(db, actor, {
    scopeTypes: knownValues('scopeType', scopeTypes, scopeType),
    scopeIds: scopeId,
    teamIds: team,
    periods: knownValues('period', budgetPeriods, period),
    postures: knownValues('posture', budgetPostures, posture),
    q: query.q || undefined,
    afterId: typeof afterId === 'string' ? afterId : null,
    downward: query.sort === '-createdAt',
    limit: query.limit + 1,
    nowMs,
  })
  const money = await readBudgetMoney(context, rows, nowMs)
  return pageOf(rows, query, {
    itemOf: (row) => viewBudget(row, money.get(row.id) ?? bookedOnly(row), nowMs),
    positionOf: ({ id }) => [id],
  })
}

export async function readBudget(context: Context, actor: Actor, id: string): Promise<BudgetView> {
  const nowMs = context.clock.nowMs()
  const [row] = await findBudgets(context.db, actor, { id, downward: false, limit: 1, nowMs })
  if (!row) throw notFound('budget')
  const money = await readBudgetMoney(context, [row], nowMs)
  return viewBudget(row, money.get(row.id) ?? bookedOnly(row), nowMs)
}

export function viewBudget(row: BudgetListRow, { spentNanos, heldNanos }: PeriodState, nowMs: number): BudgetView {
  const { startMs, endMs } = budgetWindow(row.period, row.timeZone, nowMs)
  return {
    id: row.id,
    scope: { type: row.scopeType, id: row.scopeId, name: row.scopeName },
    parent: budgetParent(row),
    amountUsd: usdOfNanos(row.amountNanos),
    period: row.period,
    posture: row.posture,
    enforceAtPercent: row.enforceAtPercent,
    timeZone: row.timeZone,
    thresholds: row.thresholds,
    perMember: row.perMember,
    spentUsd: usdOfNanos(spentNanos),
    heldUsd: usdOfNanos(heldNanos),
    startsAt: endMs === 0 ? null : new Date(startMs).toISOString(),
    resetsAt: endMs === 0 ? null : new Date(endMs).toISOString(),
    createdAt: row.createdAt.toISOString(),
  }
}
