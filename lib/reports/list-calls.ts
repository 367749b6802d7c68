/** The log of calls, newest first, as far as the caller may see it. */
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows, type Visibility } from '#lib/identity/rules/permissions.ts'
import { findCorrections, pageOfCalls } from '#lib/ledger/call-store.ts'
import { decodeCursor, pageOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { callIdOf } from '#lib/platform/ids.ts'
import { SqlParameters } from '#lib/platform/sql-parameters.ts'
import { callFilters, type CallFilter, type CallItem, type ListCallsQuery } from '#lib/reports/calls-contract.ts'
import { standing } from '#lib/reports/rules/receipt.ts'
import { callItemOf, namesOfCalls } from '#lib/reports/view-call.ts'

const newestFirst = '-at'

export async function listCalls(
  { sql }: Pick<Context, 'sql'>,
  actor: Actor,
  query: ListCallsQuery,
): Promise<Page<CallItem>> {
  const parameters = new SqlParameters()
  const branches = branchesOf(visibleRows(actor, 'call.read'), parameters)
  const conditions = conditionsOf(query, parameters)
  const limit = parameters.add(query.limit + 1)
  const rows = await pageOfCalls(sql, { branches, conditions, limit, values: parameters.values })

  const page = rows.slice(0, query.limit)
  const corrections = await findCorrections(sql, page)
  const names = await namesOfCalls(sql, page)
  return pageOf(
    rows,
    { limit: query.limit, sort: newestFirst },
    {
      itemOf: (row) =>
        callItemOf(
          standing(
            row,
            corrections.filter(({ adjusts }) => adjusts === row.id),
          ),
          names,
        ),
      positionOf: ({ at, id }) => [at.getTime(), id],
    },
  )
}

function branchesOf(visibility: Visibility, parameters: SqlParameters): string[] {
  if (visibility.all) return ['true']
  const { ownerUserId, teamIds, unownedInTeamIds } = visibility
  return [
    ...(ownerUserId === null ? [] : [`e.user_id = ${parameters.add(ownerUserId)}`]),
    ...teamIds.map((id) => `e.team_id = ${parameters.add(id)}`),
    ...unownedInTeamIds.map((id) => `(e.team_id = ${parameters.add(id)} AND e.user_id IS NULL)`),
  ]
}

const columns: Record<CallFilter, string> = {
  key: 'e.key_id',
  user: 'e.user_id',
  team: 'e.team_id',
  project: 'e.project_id',
  workload: 'e.workload_id',
  cost_centre: 'e.cost_centre',
  environment: 'e.environment',
  model: 'coalesce(e.model, e.model_asked)',
  provider: 'e.provider',
  endpoint: 'e.endpoint',
  code: 'e.error_code',
}

function conditionsOf({ cursor, from, to, q, filter }: ListCallsQuery, parameters: SqlParameters): string[] {
  const conditions: string[] = []
  const among = (column: string, type: string, values: readonly unknown[] | undefined) => {
    if (values) conditions.push(`${column} = ANY(${parameters.add(values)}::${type}[])`)
  }
  for (const name of callFilters) among(columns[name], 'text', filter[name])
  among('e.outcome', 'text', filter.outcome)
  among('e.status', 'int', filter.status)
  if (from !== undefined) conditions.push(`e.at >= ${parameters.add(new Date(from))}`)
  if (to !== undefined) conditions.push(`e.at < ${parameters.add(new Date(to))}`)
  if (q) {
    const text = parameters.add(q.startsWith('dec_') ? callIdOf(q) : q)
    conditions.push(`(e.id = ${text} OR e.error_code = ${text} OR e.model = ${text} OR e.model_asked = ${text})`)
  }
  if (cursor !== undefined) {
    const [atMs, id] = decodeCursor(cursor, newestFirst, 2)
    conditions.push(`(e.at, e.id) < (${parameters.add(dateOf(atMs))}::timestamptz, ${parameters.add(String(id))})`)
  }
  return conditions
}

function dateOf(ms: unknown): Date {
  const date = new Date(Number(ms))
  return Number.isNaN(date.getTime()) || Math.abs(date.getTime()) > 8e13 ? new Date(0) : date
}
