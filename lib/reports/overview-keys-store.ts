/** Keys that need somebody, for the overview. */
import type { SqlPool } from '#lib/platform/db.ts'
import type { NamedRow, NamedSet } from '#lib/reports/overview-store.ts'

type Row = NamedRow & { readonly total: bigint }

const shown = 3

/**
 * Active keys of people or programs that nobody active answers for (keys of kind `team` belong to their team by design),
 * and active keys that end before `soon`. Carried by virtual_key_status_expires_at_idx.
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
       LEFT JOIN app_user u ON u.id = k.owner_user_id AND u.status = 'active'
       LEFT JOIN workload w ON w.id = k.workload_id
       LEFT JOIN app_user wu ON wu.id = w.owner_user_id AND wu.status = 'active'
       WHERE k.status = 'active'
         AND k.kind <> 'team'
         AND u.id IS NULL
         AND wu.id IS NULL
       ORDER BY k.last_used_at DESC NULLS LAST, k.id
       LIMIT ${shown}`,
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
