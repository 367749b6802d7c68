/** What the people of a team spend in it. */
import type { Window } from '#lib/limits/windows.ts'
import type { SqlPool } from '#lib/platform/db.ts'

const most = 1_000

/**
 * Everyone who belongs to the team, or spent something in it in the window, with what is booked by whole hours of UTC.
 * Carried by usage_hourly_team_id_start_idx.
 */
export async function findMemberSpend(
  sql: SqlPool,
  teamId: string,
  window: Window,
): Promise<{ userId: string; name: string; spentNanos: bigint }[]> {
  const { rows } = await sql.query<{ userId: string; name: string; spentNanos: bigint }>(
    `SELECT u.id AS "userId", u.name, coalesce(h.spent, 0)::bigint AS "spentNanos"
     FROM (
       SELECT user_id, sum(cost_nanos) AS spent
       FROM usage_hourly
       WHERE team_id = $1
         AND user_id IS NOT NULL
         AND start >= date_trunc('hour', $2::timestamptz)
       GROUP BY user_id
     ) h
     FULL JOIN (SELECT user_id FROM team_member WHERE team_id = $1) m USING (user_id)
     JOIN app_user u ON u.id = user_id
     ORDER BY h.spent DESC NULLS LAST, u.id
     LIMIT ${most}`,
    [teamId, new Date(window.startMs)],
  )
  return rows
}

/** Ids of the same people, those behind `after`, in order. Carried by usage_hourly_team_id_start_idx. */
export async function pageOfMembers(
  sql: SqlPool,
  teamId: string,
  window: Window,
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql.query<{ userId: string }>(
    `SELECT user_id AS "userId"
     FROM (
       SELECT user_id FROM team_member WHERE team_id = $1
       UNION
       SELECT user_id FROM usage_hourly WHERE team_id = $1 AND user_id IS NOT NULL AND start >= date_trunc('hour', $2::timestamptz)
     ) m
     WHERE user_id > $3
     ORDER BY user_id
     LIMIT $4`,
    [teamId, new Date(window.startMs), after, limit],
  )
  return rows.map(({ userId }) => userId)
}
