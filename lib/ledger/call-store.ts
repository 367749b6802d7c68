/** Reads calls back from the ledger. Ids carry their time, so one call is found by the primary key (at, id). */
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { Outcome, PriceLine } from '#lib/ledger/contract.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import { idTimeMs } from '#lib/platform/ids.ts'

/** One row of the ledger. What was left out when it was written is missing in the JSON; the schemas fill it in. */
export type StoredEvent = {
  readonly id: string
  readonly at: Date
  readonly kind: 'call' | 'attempt' | 'adjustment'
  readonly outcome: Outcome
  readonly status: number
  readonly errorCode: string | null
  readonly keyId: string | null
  readonly keyKind: string | null
  readonly secretId: string | null
  readonly userId: string | null
  readonly teamId: string | null
  readonly projectId: string | null
  readonly workloadId: string | null
  readonly costCentre: string | null
  readonly environment: string | null
  readonly profileId: string | null
  readonly identityMethod: string
  readonly clientIp: string | null
  readonly userAgent: string | null
  readonly endpoint: string
  readonly stream: boolean
  readonly modelAsked: string | null
  readonly model: string | null
  readonly modelServed: string | null
  readonly provider: string | null
  readonly region: string | null
  readonly tokens: TokenVector
  readonly costNanos: bigint
  readonly priceLines: readonly PriceLine[]
  readonly priceVersion: string | null
  readonly estimated: boolean
  readonly estimatedWhy: string | null
  readonly attempts: unknown
  readonly decision: unknown
  readonly timing: unknown
  readonly tags: Readonly<Record<string, string>>
  readonly insertedAt: Date
  /** When it happened, where it was booked after its month was closed: `at` is then when it was booked. */
  readonly effectiveAt: Date | null
}

export type StoredCorrection = StoredEvent & { readonly adjusts: string }

const columns = `
  e.id, e.at, e.kind, e.outcome, e.status, e.error_code AS "errorCode", e.key_id AS "keyId", e.key_kind AS "keyKind",
  e.secret_id AS "secretId", e.user_id AS "userId", e.team_id AS "teamId", e.project_id AS "projectId",
  e.workload_id AS "workloadId", e.cost_centre AS "costCentre", e.environment, e.profile_id AS "profileId",
  e.identity_method AS "identityMethod", e.client_ip AS "clientIp", e.user_agent AS "userAgent", e.endpoint, e.stream,
  e.model_asked AS "modelAsked", e.model, e.model_served AS "modelServed", e.provider, e.region, e.tokens,
  e.cost_nanos AS "costNanos", e.price_lines AS "priceLines", e.price_version AS "priceVersion", e.estimated,
  e.estimated_why AS "estimatedWhy", e.attempts, e.decision, e.timing, e.tags, e.inserted_at AS "insertedAt",
  e.effective_at AS "effectiveAt"`

/** A call by its id; null where there is none (yet). */
export async function findCall(sql: SqlPool, id: string): Promise<StoredEvent | null> {
  const atMs = id.startsWith('call_') ? idTimeMs(id) : null
  if (atMs === null) return null
  const { rows } = await sql.query<StoredEvent>(
    `SELECT ${columns}
     FROM usage_event AS e
     WHERE e.at IN ($1, (SELECT at FROM late_event WHERE id = $2))
       AND e.id = $2
       AND e.kind = 'call'`,
    [new Date(atMs), id],
  )
  return rows[0] ?? null
}

/** Whether a call with this id would lie in a month that is no longer kept. */
export async function isMonthGone(sql: SqlPool, id: string): Promise<boolean> {
  const atMs = idTimeMs(id)
  if (atMs === null) return false
  const { rows } = await sql.query<{ gone: boolean }>(
    `SELECT $1::timestamptz < now() - interval '400 days'
       AND to_regclass('usage_event_' || to_char($1::timestamptz AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL AS gone`,
    [new Date(atMs)],
  )
  return rows[0]!.gone
}

/** What corrects these calls, oldest first. Carried by (adjusts), in the months since the first of the calls. */
export async function findCorrections(
  sql: SqlPool,
  calls: readonly Pick<StoredEvent, 'id' | 'at'>[],
): Promise<StoredCorrection[]> {
  if (calls.length === 0) return []
  const { rows } = await sql.query<StoredCorrection>(
    `SELECT ${columns}, e.adjusts
     FROM usage_event AS e
     WHERE e.adjusts = ANY($1::text[])
       AND e.at >= $2
     ORDER BY e.inserted_at, e.id`,
    [
      calls.map(({ id }) => id),
      // A call may lie before the time in its id, or after: see book-events.ts.
      new Date(Math.min(...calls.map(({ id, at }) => Math.min(idTimeMs(id) ?? Infinity, at.getTime())))),
    ],
  )
  return rows
}

/** Conditions in SQL over `e`, with `$n` counted by the caller's parameters. */
export type CallPageQuestion = {
  /** Each is one way to be allowed to see a call, and one index: (at, id), (user_id, at) or (team_id, at). */
  readonly branches: readonly string[]
  readonly conditions: readonly string[]
  readonly limit: string
  readonly values: readonly unknown[]
}

/**
 * Calls newest first. Each branch walks its own index backwards and stops at the limit, so that somebody with few calls
 * among very many does not cause a scan of all of them.
 */
export async function pageOfCalls(
  sql: SqlPool,
  { branches, conditions, limit, values }: CallPageQuestion,
): Promise<StoredEvent[]> {
  if (branches.length === 0) return []
  const branch = (condition: string) => `
      (SELECT e.at, e.id
       FROM usage_event AS e
       WHERE ${[condition, `e.kind = 'call'`, ...conditions].join(' AND ')}
       ORDER BY e.at DESC, e.id DESC
       LIMIT ${limit})`
  const { rows } = await sql.query<StoredEvent>(
    `WITH page AS (
       SELECT at, id
       FROM (${branches.map(branch).join(' UNION ')}) AS visible
       ORDER BY at DESC, id DESC
       LIMIT ${limit}
     )
     SELECT ${columns}
     FROM page
     JOIN usage_event AS e ON e.at = page.at AND e.id = page.id
     ORDER BY e.at DESC, e.id DESC`,
    [...values],
  )
  return rows
}
