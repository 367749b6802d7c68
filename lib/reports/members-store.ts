/** Queries of a team's people. Carried by team_member (team_id), usage_hourly (team_id, start) and virtual_key (owner_user_id). */
import type { SqlPool } from '#lib/platform/db.ts'

export type MemberRow = {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly status: string
  readonly isLead: boolean
  readonly spentNanos: bigint
  readonly keys: number
  readonly firstKeys: { readonly id: string; readonly name: string }[]
  readonly lastCallAt: Date | null
}

export type MembersQuestion = {
  readonly teamId: string
  /** Only this one; null: all of them. */
  readonly userId: string | null
  /** A pattern for ILIKE. */
  readonly like: string | null
  readonly since: Date
  readonly now: Date
  readonly by: 'spent' | 'name'
  readonly downward: boolean
  /** Spend in nanos or name, and id, of the last row seen. */
  readonly after: readonly [value: string, id: string] | null
  readonly limit: number
}

export async function findMembers(sql: SqlPool, question: MembersQuestion): Promise<MemberRow[]> {
  const { teamId, userId, like, since, now, by, downward, after, limit } = question
  // Words of this file, never of the caller.
  const direction = downward ? 'DESC' : 'ASC'
  const beyond = `(${by}, id) ${downward ? '<' : '>'} ($6${by === 'spent' ? '::bigint' : ''}, $7)`
  const { rows } = await sql.query<MemberRow>(
    `WITH member AS (
       SELECT u.id, u.name, u.email, u.status, m.is_lead, coalesce(h.spent, 0)::bigint AS spent
       FROM team_member m
       JOIN app_user u ON u.id = m.user_id
       LEFT JOIN (
         SELECT user_id, sum(cost_nanos) AS spent
         FROM usage_hourly
         WHERE team_id = $1
           AND user_id IS NOT NULL
           AND start >= date_trunc('hour', $2::timestamptz)
         GROUP BY user_id
       ) h ON h.user_id = u.id
       WHERE m.team_id = $1
         AND ($3::text IS NULL OR u.id = $3)
         AND ($4::text IS NULL OR u.name ILIKE $4 OR u.email ILIKE $4)
     ),
     page AS (
       SELECT *
       FROM member
       ${after ? `WHERE ${beyond}` : ''}
       ORDER BY ${by} ${direction}, id ${direction}
       LIMIT $5
     )
     SELECT p.id AS "userId", p.name, p.email, p.status, p.is_lead AS "isLead", p.spent AS "spentNanos",
       k.working AS keys, k.first AS "firstKeys", k.last_used_at AS "lastCallAt"
     FROM page p
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE works)::int AS working, max(last_used_at) AS last_used_at,
         coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name)) FILTER (WHERE works AND nth <= 3), '[]') AS first
       FROM (
         SELECT v.id, v.name, v.last_used_at, w.works,
           row_number() OVER (PARTITION BY w.works ORDER BY v.name, v.id) AS nth
         FROM virtual_key v
         CROSS JOIN LATERAL (SELECT v.status = 'active' AND (v.expires_at IS NULL OR v.expires_at > ${after ? '$8' : '$6'}) AS works) w
         WHERE v.owner_user_id = p.id
           AND v.team_id = $1
       ) own
     ) k
     ORDER BY p.${by} ${direction}, p.id ${direction}`,
    [teamId, since, userId, like, limit, ...(after ?? []), now],
  )
  return rows
}
