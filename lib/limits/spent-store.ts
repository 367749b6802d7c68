/** What the ledger knows of a scope's spending; asked when Redis does not know a budget period. */
import type { Scope, ScopeType } from '#lib/limits/contract.ts'
import { rowCountsIn, scopesOfRow } from '#lib/limits/scopes-of-rows.ts'
import type { CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import type { Window } from '#lib/limits/windows.ts'
import type { SqlPool } from '#lib/platform/db.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const foreverMs = 8_640_000_000_000

/**
 * Nano-USD that the scope has spent in the window according to PostgreSQL, without the events in `except`. Reads rollups
 * of whole days and then hours of UTC, single events where the window begins or ends within an hour (zones that are half
 * an hour off), and takes off the few events that are in both places; all from one snapshot. Of the demo's 90 days
 * that takes 2 to 20 ms, whatever the scope.
 */
export async function spentInLedger(
  sql: SqlPool,
  scope: Scope,
  window: Window,
  except: readonly string[],
): Promise<bigint> {
  const ofScope = `${rowCountsIn(scope.type, '$1::text')} AND ($2::text IS NULL OR team_id = $2)`
  const starts = window.startMs
  const ends = window.endMs > 0 ? window.endMs : foreverMs
  const [firstHour, lastHour] = wholeUnits(starts, ends, hourMs)
  const [firstDay, lastDay] = wholeUnits(firstHour, lastHour, dayMs)
  const sum = (table: string, column: string, from: number, to: number) =>
    `coalesce((SELECT sum(cost_nanos) FROM ${table} WHERE ${ofScope} AND ${column} >= $${from} AND ${column} < $${to}), 0)`
  const { rows } = await sql.query<{ spent: string }>(
    `SELECT (
       ${sum('usage_event', 'at', 4, 5)} + ${sum('usage_hourly', 'start', 5, 6)} + ${sum('usage_daily', 'start', 6, 7)}
       + ${sum('usage_hourly', 'start', 7, 8)} + ${sum('usage_event', 'at', 8, 9)}
       - coalesce((SELECT sum(cost_nanos) FROM usage_event
                   WHERE ${ofScope} AND id = ANY($3::text[]) AND at >= $4 AND at < $9), 0)
     )::text AS spent`,
    [
      scope.id,
      scope.teamId ?? null,
      except,
      ...[starts, firstHour, firstDay, lastDay, lastHour, ends].map((ms) => new Date(ms)),
    ],
  )
  return BigInt(rows[0]!.spent)
}

/** The whole units of UTC between two moments, epoch ms; none where there is none: both ends are then the first. */
function wholeUnits(fromMs: number, toMs: number, unitMs: number): readonly [firstMs: number, endMs: number] {
  const first = Math.min(toMs, Math.ceil(fromMs / unitMs) * unitMs)
  return [first, Math.max(first, Math.floor(toMs / unitMs) * unitMs)]
}

/**
 * The same for many scopes of one type at once (of people: in one team, where `teamId` says so), as hourly rollups have
 * it: exact for windows of whole hours of UTC. Scopes that have spent nothing are left out. Carried by the primary key
 * (start, dims_hash).
 */
export async function spentByScope(
  sql: SqlPool,
  { type, teamId }: Pick<Scope, 'type' | 'teamId'>,
  ids: readonly string[],
  window: Window,
): Promise<Map<string, bigint>> {
  const end = new Date(window.endMs > 0 ? window.endMs : foreverMs)
  const { rows } = await sql.query<{ id: string; spent: string }>(
    `SELECT s.id, sum(cost_nanos)::text AS spent
     FROM usage_hourly
     CROSS JOIN LATERAL (${scopesOfRow(type, '($3::text[])[1]')}) AS s (id)
     WHERE start >= $1 AND start < $2 AND s.id = ANY($3::text[]) AND ($4::text IS NULL OR team_id = $4)
     GROUP BY 1`,
    [new Date(window.startMs), end, ids, teamId ?? null],
  )
  return new Map(rows.map(({ id, spent }) => [id, BigInt(spent)]))
}

/** Which of these events, of calls since `sinceMs`, are booked. */
export async function bookedAmong(sql: SqlPool, ids: readonly string[], sinceMs: number): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM usage_event WHERE id = ANY($1::text[]) AND at >= $2',
    [ids, new Date(sinceMs)],
  )
  return new Set(rows.map(({ id }) => id))
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
    `SELECT s.id, coalesce(sum(calls) FILTER (WHERE start >= $1), 0)::bigint AS hour,
       sum(calls)::bigint AS day, sum(input_tokens + cached_tokens)::text AS input, sum(output_tokens)::text AS output
     FROM usage_hourly
     CROSS JOIN LATERAL (${scopesOfRow(type, '$3::text')}) AS s (id)
     WHERE start >= $2 AND $3::text IS NOT NULL AND s.id IS NOT NULL
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
