/** What the ledger knows of a scope's spending; asked when Redis does not know a budget period. */
import type { Scope, ScopeType } from '#lib/limits/contract.ts'
import type { CallTokens } from '#lib/limits/rules/limit-kinds.ts'
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

const hourMs = 3_600_000

/**
 * Nano-USD that the scope has spent in the window according to PostgreSQL, without the events in `except`. Reads hourly
 * rollups by (column, start), single events where the window begins or ends within an hour of UTC (zones that are half
 * an hour off), and takes off the few events that are in both places; all from one snapshot.
 */
export async function spentInLedger(
  sql: SqlPool,
  scope: Scope,
  window: Window,
  except: readonly string[],
): Promise<bigint> {
  const column = columnOf[scope.type]
  // The column's name comes from the table above, never from input.
  const ofScope = `${column ? `${column} = $1` : '$1::text IS NOT NULL'} AND ($7::text IS NULL OR team_id = $7)`
  const endMs = window.endMs > 0 ? window.endMs : 8_640_000_000_000
  const firstHourMs = Math.ceil(window.startMs / hourMs) * hourMs
  const lastHourMs = Math.floor(endMs / hourMs) * hourMs
  const { rows } = await sql.query<{ spent: string }>(
    `SELECT (
       coalesce((SELECT sum(cost_nanos) FROM usage_hourly
                 WHERE ${ofScope} AND start >= $4 AND start < $5), 0)
       + coalesce((SELECT sum(cost_nanos) FROM usage_event
                   WHERE ${ofScope} AND at >= $2 AND at < $4), 0)
       + coalesce((SELECT sum(cost_nanos) FROM usage_event
                   WHERE ${ofScope} AND at >= $5 AND at < $3), 0)
       - coalesce((SELECT sum(cost_nanos) FROM usage_event
                   WHERE ${ofScope} AND id = ANY($6::text[]) AND at >= $2 AND at < $3), 0)
     )::text AS spent`,
    [
      scope.id,
      new Date(window.startMs),
      new Date(endMs),
      new Date(firstHourMs),
      new Date(lastHourMs),
      except,
      scope.teamId ?? null,
    ],
  )
  return BigInt(rows[0]!.spent)
}

/**
 * The same for many scopes of one type at once, as hourly rollups have it: exact for windows of whole hours of UTC.
 * Scopes that have spent nothing are left out. Carried by the primary key (start, dims_hash).
 */
export async function spentByScope(
  sql: SqlPool,
  type: ScopeType,
  ids: readonly string[],
  window: Window,
): Promise<Map<string, bigint>> {
  const column = columnOf[type]
  const end = new Date(window.endMs > 0 ? window.endMs : 8_640_000_000_000)
  const { rows } = await sql.query<{ id: string; spent: string }>(
    `SELECT ${column ?? '$3::text[]'}${column ? '' : '[1]'} AS id, sum(cost_nanos)::text AS spent
     FROM usage_hourly
     WHERE start >= $1 AND start < $2 AND ${column ? `${column} = ANY($3::text[])` : '$3::text[] IS NOT NULL'}
     GROUP BY 1`,
    [new Date(window.startMs), end, ids],
  )
  return new Map(rows.map(({ id, spent }) => [id, BigInt(spent)]))
}

export type ScopeUse = {
  readonly callsOfHour: number
  readonly callsOfDay: number
  readonly tokensOfDay: CallTokens
}

/**
 * What was used since the hour and the day began, by scope, as hourly rollups have it: an hour of UTC in which a window
 * begins counts whole. Carried by the primary key (start, dims_hash).
 */
export async function usedByScope(
  sql: SqlPool,
  type: ScopeType,
  organisationId: string,
  hour: Window,
  day: Window,
): Promise<Map<string, ScopeUse>> {
  const { rows } = await sql.query<{ id: string; hour: bigint; day: bigint; input: string; output: string }>(
    `SELECT ${columnOf[type] ?? '$3::text'} AS id, coalesce(sum(calls) FILTER (WHERE start >= $1), 0)::bigint AS hour,
       sum(calls)::bigint AS day, sum(input_tokens + cached_tokens)::text AS input, sum(output_tokens)::text AS output
     FROM usage_hourly
     WHERE start >= $2 AND $3::text IS NOT NULL AND ${columnOf[type] ?? 'key_id'} IS NOT NULL
     GROUP BY 1`,
    [floorToHour(hour.startMs), floorToHour(day.startMs), organisationId],
  )
  return new Map(
    rows.map((row) => [
      row.id,
      {
        callsOfHour: Number(row.hour),
        callsOfDay: Number(row.day),
        tokensOfDay: { input: Number(row.input), output: Number(row.output) },
      },
    ]),
  )
}

function floorToHour(ms: number): Date {
  return new Date(Math.floor(ms / hourMs) * hourMs)
}
