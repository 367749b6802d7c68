/** What the signals are judged from. Reads rollups, but for the last minutes of calls. */
import type { Place } from '#lib/alerts/rules/anomaly.ts'
import type { KeyFacts } from '#lib/alerts/rules/key-signals.ts'
import { usualIdleDays } from '#lib/alerts/rules/key-signals.ts'
import { lookBackMinutes, type ProviderTries } from '#lib/alerts/rules/provider-signal.ts'
import type { ScopeType } from '#lib/limits/contract.ts'
import { scopesOfRow } from '#lib/limits/scopes-of-rows.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import { usualEndingDays } from '#lib/policy/contract.ts'

const dayMs = 86_400_000

/**
 * Spend by local day (`2026-11-28`) of scopes of one type over the last `days`, in one time zone; of people, in one team
 * where the question says so.
 */
export async function spendByDay(
  sql: SqlPool,
  { type, teamId, ids, timeZone, days, nowMs }: DaysQuestion,
): Promise<{ id: string; day: string; nanos: bigint }[]> {
  const { rows } = await sql.query<{ id: string; day: string; nanos: bigint }>(
    `SELECT s.id,
       to_char(start AT TIME ZONE $2, 'YYYY-MM-DD') AS day,
       sum(cost_nanos)::bigint AS nanos
     FROM usage_hourly
     CROSS JOIN LATERAL (${scopesOfRow(type, '($1::text[])[1]')}) AS s (id)
     WHERE s.id = ANY($1)
       AND start >= $3
       AND ($4::text IS NULL OR team_id = $4)
     GROUP BY 1, 2`,
    [ids, timeZone, new Date(nowMs - days * dayMs), teamId ?? null],
  )
  return rows
}

type DaysQuestion = {
  readonly type: ScopeType
  readonly teamId?: string | undefined
  readonly ids: readonly string[]
  readonly timeZone: string
  readonly days: number
  readonly nowMs: number
}

/** Active keys that end soon or rest, by their profiles, at most `limit`; what ends first comes first. */
export async function findRestingKeys(sql: SqlPool, nowMs: number, limit: number): Promise<KeyFacts[]> {
  const { rows } = await sql.query<KeyFacts>(
    `WITH active AS (
       SELECT k.id, k.team_id, k.owner_user_id, k.created_at, k.expires_at, k.last_used_at,
         greatest(coalesce(k.last_used_at, k.created_at), coalesce(k.status_at, k.created_at)) AS idle_since,
         coalesce(p.policy -> 'endingDays', $2::jsonb) AS ending_days,
         CASE WHEN jsonb_typeof(p.policy -> 'idleDays') = 'object' THEN p.policy -> 'idleDays' END AS idle_days
       FROM virtual_key k
       JOIN access_profile p ON p.id = k.profile_id
       WHERE k.status = 'active'
         AND (k.expires_at IS NULL OR k.expires_at > $1)
     )
     SELECT k.id, k.team_id AS "teamId", k.owner_user_id AS "ownerUserId", k.created_at AS "createdAt",
       k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt", k.idle_since AS "idleSince",
       k.ending_days AS "endingDays", k.idle_days AS "idleDays",
       (SELECT max((a.facts ->> 'announcedAt')::timestamptz) FROM alert a
        WHERE a.subject_type = 'key' AND a.subject_id = k.id AND a.kind = 'key_idle' AND a.closed_at IS NULL)
         AS "announcedAt"
     FROM active k
     WHERE k.expires_at <= $1::timestamptz
         + make_interval(days => (SELECT max(days::int) FROM jsonb_array_elements_text(k.ending_days) AS days))
       OR k.idle_since <= $1::timestamptz - make_interval(days => coalesce((k.idle_days ->> 'warn')::int, $3))
     ORDER BY least(k.expires_at, k.idle_since + make_interval(days => (k.idle_days ->> 'expire')::int)) NULLS LAST, k.id
     LIMIT $4`,
    [new Date(nowMs), JSON.stringify(usualEndingDays), usualIdleDays, limit],
  )
  return rows
}

/** Tries at each provider in the last minutes; from the newest 10,000 calls. */
export async function triesOfLastMinutes(sql: SqlPool, nowMs: number): Promise<ProviderTries[]> {
  const { rows } = await sql.query<ProviderTries>(
    `WITH recent AS (
       SELECT attempts
       FROM usage_event
       WHERE at >= $1
         AND kind = 'call'
       ORDER BY at DESC, id DESC
       LIMIT 10000
     ),
     tries AS (
       SELECT attempt ->> 'provider' AS provider,
         (attempt ->> 'status')::int AS status,
         attempt ->> 'error' IS NOT NULL AND attempt ->> 'error' <> 'aborted'
           OR coalesce((attempt ->> 'status')::int, 0) >= 500 OR (attempt ->> 'status')::int = 429 AS failed
       FROM recent, json_array_elements(attempts) AS attempt
     )
     SELECT p.id, count(*)::int AS tries, count(*) FILTER (WHERE failed)::int AS failed,
       count(*) FILTER (WHERE t.status = 429)::int AS throttled
     FROM tries t
     JOIN provider p ON p.name = t.provider
     WHERE p.status = 'active'
     GROUP BY p.id`,
    [new Date(nowMs - lookBackMinutes * 60_000)],
  )
  return rows
}

export type Use = { readonly id: string; readonly startMs: number; readonly nanos: number; readonly calls: number }
export type Span = {
  readonly table: 'usage_hourly' | 'usage_daily'
  readonly dimension: Place['dimension']
  /** History begins here; what starts at `recentMs` or later is judged. */
  readonly fromMs: number
  readonly recentMs: number
  /** Below both, nothing is remarkable and its history is not read. */
  readonly leastNanos: number
  readonly leastCalls: number
}

/** Use by hour or day of all that were lively of late, the recent ones among them. */
export async function readLivelyUse(sql: SqlPool, span: Span): Promise<Use[]> {
  const column = { key: 'key_id', workload: 'workload_id', team: 'team_id' }[span.dimension]
  const { rows } = await sql.query<Use>(
    `WITH lively AS (
       SELECT ${column} AS id
       FROM ${span.table}
       WHERE start >= $2
         AND ${column} IS NOT NULL
       GROUP BY ${column}
       HAVING sum(cost_nanos) >= $3 OR sum(calls) >= $4
       LIMIT 2000
     )
     SELECT u.${column} AS id, (extract(epoch FROM u.start) * 1000)::float8 AS "startMs",
       sum(u.cost_nanos)::float8 AS nanos, sum(u.calls)::float8 AS calls
     FROM ${span.table} u
     WHERE u.${column} IN (SELECT id FROM lively)
       AND u.start >= $1
     GROUP BY 1, 2`,
    [new Date(span.fromMs), new Date(span.recentMs), span.leastNanos, span.leastCalls],
  )
  return rows
}

export type PlaceRow = Place & { readonly ownerUserId: string | null }

/** Where keys, workloads and teams stand, for those ids that still exist. */
export async function placesOf(sql: SqlPool, ids: readonly string[]): Promise<PlaceRow[]> {
  const { rows } = await sql.query<PlaceRow>(
    `SELECT 'key' AS dimension, id, team_id AS "teamId", workload_id AS "workloadId", owner_user_id AS "ownerUserId"
     FROM virtual_key
     WHERE id = ANY($1)
     UNION ALL
     SELECT 'workload', id, team_id, NULL, owner_user_id
     FROM workload
     WHERE id = ANY($1)
     UNION ALL
     SELECT 'team', id, id, NULL, NULL
     FROM team
     WHERE id = ANY($1)`,
    [ids],
  )
  return rows
}
