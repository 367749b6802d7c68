/** Keys that need somebody, for the overview. */
import type { SqlPool } from '#lib/platform/db.ts'
import type { NamedRow, NamedSet } from '#lib/reports/overview-store.ts'

type Row = NamedRow & { readonly total: bigint }

const shown = 3

/**
 * Living keys that nobody active answers for, and active keys that end before `soon`: as the views `no_owner` and
 * `ends_soon` of lib/keys/store.ts have them. Carried by virtual_key_status_expires_at_idx.
 */
export async function keysThatNeedSomebody(
  sql: SqlPool,
  now: Date,
  soon: Date,
): Promise<{ readonly withoutOwner: NamedSet; readonly ending: NamedSet }> {
  const [withoutOwner, ending] = await Promise.all([
    sql.query<Row>(
      `SELECT k.id, k.name, k.last_used_at AS at, NULL AS reason, count(*) OVER () AS total
       FROM virtual_key k
       LEFT JOIN app_user u ON u.id = k.owner_user_id
       LEFT JOIN workload w ON w.id = k.workload_id
       WHERE k.status NOT IN ('revoked', 'expired')
         AND (k.expires_at IS NULL OR k.expires_at > $1)
         AND (u.status <> 'active' OR (k.owner_user_id IS NULL AND w.id IS NOT NULL AND w.owner_user_id IS NULL))
       ORDER BY k.last_used_at DESC NULLS LAST, k.id
       LIMIT ${shown}`,
      [now],
    ),
    sql.query<Row>(
      `SELECT id, name, expires_at AS at, environment AS reason, count(*) OVER () AS total
       FROM virtual_key
       WHERE status = 'active'
         AND expires_at > $1
         AND expires_at <= $2
       ORDER BY expires_at, id
       LIMIT ${shown}`,
      [now, soon],
    ),
  ])
  return { withoutOwner: setOf(withoutOwner.rows), ending: setOf(ending.rows) }
}

function setOf(rows: readonly Row[]): NamedSet {
  return { total: Number(rows[0]?.total ?? 0n), first: rows.map(({ id, name, at, reason }) => ({ id, name, at, reason })) }
}
