/** What the ledger knows of a scope's spending; asked when Redis does not know a budget period. */
import type { Scope, ScopeType } from '#lib/limits/contract.ts'
import type { Window } from '#lib/limits/windows.ts'
import type { SqlPool } from '#lib/platform/db.ts'

const columnOf: Partial<Record<ScopeType, string>> = {
  key: 'key_id',
  user: 'user_id',
  team: 'team_id',
  project: 'project_id',
  workload: 'workload_id',
  business_unit: 'business_unit_id',
}

/**
 * Nano-USD that the scope has spent in the window according to PostgreSQL, without the events in `except`. Reads hourly
 * rollups by (column, start) and takes off the few events that are in both places, from one snapshot.
 */
export async function spentInLedger(
  sql: SqlPool,
  scope: Scope,
  window: Window,
  except: readonly string[],
): Promise<bigint> {
  const column = columnOf[scope.type]
  // The column's name comes from the table above, never from input.
  const ofScope = column ? `${column} = $1` : '$1::text IS NOT NULL'
  const from = new Date(window.startMs)
  const to = window.endMs > 0 ? new Date(window.endMs) : new Date(8_640_000_000_000)
  const { rows } = await sql.query<{ spent: string }>(
    `SELECT (
       coalesce((SELECT sum(cost_nanos) FROM usage_hourly
                 WHERE ${ofScope} AND start >= date_trunc('hour', $2::timestamptz) AND start < $3), 0)
       - coalesce((SELECT sum(cost_nanos) FROM usage_event
                   WHERE ${ofScope} AND id = ANY($4::text[]) AND at >= $2 AND at < $3), 0)
     )::text AS spent`,
    [scope.id, from, to, except],
  )
  return BigInt(rows[0]!.spent)
}
