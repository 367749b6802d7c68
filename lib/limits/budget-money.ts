/**
 * What is spent and held of budgets in their periods: the call path's own records where Redis has them, else what the
 * ledger has booked. For lists and alerts, many budgets at once; nothing is seeded.
 */
import { budgetKey, readPeriod, type PeriodState } from '#lib/limits/keys.ts'
import { findMemberSpend } from '#lib/limits/member-store.ts'
import { memberBudgetId } from '#lib/limits/rules/member-budget-id.ts'
import type { BudgetListRow } from '#lib/limits/scope-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'

export type MemberMoney = PeriodState & { readonly userId: string; readonly name: string }

type Row = Pick<BudgetListRow, 'id' | 'period' | 'timeZone' | 'spentNanos' | 'perMember' | 'scopeId'>

const atOnce = 500

/** What the ledger says of it, which knows no running calls. */
export function bookedOnly({ spentNanos }: Pick<Row, 'spentNanos'>): PeriodState {
  return { spentNanos, heldNanos: 0n }
}

/** By the budget's id; of a budget for each member, the sum over the members. */
export async function readBudgetMoney(
  context: Context,
  rows: readonly Row[],
  nowMs: number,
): Promise<ReadonlyMap<string, PeriodState>> {
  const shared = rows.filter(({ perMember }) => !perMember)
  const keys = shared.map((row) => budgetKey(row, budgetWindow(row.period, row.timeZone, nowMs)))
  const records = await recordsOf(context, keys)
  const money = new Map(shared.map((row, i) => [row.id, readPeriod(records[i] ?? null) ?? bookedOnly(row)]))
  for (const row of rows.filter(({ perMember }) => perMember)) {
    const members = await readMemberMoney(context, row, nowMs)
    money.set(row.id, {
      spentNanos: members.reduce((sum, { spentNanos }) => sum + spentNanos, 0n),
      heldNanos: members.reduce((sum, { heldNanos }) => sum + heldNanos, 0n),
    })
  }
  return money
}

/** Of a budget for each member of a team: what each person spent in it, the most first. */
export async function readMemberMoney(
  context: Context,
  row: Pick<Row, 'id' | 'period' | 'timeZone' | 'scopeId'>,
  nowMs: number,
): Promise<MemberMoney[]> {
  const window = budgetWindow(row.period, row.timeZone, nowMs)
  const members = await findMemberSpend(context.sql, row.scopeId, window)
  const money = await moneyOfMembers(context, row, members, nowMs)
  return members
    .map((member) => ({ ...member, ...(money.get(member.userId) ?? bookedOnly(member)) }))
    .toSorted((a, b) => Number(b.spentNanos - a.spentNanos) || a.name.localeCompare(b.name))
}

/** What these people spent and hold of a budget for each member, by their ids. */
export async function moneyOfMembers(
  context: Context,
  row: Pick<Row, 'id' | 'period' | 'timeZone'>,
  members: readonly Pick<MemberMoney, 'userId' | 'spentNanos'>[],
  nowMs: number,
): Promise<ReadonlyMap<string, PeriodState>> {
  const window = budgetWindow(row.period, row.timeZone, nowMs)
  const keys = members.map(({ userId }) => budgetKey({ id: memberBudgetId(row.id, userId) }, window))
  const records = await recordsOf(context, keys)
  return new Map(members.map((member, i) => [member.userId, readPeriod(records[i] ?? null) ?? bookedOnly(member)]))
}

/** Without Redis nothing runs, and the ledger is the truth; the page that asks stands all the same. */
async function recordsOf({ redis, log }: Context, keys: readonly string[]): Promise<(string | null)[]> {
  const records: (string | null)[] = []
  try {
    for (let from = 0; from < keys.length; from += atOnce) {
      records.push(...(await redis.mget(...keys.slice(from, from + atOnce))))
    }
  } catch (error) {
    log.warn({ error: String(error) }, 'what is held of budgets cannot be read')
    return []
  }
  return records
}
