/** Spending of people, from the daily rollups. */
import type { SqlPool } from '#lib/platform/db.ts'

/** `from` is the start of a UTC day. Carried by usage_daily_user_id_start_idx. */
export async function spentByUserSince(
  sql: SqlPool,
  userIds: readonly string[],
  from: Date,
): Promise<{ readonly userId: string; readonly nanos: bigint }[]> {
  const { rows } = await sql.query<{ userId: string; nanos: bigint }>(
    `SELECT user_id AS "userId", sum(cost_nanos)::bigint AS nanos
     FROM usage_daily
     WHERE user_id = ANY($1::text[]) AND start >= $2
     GROUP BY user_id
     LIMIT 500`,
    [userIds, from],
  )
  return rows
}
