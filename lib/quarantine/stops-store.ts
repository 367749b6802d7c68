/** Queries that count what a quarantine stops. */
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'
import type { Subject } from '#lib/quarantine/records-store.ts'

/** `name` is what the ledger calls a model or provider. */
export type Stopped = Subject & { readonly name: string }
type Reader = Db | Tx

export type StoppedKeys = { readonly count: number; readonly first: readonly { id: string; name: string }[] }

/** Keys that work now. Carried by the indexes on owner, team and workload; of supply, by the range of usage_hourly. */
export async function findStoppedKeys(db: Reader, subject: Stopped, now: Date, since: Date): Promise<StoppedKeys> {
  const working = Prisma.sql`k.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > ${now})`
  const [row] = await db.$queryRaw<[{ count: number; first: { id: string; name: string }[] }]>`
    WITH stopped AS (SELECT k.id, k.name FROM virtual_key k WHERE ${working} AND ${keysOf(subject, since)})
    SELECT (SELECT count(*)::int4 FROM stopped) AS count,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name)), '[]')
            FROM (SELECT id, name FROM stopped ORDER BY name, id LIMIT 10) AS f) AS first`
  return row
}

function keysOf({ type, id, name }: Stopped, since: Date): Prisma.Sql {
  switch (type) {
    case 'key':
      return Prisma.sql`k.id = ${id}`
    case 'user':
      return Prisma.sql`k.owner_user_id = ${id}`
    case 'team':
      return Prisma.sql`k.team_id = ${id}`
    case 'workload':
      return Prisma.sql`k.workload_id = ${id}`
    case 'model':
      return Prisma.sql`k.id IN (SELECT key_id FROM usage_hourly WHERE start >= ${since} AND model = ${name})`
    case 'provider':
      return Prisma.sql`k.id IN (SELECT key_id FROM usage_hourly WHERE start >= ${since} AND provider = ${name})`
  }
}

export type StoppedUse = { readonly calls: number; readonly costNanos: bigint }

/** What went through it since then, from the hourly sums: by key, person or team along their index. */
export async function sumStoppedUse(db: Reader, { type, id, name }: Stopped, since: Date): Promise<StoppedUse> {
  const whose: Record<Subject['type'], Prisma.Sql> = {
    key: Prisma.sql`key_id = ${id}`,
    user: Prisma.sql`user_id = ${id}`,
    team: Prisma.sql`team_id = ${id}`,
    workload: Prisma.sql`workload_id = ${id} AND key_id IN (SELECT k.id FROM virtual_key k WHERE k.workload_id = ${id})`,
    model: Prisma.sql`model = ${name}`,
    provider: Prisma.sql`provider = ${name}`,
  }
  const [row] = await db.$queryRaw<[StoppedUse]>`
    SELECT coalesce(sum(calls), 0)::int4 AS calls, coalesce(sum(cost_nanos), 0)::int8 AS "costNanos"
    FROM usage_hourly
    WHERE start >= ${since} AND ${whose[type]}`
  return row
}
