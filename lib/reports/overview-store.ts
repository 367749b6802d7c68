/**
 * Queries of the overview. Counts and money come from the hourly rollups. How long calls took, what providers answered
 * and why calls were refused is only in the events: there the latest `sampleSize` of the period are read, by primary key.
 */
import type { Db, SqlPool } from '#lib/platform/db.ts'
import { unpricedCall } from '#lib/reports/usage-store.ts'

export const sampleSize = 10_000

/** Null: every environment. */
export type Slice = { readonly from: Date; readonly environment: string | null }

export type TrafficRow = {
  readonly isCurrent: boolean
  readonly calls: bigint
  readonly refused: bigint
  readonly people: bigint
  readonly workloads: bigint
}

/** This period and the one before it, each by whole hours. Carried by usage_hourly_pkey. */
export async function trafficOfTwoPeriods(
  sql: SqlPool,
  slice: Slice,
  before: Date,
  until: Date,
): Promise<TrafficRow[]> {
  const { rows } = await sql.query<TrafficRow>(
    `SELECT start >= $1 AS "isCurrent",
       coalesce(sum(calls), 0)::bigint AS calls,
       coalesce(sum(refused), 0)::bigint AS refused,
       count(DISTINCT user_id) FILTER (WHERE workload_id IS NULL) AS people,
       count(DISTINCT workload_id) AS workloads
     FROM usage_hourly
     WHERE start >= $2 AND start <= $4
       AND ($3::text IS NULL OR environment = $3)
     GROUP BY 1`,
    [slice.from, before, slice.environment, until],
  )
  return rows
}

export type ProviderHourRow = { readonly provider: string; readonly start: Date; readonly calls: bigint }

/** Carried by usage_hourly_pkey. */
export async function callsByProvider(sql: SqlPool, { from, environment }: Slice): Promise<ProviderHourRow[]> {
  const { rows } = await sql.query<ProviderHourRow>(
    `SELECT provider, start, sum(calls)::bigint AS calls
     FROM usage_hourly
     WHERE start >= $1
       AND provider IS NOT NULL
       AND ($2::text IS NULL OR environment = $2)
     GROUP BY provider, start
     ORDER BY provider, start
     LIMIT 20000`,
    [from, environment],
  )
  return rows
}

// Newest first by (at, id): the primary key of the partitions, read backwards.
const sample = `
  sample AS (
    SELECT id, at, key_id, provider, stream, outcome, error_code, timing, attempts, decision ->> 'id' AS decision_id
    FROM usage_event
    WHERE at >= $1
      AND kind = 'call'
      AND ($2::text IS NULL OR environment = $2)
    ORDER BY at DESC, id DESC
    LIMIT ${sampleSize}
  )`

export type SampleRow = {
  readonly events: bigint
  readonly oldest: Date | null
  readonly addedMs: readonly [p50: number, p95: number] | null
  readonly firstTokenMs: number | null
}

export async function timingOfSample(sql: SqlPool, { from, environment }: Slice): Promise<SampleRow | null> {
  const { rows } = await sql.query<SampleRow>(
    `WITH ${sample}
     SELECT count(*) AS events,
       min(at) AS oldest,
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY (timing ->> 'admittedMs')::float8)
         FILTER (WHERE outcome <> 'refused' AND timing ->> 'admittedMs' IS NOT NULL) AS "addedMs",
       percentile_cont(0.5) WITHIN GROUP (ORDER BY (timing ->> 'firstByteMs')::float8)
         FILTER (WHERE stream AND timing ->> 'firstByteMs' IS NOT NULL) AS "firstTokenMs"
     FROM sample`,
    [from, environment],
  )
  return rows[0] ?? null
}

export type ProviderSampleRow = {
  readonly provider: string
  readonly tries: bigint
  readonly errors: bigint
  readonly throttled: bigint
  readonly recentTries: bigint
  readonly recentErrors: bigint
  readonly recentServed: bigint
  readonly firstTokenMs: number | null
  readonly p95Ms: number | null
  readonly recentP95Ms: number | null
}

/**
 * One row a provider over the tries of the sample: a call that failed over counts at each provider it was tried at.
 * A try that the caller broke off is nobody's error.
 */
export async function triesByProvider(
  sql: SqlPool,
  { from, environment }: Slice,
  recent: Date,
): Promise<ProviderSampleRow[]> {
  const { rows } = await sql.query<ProviderSampleRow>(
    `WITH ${sample},
     tries AS (
       SELECT attempt ->> 'provider' AS provider,
         at >= $3 AS recent,
         (attempt ->> 'status')::int AS status,
         (attempt ->> 'durationMs')::float8 AS ms,
         CASE WHEN stream THEN (timing ->> 'firstByteMs')::float8 - (attempt ->> 'startMs')::float8 END AS first_ms,
         attempt ->> 'error' IS NOT NULL AND attempt ->> 'error' <> 'aborted'
           OR coalesce((attempt ->> 'status')::int, 0) >= 500 OR (attempt ->> 'status')::int = 429 AS failed
       FROM sample, json_array_elements(attempts) AS attempt
     )
     SELECT provider,
       count(*) AS tries,
       count(*) FILTER (WHERE failed) AS errors,
       count(*) FILTER (WHERE status = 429) AS throttled,
       count(*) FILTER (WHERE recent) AS "recentTries",
       count(*) FILTER (WHERE recent AND failed) AS "recentErrors",
       count(*) FILTER (WHERE recent AND status < 300 AND NOT failed) AS "recentServed",
       percentile_cont(0.5) WITHIN GROUP (ORDER BY first_ms) FILTER (WHERE status < 300 AND NOT failed AND first_ms >= 0) AS "firstTokenMs",
       percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE status < 300 AND NOT failed) AS "p95Ms",
       percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE status < 300 AND NOT failed AND recent) AS "recentP95Ms"
     FROM tries
     GROUP BY provider
     ORDER BY provider
     LIMIT 200`,
    [from, environment, recent],
  )
  return rows
}

export type RefusalRow = {
  readonly code: string
  readonly calls: bigint
  readonly keys: bigint
  readonly lastAt: Date
  readonly lastDecisionId: string | null
  readonly keyId: string | null
  readonly keyName: string | null
}

/** Why calls of the sample were refused, most often first, each with the key that met it most. */
export async function refusalsOfSample(
  sql: SqlPool,
  { from, environment }: Slice,
  limit: number,
): Promise<RefusalRow[]> {
  const { rows } = await sql.query<RefusalRow>(
    `WITH ${sample},
     refusals AS (
       SELECT coalesce(error_code, 'unknown') AS code,
         count(*) AS calls,
         count(DISTINCT key_id) AS keys,
         max(at) AS last_at,
         (array_agg(decision_id ORDER BY at DESC))[1] AS decision_id,
         mode() WITHIN GROUP (ORDER BY key_id) AS key_id
       FROM sample
       WHERE outcome = 'refused'
       GROUP BY 1
       ORDER BY 2 DESC, 1
       LIMIT $3
     )
     SELECT code, calls, keys, last_at AS "lastAt", decision_id AS "lastDecisionId", r.key_id AS "keyId", k.name AS "keyName"
     FROM refusals r
     LEFT JOIN virtual_key k ON k.id = r.key_id
     ORDER BY calls DESC, code`,
    [from, environment, limit],
  )
  return rows
}

/** Nano-USD in [from, to), whole UTC hours. Carried by usage_hourly_pkey. */
export async function spentBetween(sql: SqlPool, from: Date, to: Date, environment: string | null): Promise<bigint> {
  const { rows } = await sql.query<{ nanos: bigint }>(
    `SELECT coalesce(sum(cost_nanos), 0)::bigint AS nanos
     FROM usage_hourly
     WHERE start >= $1 AND start < $2
       AND ($3::text IS NULL OR environment = $3)`,
    [from, to, environment],
  )
  return rows[0]?.nanos ?? 0n
}

/** Calls in [from, to) whose cost is not known, or not in full. Carried by usage_event_unpriced. */
export async function unpricedBetween(sql: SqlPool, from: Date, to: Date, environment: string | null): Promise<number> {
  const { rows } = await sql.query<{ calls: bigint }>(
    `SELECT count(*) AS calls
     FROM usage_event
     WHERE ${unpricedCall}
       AND at >= $1 AND at < $2
       AND ($3::text IS NULL OR environment = $3)`,
    [from, to, environment],
  )
  return Number(rows[0]?.calls ?? 0n)
}

export type OrganisationBudget = {
  readonly id: string
  readonly amountNanos: bigint
  readonly posture: string
  readonly timeZone: string
  readonly organisationId: string
}

/** The organisation's smallest monthly budget, where it has one. */
export async function organisationMonthlyBudget(db: Db): Promise<OrganisationBudget | null> {
  const budget = await db.budget.findFirst({
    where: { scopeType: 'organisation', period: 'month', archivedAt: null },
    orderBy: { amountNanos: 'asc' },
    select: { id: true, amountNanos: true, posture: true, timeZone: true, scopeId: true },
  })
  return budget && { ...budget, organisationId: budget.scopeId }
}

export type ProviderEntry = {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly status: string
  readonly simulated: boolean
  readonly regions: readonly string[]
}

export async function everyProvider(db: Db): Promise<ProviderEntry[]> {
  const providers = await db.provider.findMany({
    orderBy: { displayName: 'asc' },
    take: 200,
    select: {
      id: true,
      name: true,
      displayName: true,
      status: true,
      simulated: true,
      deployments: { select: { region: true }, distinct: ['region'], orderBy: { region: 'asc' }, take: 20 },
    },
  })
  return providers.map(({ deployments, ...provider }) => ({
    ...provider,
    regions: deployments.map(({ region }) => region),
  }))
}

export async function eventsSetAside(db: Db): Promise<number> {
  return db.deadLetter.count({ where: { closedAt: null } })
}
