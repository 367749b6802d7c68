/**
 * Versions tell every gateway, on its very next call, that something a grant was compiled from has changed.
 *
 * 1. `raiseVersions` in the transaction of the change: versions only grow.
 * 2. `publishVersions` right after commit, awaited before the change is answered: Redis now says the new version, and
 *    the gateway's ADMIT, which compares versions on every call, answers STALE to every cached grant.
 * 3. Where a crash came between, the worker's job publishes what is still marked unpublished.
 */
import type { Db, Tx } from '#lib/platform/db.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type SubjectType = 'key' | 'user' | 'team' | 'project' | 'workload' | 'profile'
/** `key:key_…`, …, or one of the two that exist once. */
export type Subject = `${SubjectType}:${string}` | 'organisation' | 'catalog'

/** Key of a subject's version in Redis. Lives a week; a missing one is read again from PostgreSQL. */
export function versionKey(subject: string): string {
  return `{gh}:v:${subject}`
}
export const versionTtlSeconds = 7 * 86_400

/** Raises the versions of the subjects, inside the transaction that changes them. */
export async function raiseVersions(tx: Tx, subjects: readonly Subject[]): Promise<void> {
  if (subjects.length === 0) return
  const ordered = [...new Set(subjects)].toSorted()
  await tx.$executeRaw`
    INSERT INTO policy_version (subject, version, published, at)
    SELECT subject, nextval('policy_version_seq'), false, now()
    FROM unnest(${ordered}::text[]) AS subject
    ON CONFLICT (subject) DO UPDATE
    SET version = nextval('policy_version_seq'), published = false, at = now()`
}

/**
 * Tells Redis what PostgreSQL says of these subjects now. Returns false where Redis could not be told: the change stands,
 * and the worker publishes it within a second of Redis being back.
 */
export async function publishVersions(db: Db, redis: RedisClient, subjects: readonly Subject[]): Promise<boolean> {
  const rows = await db.policyVersion.findMany({
    where: { subject: { in: [...new Set(subjects)] }, published: false },
    select: { subject: true, version: true },
    take: 10_000,
  })
  try {
    await publish(db, redis, rows)
    return true
  } catch {
    return false
  }
}

/** Publishes up to `limit` changes that nobody has published; returns how many. Idempotent. */
export async function publishPending(db: Db, redis: RedisClient, limit: number = 1000): Promise<number> {
  const rows = await db.policyVersion.findMany({
    where: { published: false },
    select: { subject: true, version: true },
    orderBy: { at: 'asc' },
    take: limit,
  })
  await publish(db, redis, rows)
  return rows.length
}

type VersionRow = { readonly subject: string; readonly version: bigint }

async function publish(db: Db, redis: RedisClient, rows: readonly VersionRow[]): Promise<void> {
  await writeVersions(redis, rows)
  for (const { subject, version } of rows) {
    // Only this version: one raised meanwhile stays unpublished until its own turn.
    await db.policyVersion.updateMany({ where: { subject, version }, data: { published: true } })
  }
}

/** All versions by subject, those behind `after`. Carried by the primary key. */
export async function pageOfVersions(db: Db, after: string, limit: number): Promise<VersionRow[]> {
  return db.policyVersion.findMany({
    where: { subject: { gt: after } },
    select: { subject: true, version: true },
    orderBy: { subject: 'asc' },
    take: limit,
  })
}

/** The versions in force, "0" for what never changed. */
export async function readVersions(db: Db, subjects: readonly string[]): Promise<[subject: string, version: string][]> {
  const rows = await db.policyVersion.findMany({
    where: { subject: { in: [...subjects] } },
    select: { subject: true, version: true },
    take: subjects.length,
  })
  const known = new Map(rows.map((row) => [row.subject, row.version.toString()]))
  return subjects.map((subject) => [subject, known.get(subject) ?? '0'])
}

/** Writes versions into Redis; an older one never replaces a newer one, whoever comes last. */
export async function writeVersions(
  redis: RedisClient,
  versions: readonly { readonly subject: string; readonly version: bigint | string }[],
): Promise<void> {
  if (versions.length === 0) return
  await redis.fcall(
    'gatehouse_set_versions',
    versions.length,
    ...versions.map(({ subject }) => versionKey(subject)),
    versionTtlSeconds,
    ...versions.map(({ version }) => version.toString()),
  )
}
