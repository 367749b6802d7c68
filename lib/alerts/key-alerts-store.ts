/** Queries of the alerts on keys, for those who change keys, end them, or book what was done with them. */
import type { AlertKind } from '#lib/alerts/contract.ts'
import { newId } from '#lib/platform/ids.ts'
import type { Db, SqlPool, Tx } from '#lib/platform/db.ts'

/** What is told of keys is over at once where somebody has seen to it; the watch would only find it minutes later. */
export async function closeAlertsOfKeys(
  tx: Tx,
  keyIds: readonly string[],
  kinds: readonly AlertKind[],
  now: Date,
): Promise<void> {
  await tx.alert.updateMany({
    where: { subjectType: 'key', subjectId: { in: [...keyIds] }, kind: { in: [...kinds] }, closedAt: null },
    data: { closedAt: now },
  })
}

export type Sighting = { readonly keyId: string; readonly at: string; readonly page: string }

/**
 * Keys that were seen in a browser: one alert a key, which knows the last page. A sighting less than a minute after the
 * one on record is not written. One from before the alert was closed, booked late, does not open it again.
 */
export async function upsertSightings(sql: SqlPool, sightings: readonly Sighting[]): Promise<void> {
  const seen = sightings.map((sighting) => ({ ...sighting, id: newId('alert', Date.parse(sighting.at)) }))
  await sql.query(
    `INSERT INTO alert AS a (id, kind, subject_type, subject_id, occasion, threshold, level, team_id, owner_user_id,
       facts, opened_at)
     SELECT seen.id, 'key_in_browser', 'key', k.id, '', 0, 'warning', k.team_id, k.owner_user_id,
       jsonb_build_object('kind', 'key_in_browser', 'page', seen.page, 'lastSeenAt', seen.at), seen.at::timestamptz
     FROM jsonb_to_recordset($1::jsonb) AS seen (id text, "keyId" text, at text, page text)
     JOIN virtual_key k ON k.id = seen."keyId" AND k.status <> 'revoked'
     ORDER BY k.id
     ON CONFLICT (kind, subject_type, subject_id, threshold, occasion) DO UPDATE
     SET facts = EXCLUDED.facts, closed_at = NULL,
       opened_at = CASE WHEN a.closed_at IS NULL THEN a.opened_at ELSE EXCLUDED.opened_at END,
       acknowledged_at = CASE WHEN a.closed_at IS NULL THEN a.acknowledged_at END,
       acknowledged_by = CASE WHEN a.closed_at IS NULL THEN a.acknowledged_by END
     WHERE (a.facts ->> 'lastSeenAt')::timestamptz < EXCLUDED.opened_at - interval '1 minute'
       AND (a.closed_at IS NULL OR a.closed_at < EXCLUDED.opened_at)`,
    [JSON.stringify(seen)],
  )
}

/** Not seen in a browser since then, it is taken for mended. Carried by alert_closed_at_opened_at_idx. */
export async function closeSightings(sql: SqlPool, seenBefore: Date, now: Date): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE alert
     SET closed_at = $2
     WHERE closed_at IS NULL
       AND kind = 'key_in_browser'
       AND (facts ->> 'lastSeenAt')::timestamptz < $1`,
    [seenBefore, now],
  )
  return rowCount ?? 0
}

/** Idle keys whose announced end has come, the longest due first. */
export async function findIdleEnds(db: Db, now: Date, limit: number): Promise<{ keyId: string; name: string }[]> {
  return db.$queryRaw`
    SELECT k.id AS "keyId", k.name
    FROM alert a
    JOIN virtual_key k ON k.id = a.subject_id AND k.status = 'active'
    WHERE a.closed_at IS NULL
      AND a.kind = 'key_idle'
      AND (a.facts ->> 'endsAt')::timestamptz <= ${now}
    ORDER BY (a.facts ->> 'endsAt')::timestamptz
    LIMIT ${limit}`
}
