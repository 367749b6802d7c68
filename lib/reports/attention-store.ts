/** What needs somebody, for the overview. */
import type { Db, SqlPool } from '#lib/platform/db.ts'

export type NamedRow = {
  readonly id: string
  readonly name: string
  readonly at: Date | null
  readonly reason: string | null
}
export type NamedSet = { readonly total: number; readonly first: readonly NamedRow[] }

const shown = 3

export async function quarantined(
  db: Db,
): Promise<Record<'key' | 'user' | 'team' | 'workload' | 'provider' | 'model', NamedSet>> {
  const where = { status: 'quarantined' }
  const named = { where, take: shown, orderBy: { name: 'asc' }, select: { id: true, name: true } } as const
  const keyed = {
    where,
    take: shown,
    orderBy: { statusAt: 'desc' },
    select: { id: true, name: true, statusAt: true, statusReason: true },
  } as const
  const [keys, users, teams, workloads, providers, models, totals] = await Promise.all([
    db.virtualKey.findMany(keyed),
    db.user.findMany(named),
    db.team.findMany(named),
    db.workload.findMany(named),
    db.provider.findMany(named),
    db.model.findMany(named),
    Promise.all([
      db.virtualKey.count({ where }),
      db.user.count({ where }),
      db.team.count({ where }),
      db.workload.count({ where }),
      db.provider.count({ where }),
      db.model.count({ where }),
    ]),
  ])
  const plain = (rows: readonly { id: string; name: string }[], total: number): NamedSet => ({
    total,
    first: rows.map((row) => ({ ...row, at: null, reason: null })),
  })
  return {
    key: {
      total: totals[0],
      first: keys.map(({ id, name, statusAt, statusReason }) => ({ id, name, at: statusAt, reason: statusReason })),
    },
    user: plain(users, totals[1]),
    team: plain(teams, totals[2]),
    workload: plain(workloads, totals[3]),
    provider: plain(providers, totals[4]),
    model: plain(models, totals[5]),
  }
}

/** Active models with a deployment and no price that is in force. */
export async function modelsWithoutPrice(db: Db, now: Date): Promise<NamedSet> {
  const where = {
    status: 'active',
    deployments: { some: { status: 'active' } },
    prices: { none: { effectiveFrom: { lte: now } } },
  }
  const [total, first] = await Promise.all([
    db.model.count({ where }),
    db.model.findMany({ where, take: shown, orderBy: { name: 'asc' }, select: { id: true, name: true } }),
  ])
  return { total, first: first.map((row) => ({ ...row, at: null, reason: null })) }
}

/** Models in use that stop before `before`. */
export async function modelsThatEnd(db: Db, now: Date, before: Date): Promise<NamedSet> {
  const where = { status: 'active', retiresAt: { gt: now, lte: before } }
  const [total, first] = await Promise.all([
    db.model.count({ where }),
    db.model.findMany({
      where,
      take: shown,
      orderBy: { retiresAt: 'asc' },
      select: { id: true, name: true, retiresAt: true },
    }),
  ])
  return { total, first: first.map(({ id, name, retiresAt }) => ({ id, name, at: retiresAt, reason: null })) }
}

type Row = NamedRow & { readonly total: bigint }

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
  return {
    total: Number(rows[0]?.total ?? 0n),
    first: rows.map(({ id, name, at, reason }) => ({ id, name, at, reason })),
  }
}
