/** Queries about the calls of one key. */
import type { Db } from '#lib/platform/db.ts'

export type CallerRow = {
  readonly ip: string | null
  readonly client: string | null
  readonly identity: string
  readonly secretId: string | null
  readonly last4: string | null
  readonly calls: number
  readonly refused: number
  readonly inputTokens: bigint
  readonly outputTokens: bigint
  readonly costNanos: bigint
  readonly unpricedCalls: number
  readonly lastAt: Date
}

export type CallerQuestion = {
  readonly keyId: string
  readonly secretId: string | null
  readonly sinceMs: number
  readonly limit: number
}

/** Calls of one key, grouped by who made them. Carried by usage_event (key_id, at). */
export async function findCallers(db: Db, { keyId, secretId, sinceMs, limit }: CallerQuestion): Promise<CallerRow[]> {
  return db.$queryRaw`
    SELECT e.client_ip AS ip, e.user_agent AS client, e.identity_method AS identity, e.secret_id AS "secretId", s.last4,
           count(*) FILTER (WHERE e.kind = 'call')::int4 AS calls,
           count(*) FILTER (WHERE e.kind = 'call' AND e.outcome = 'refused')::int4 AS refused,
           sum(e.input_tokens + e.cached_tokens)::int8 AS "inputTokens",
           sum(e.output_tokens)::int8 AS "outputTokens",
           sum(e.cost_nanos)::int8 AS "costNanos",
           count(*) FILTER (
             WHERE e.kind = 'call' AND e.outcome <> 'refused'
               AND (e.price_version IS NULL AND e.tokens <> '{}'::jsonb OR e.estimated_why LIKE '%no price for %')
           )::int4 AS "unpricedCalls",
           max(e.at) AS "lastAt"
    FROM usage_event e
    LEFT JOIN key_secret s ON s.id = e.secret_id
    WHERE e.key_id = ${keyId}
      AND e.at >= ${new Date(sinceMs)}
      AND (${secretId}::text IS NULL OR e.secret_id = ${secretId})
    GROUP BY e.client_ip, e.user_agent, e.identity_method, e.secret_id, s.last4
    ORDER BY count(*) DESC, max(e.at) DESC
    LIMIT ${limit}`
}
