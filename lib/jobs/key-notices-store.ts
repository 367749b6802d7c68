/**
 * Queries of the jobs that say what will become of keys. A key is idle since its last call, its making, or its last
 * change of status, whichever came last: one that was resumed or extended begins anew.
 */
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

const dayMs = 86_400_000
const soonMs = 14 * dayMs
const originsMs = 30 * dayMs

/** Says of every active key that ends within 14 days when it does, and no longer of those that do not. Carried by (status, expires_at). */
export async function noteEndings(db: Db, nowMs: number): Promise<number> {
  const now = new Date(nowMs)
  const soon = new Date(nowMs + soonMs)
  await db.$executeRaw`
    DELETE FROM key_notice n
    USING virtual_key k
    WHERE n.kind = 'ends_soon' AND k.id = n.key_id
      AND (k.status = 'active' AND k.expires_at > ${now} AND k.expires_at <= ${soon}) IS NOT TRUE`
  return db.$executeRaw`
    INSERT INTO key_notice (key_id, kind, at, last_at, due_at)
    SELECT id, 'ends_soon', ${now}, ${now}, expires_at
    FROM virtual_key
    WHERE status = 'active' AND expires_at > ${now} AND expires_at <= ${soon}
    ON CONFLICT (key_id, kind) DO UPDATE SET due_at = excluded.due_at, last_at = excluded.last_at
    WHERE key_notice.due_at IS DISTINCT FROM excluded.due_at`
}

const idleSince = Prisma.sql`
  greatest(coalesce(k.last_used_at, k.created_at), coalesce(k.status_at, k.created_at))`
const days = (field: 'warn' | 'expire') => Prisma.sql`make_interval(days => (p.policy -> 'idleDays' ->> ${field})::int)`
const hasIdleRule = Prisma.sql`jsonb_typeof(p.policy -> 'idleDays') = 'object'`

/**
 * Warns of keys that nobody uses. What lies between warning and end in the profile lies between them for every key, also
 * where the profile came to say so only yesterday: nothing ends unannounced.
 */
export async function noteIdleKeys(db: Db, nowMs: number): Promise<number> {
  const now = new Date(nowMs)
  await db.$executeRaw`
    DELETE FROM key_notice n
    USING virtual_key k JOIN access_profile p ON p.id = k.profile_id
    WHERE n.kind = 'idle' AND k.id = n.key_id
      AND (k.status = 'active' AND ${hasIdleRule} AND ${idleSince} <= ${now}::timestamptz - ${days('warn')}) IS NOT TRUE`
  return db.$executeRaw`
    INSERT INTO key_notice (key_id, kind, at, last_at, due_at)
    SELECT k.id, 'idle', ${now}, ${now},
           greatest(${idleSince} + ${days('expire')}, coalesce(n.at, ${now}::timestamptz) + ${days('expire')} - ${days('warn')})
    FROM virtual_key k
    JOIN access_profile p ON p.id = k.profile_id
    LEFT JOIN key_notice n ON n.key_id = k.id AND n.kind = 'idle'
    WHERE k.status = 'active' AND ${hasIdleRule} AND ${idleSince} <= ${now}::timestamptz - ${days('warn')}
    ON CONFLICT (key_id, kind) DO UPDATE SET due_at = excluded.due_at, last_at = excluded.last_at
    WHERE key_notice.due_at IS DISTINCT FROM excluded.due_at`
}

/** Idle keys whose announced end has come. Carried by key_notice (kind, due_at). */
export async function findIdleEnds(db: Db, now: Date, limit: number): Promise<{ keyId: string; name: string }[]> {
  const rows = await db.keyNotice.findMany({
    where: { kind: 'idle', dueAt: { lte: now }, key: { status: 'active' } },
    orderBy: { dueAt: 'asc' },
    take: limit,
    select: { keyId: true, key: { select: { name: true } } },
  })
  return rows.map(({ keyId, key }) => ({ keyId, name: key.name }))
}

/** Ends a key if it is idle still, by the rule in force; returns for how many days that rule waits, null where it was used meanwhile. */
export async function expireIdle(tx: Tx, keyId: string, now: Date): Promise<number | null> {
  const rows = await tx.$queryRaw<{ days: number }[]>`
    UPDATE virtual_key k
    SET status = 'expired', status_at = ${now},
        status_reason = 'nobody used it for ' || (p.policy -> 'idleDays' ->> 'expire') || ' days'
    FROM access_profile p
    WHERE k.id = ${keyId} AND p.id = k.profile_id AND k.status = 'active' AND ${hasIdleRule}
      AND ${idleSince} <= ${now}::timestamptz - ${days('expire')}
    RETURNING (p.policy -> 'idleDays' ->> 'expire')::int AS days`
  return rows[0]?.days ?? null
}

/** A month without another sighting, and it is taken for mended. */
export async function dropOldOrigins(db: Db, nowMs: number): Promise<void> {
  await db.keyNotice.deleteMany({ where: { kind: 'browser_origin', lastAt: { lt: new Date(nowMs - originsMs) } } })
}
