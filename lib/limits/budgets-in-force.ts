import { findBudgetsInForce } from '#lib/limits/budget-store.ts'
import type { BudgetRule } from '#lib/limits/contract.ts'
import { pageOfMembers } from '#lib/limits/member-store.ts'
import { memberBudgetId } from '#lib/limits/rules/member-budget-id.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'

export type BudgetInForce = Pick<BudgetRule, 'id' | 'scope' | 'period' | 'timeZone'>

const atOnce = 1_000

/**
 * Every budget that Redis may keep a record of, in pages of at most 1,000: of a budget for each member of a team, one a
 * person, as the call path names them.
 */
export async function* budgetsInForce(
  { db, sql }: Pick<Context, 'db' | 'sql'>,
  nowMs: number,
): AsyncGenerator<readonly BudgetInForce[]> {
  for (let after = ''; ;) {
    const rows = await findBudgetsInForce(db, after, atOnce)
    const shared = rows.filter(({ perMember }) => !perMember)
    if (shared.length > 0) yield shared
    for (const budget of rows.filter(({ perMember }) => perMember)) yield* membersOf(sql, budget, nowMs)
    if (rows.length < atOnce) return
    after = rows.at(-1)!.id
  }
}

async function* membersOf(
  sql: Context['sql'],
  { id, scope, period, timeZone }: BudgetInForce,
  nowMs: number,
): AsyncGenerator<readonly BudgetInForce[]> {
  const window = budgetWindow(period, timeZone, nowMs)
  for (let after = ''; ;) {
    const userIds = await pageOfMembers(sql, scope.id, window, after, atOnce)
    if (userIds.length > 0) {
      yield userIds.map((userId) => memberBudgetOf({ id, scope, period, timeZone }, userId))
    }
    if (userIds.length < atOnce) return
    after = userIds.at(-1)!
  }
}

/** What a team's budget for each member is for one of them. */
export function memberBudgetOf({ id, scope, period, timeZone }: BudgetInForce, userId: string): BudgetInForce {
  return {
    id: memberBudgetId(id, userId),
    scope: { type: 'user', id: userId, name: userId, teamId: scope.id },
    period,
    timeZone,
  }
}
