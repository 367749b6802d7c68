/** The people of a team: who is near a limit, who is stuck. A member who is no lead sees themself. */
import type * as z from 'zod'
import type { Actor } from '#lib/identity/contract.ts'
import { readTeam } from '#lib/identity/organisation/teams.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import { moneyOfMembers } from '#lib/limits/budget-money.ts'
import { listBudgets, listBudgetsQuery } from '#lib/limits/list-budgets.ts'
import { findOrganisationTimeZone } from '#lib/limits/scope-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { decodeCursor, likeText, pageOf, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { MemberView } from '#lib/reports/members-contract.ts'
import { findMembers, type MemberRow } from '#lib/reports/members-store.ts'

export const listMembersQuery = pageQueryOf({ sorts: ['-spent', 'spent', 'name', '-name'], filters: [] })

export async function listMembers(
  context: Context,
  actor: Actor,
  teamId: string,
  query: z.output<typeof listMembersQuery>,
): Promise<Page<MemberView>> {
  const team = await readTeam(context, actor, teamId)
  const nowMs = context.clock.nowMs()
  const budget = await readMemberBudget(context, actor, team.id)
  const window = budgetWindow(
    budget?.period ?? 'month',
    budget?.timeZone ?? (await findOrganisationTimeZone(context.db)),
    nowMs,
  )
  const bySpend = query.sort.endsWith('spent')
  const rows = await findMembers(context.sql, {
    teamId: team.id,
    userId: may(actor, 'user.read', { teamId: team.id }) ? null : actor.id,
    like: query.q ? `%${likeText(query.q)}%` : null,
    since: new Date(window.startMs),
    now: new Date(nowMs),
    by: bySpend ? 'spent' : 'name',
    downward: query.sort.startsWith('-'),
    after: query.cursor === undefined ? null : placeOf(query.cursor, query.sort),
    limit: query.limit + 1,
  })
  const money = budget ? await moneyOfMembers(context, budget, rows, nowMs) : new Map<string, never>()
  return pageOf(rows, query, {
    itemOf: (row) => viewOf(row, budget, money.get(row.userId)),
    positionOf: ({ userId, name, spentNanos }) => [bySpend ? spentNanos.toString() : name, userId],
  })
}

/** The team's budget for each of its members; the monthly one where there are several. */
async function readMemberBudget(context: Context, actor: Actor, teamId: string): Promise<BudgetView | null> {
  const query = listBudgetsQuery.parse({ limit: 200, filter: { scopeType: ['team'], scopeId: [teamId] } })
  const budgets = (await listBudgets(context, actor, query)).data.filter(({ perMember }) => perMember)
  return budgets.find(({ period }) => period === 'month') ?? budgets[0] ?? null
}

type Money = { readonly spentNanos: bigint; readonly heldNanos: bigint }

function viewOf(row: MemberRow, budget: BudgetView | null, money: Money | undefined): MemberView {
  const { userId, name, email, status, isLead, keys, firstKeys, lastCallAt, spentNanos } = row
  return {
    user: { id: userId, name, email, status },
    isLead,
    keys,
    firstKeys,
    lastCallAt: lastCallAt?.toISOString() ?? null,
    spentUsd: usdOfNanos(money?.spentNanos ?? spentNanos),
    budget: budget && {
      id: budget.id,
      amountUsd: budget.amountUsd,
      period: budget.period,
      heldUsd: usdOfNanos(money?.heldNanos ?? 0n),
      resetsAt: budget.resetsAt,
    },
  }
}

/** A cursor is the caller's text. */
function placeOf(cursor: string, sort: string): readonly [string, string] {
  const [value, id] = decodeCursor(cursor, sort, 2).map(String)
  if (sort.endsWith('spent') && !/^\d{1,18}$/.test(value ?? '')) {
    throw new AppError('validation_failed', 'The cursor is not valid.')
  }
  return [value ?? '', id ?? '']
}
