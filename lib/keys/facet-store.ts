/** Which owners, teams, profiles and models there are among keys. */
import type { KeyCondition } from '#lib/keys/store.ts'
import type { Db } from '#lib/platform/db.ts'

type Named = { readonly id: string; readonly name: string }

export type KeyFacets = {
  readonly owners: readonly Named[]
  readonly teams: readonly Named[]
  readonly profiles: readonly Named[]
  /** Models that keys are narrowed to. */
  readonly models: readonly string[]
}

export async function findKeyFacets(db: Db, where: KeyCondition): Promise<KeyFacets> {
  const rows = await db.$queryRaw<KeyFacets[]>`
    WITH visible AS (
      SELECT coalesce(k.owner_user_id, w.owner_user_id) AS owner_id, k.team_id, k.profile_id, k.models
      FROM virtual_key k
      LEFT JOIN workload w ON w.id = k.workload_id
      LEFT JOIN app_user u ON u.id = k.owner_user_id
      WHERE ${where}
    )
    SELECT
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name) ORDER BY o.name), '[]') FROM (
        SELECT p.id, p.name FROM app_user p WHERE p.id IN (SELECT owner_id FROM visible) ORDER BY p.name LIMIT 500) AS o) AS owners,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) ORDER BY t.name), '[]')
        FROM team t WHERE t.id IN (SELECT team_id FROM visible)) AS teams,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name) ORDER BY f.name), '[]')
        FROM access_profile f WHERE f.id IN (SELECT profile_id FROM visible)) AS profiles,
      (SELECT coalesce(jsonb_agg(m.name ORDER BY m.name), '[]') FROM (
        SELECT DISTINCT unnest(models) AS name FROM visible LIMIT 500) AS m) AS models`
  return rows[0] ?? { owners: [], teams: [], profiles: [], models: [] }
}
