/** The recorded traffic of keys on a profile, for replaying it. */
import type { Db, SqlPool } from '#lib/platform/db.ts'

const living = { status: { notIn: ['revoked', 'expired'] } }

/** Living keys on the profile by id. Carried by virtual_key(profile_id). */
export function findKeysOfProfile(db: Db, profileId: string, afterId: string | null, limit: number) {
  return db.virtualKey.findMany({
    where: { profileId, ...living, ...(afterId === null ? {} : { id: { gt: afterId } }) },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: limit,
  })
}

export function countKeysOfProfile(db: Db, profileId: string): Promise<number> {
  return db.virtualKey.count({ where: { profileId, ...living } })
}

export type TrafficRow = {
  readonly keyId: string
  readonly endpoint: string
  /** The model that was called; as it was asked for where it was refused before. */
  readonly model: string
  readonly provider: string | null
  readonly region: string | null
  readonly address: string | null
  readonly calls: number
}

type TrafficQuestion = {
  readonly keyIds: readonly string[]
  readonly from: Date
  readonly to: Date
  /** Addresses make many groups of few calls; they are told apart only where a rule asks for them. */
  readonly byAddress: boolean
}

/** Where a page has more groups, those with the fewest calls of its last key are not looked at, and the answer says so. */
export const mostGroups = 100_000

/** Calls that named a model, in groups that the rules cannot tell apart. Carried by usage_event(key_id, at). */
export async function findTraffic(
  sql: SqlPool,
  { keyIds, from, to, byAddress }: TrafficQuestion,
): Promise<TrafficRow[]> {
  const { rows } = await sql.query<TrafficRow>(
    `SELECT key_id AS "keyId", endpoint, coalesce(model, model_asked) AS model, provider, region,
       CASE WHEN $4 THEN coalesce(client_ip, '') END AS address, count(*)::int AS calls
     FROM usage_event
     WHERE key_id = ANY($1)
       AND at >= $2
       AND at < $3
       AND kind = 'call'
       AND coalesce(model, model_asked) IS NOT NULL
     GROUP BY 1, 2, 3, 4, 5, 6
     ORDER BY 1, 7 DESC
     LIMIT ${mostGroups}`,
    [keyIds, from, to, byAddress],
  )
  return rows
}
