import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import { budgetPeriods, budgetPostures, scopeTypes } from '#lib/limits/contract.ts'
import { findBudgets, type BudgetListRow } from '#lib/limits/scope-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { decodeCursor, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

export const listBudgetsQuery = pageQueryOf({
  sorts: ['-createdAt', 'createdAt'],
  filters: ['scopeType', 'scopeId', 'period', 'posture'],
})

/** The live budgets that someone may see, with what is booked of each. */
export async function listBudgets(
  { db, clock }: Context,
  actor: Actor,
  query: z.infer<typeof listBudgetsQuery>,
): Promise<Page<BudgetView>> {
  const nowMs = clock.nowMs()
  const [afterId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, query.sort, 1)
  const { scopeType, scopeId, period, posture } = query.filter
  const rows = await findBudgets(db, actor, {
    scopeTypes: known('scopeType', scopeTypes, scopeType),
    scopeIds: scopeId,
    periods: known('period', budgetPeriods, period),
    postures: known('posture', budgetPostures, posture),
    q: query.q || undefined,
    afterId: typeof afterId === 'string' ? afterId : null,
    downward: query.sort === '-createdAt',
    limit: query.limit + 1,
    nowMs,
  })
  return pageOf(rows, query, { itemOf: (row) => viewBudget(row, nowMs), positionOf: ({ id }) => [id] })
}

export async function readBudget({ db, clock }: Context, actor: Actor, id: string): Promise<BudgetView> {
  const nowMs = clock.nowMs()
  const [row] = await findBudgets(db, actor, { id, downward: false, limit: 1, nowMs })
  if (!row) throw notFound('budget')
  return viewBudget(row, nowMs)
}

export function viewBudget(row: BudgetListRow, nowMs: number): BudgetView {
  const { startMs, endMs } = budgetWindow(row.period, row.timeZone, nowMs)
  return {
    id: row.id,
    scope: { type: row.scopeType, id: row.scopeId, name: row.scopeName },
    amountUsd: usdOfNanos(row.amountNanos),
    period: row.period,
    posture: row.posture,
    enforceAtPercent: row.enforceAtPercent,
    timeZone: row.timeZone,
    spentUsd: usdOfNanos(row.spentNanos),
    startsAt: endMs === 0 ? null : new Date(startMs).toISOString(),
    resetsAt: endMs === 0 ? null : new Date(endMs).toISOString(),
    createdAt: row.createdAt.toISOString(),
  }
}

/** A word that nobody knows is refused: it would answer nothing and look like an answer. */
function known(
  field: string,
  words: readonly string[],
  values: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!values || values.every((value) => words.includes(value))) return values
  throw new AppError('validation_failed', 'A filter is not valid.', {
    errors: [{ field: `filter[${field}]`, message: `Use ${words.join(', ')}.` }],
  })
}
