/** Queries of access profiles. */
import type { Db, Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { newId } from '#lib/platform/ids.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'

const columns = (now: Date) =>
  ({
    id: true,
    name: true,
    description: true,
    builtIn: true,
    isDefault: true,
    version: true,
    policy: true,
    createdAt: true,
    updatedAt: true,
    mappings: { select: { group: true }, orderBy: { priority: 'desc' }, take: 1000 },
    _count: {
      select: {
        users: { where: { status: 'active' } },
        keys: {
          where: { status: { notIn: ['revoked', 'expired'] }, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
        },
      },
    },
  }) satisfies Prisma.AccessProfileSelect

export type ProfileRow = Prisma.AccessProfileGetPayload<{ select: ReturnType<typeof columns> }>

export type ProfilePage = {
  readonly q: string | undefined
  readonly after: readonly [name: string, id: string] | null
  readonly downward: boolean
  readonly limit: number
  readonly nowMs: number
}

export function findProfiles(db: Db, { q, after, downward, limit, nowMs }: ProfilePage): Promise<ProfileRow[]> {
  const direction = downward ? 'desc' : 'asc'
  const beyond = (value: string) => (downward ? { lt: value } : { gt: value })
  return db.accessProfile.findMany({
    where: {
      archivedAt: null,
      ...(q ? { name: { contains: q, mode: 'insensitive' } } : {}),
      ...(after ? { OR: [{ name: beyond(after[0]) }, { name: after[0], id: beyond(after[1]) }] } : {}),
    },
    select: columns(new Date(nowMs)),
    orderBy: [{ name: direction }, { id: direction }],
    take: limit,
  })
}

export function findProfileById(db: Db | Tx, id: string, nowMs: number): Promise<ProfileRow | null> {
  return db.accessProfile.findUnique({ where: { id, archivedAt: null }, select: columns(new Date(nowMs)) })
}

/** Whoever changes this profile next waits for this transaction. */
export async function lockProfile(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM access_profile WHERE id = ${id} FOR UPDATE`
}

export type NewProfile = { readonly name: string; readonly description: string; readonly policy: ProfilePolicy }

export async function insertProfile(tx: Tx, profile: NewProfile, nowMs: number): Promise<string> {
  const now = new Date(nowMs)
  const id = newId('prof', nowMs)
  await tx.accessProfile.create({ data: { id, ...profile, createdAt: now, updatedAt: now }, select: { id: true } })
  return id
}

export type ProfileChange = Partial<NewProfile> & { readonly isDefault?: boolean; readonly version: number }

export async function updateProfileRow(tx: Tx, id: string, change: ProfileChange, nowMs: number): Promise<void> {
  // One default at a time; a unique index says so too.
  if (change.isDefault) await tx.accessProfile.updateMany({ where: { isDefault: true }, data: { isDefault: false } })
  await tx.accessProfile.update({
    where: { id },
    data: { ...change, updatedAt: new Date(nowMs) },
    select: { id: true },
  })
}

/**
 * Sets the end of every living key on a profile anew: its own, or the longest life that the profile allows now where that
 * is nearer. An end that was allowed beyond the profile stays. Returns how many ends moved. Locks the keys in the order of
 * their ids, as everyone does who takes several.
 */
export async function moveKeyEnds(tx: Tx, profileId: string, maximumDays: number | null): Promise<number> {
  return tx.$executeRaw`
    WITH living AS (
      SELECT id, ends_by_profile, expires_at, created_at + make_interval(days => ${maximumDays}::int) AS latest,
             CASE WHEN ends_by_profile THEN own_expires_at ELSE expires_at END AS own
      FROM virtual_key
      WHERE profile_id = ${profileId}
        AND status NOT IN ('revoked', 'expired')
        AND NOT 'expiresAt' = ANY(overrides)
      ORDER BY id
      FOR UPDATE
    ), ends AS (
      SELECT *, latest IS NOT NULL AND (own IS NULL OR own > latest) AS is_narrowed FROM living
    )
    UPDATE virtual_key AS k
    SET ends_by_profile = is_narrowed,
        own_expires_at = CASE WHEN is_narrowed THEN own END,
        expires_at = CASE WHEN is_narrowed THEN latest ELSE own END
    FROM ends
    WHERE k.id = ends.id AND (is_narrowed OR ends.ends_by_profile)`
}

export async function archiveProfileRow(tx: Tx, id: string, nowMs: number): Promise<void> {
  await tx.accessProfile.update({ where: { id }, data: { archivedAt: new Date(nowMs) }, select: { id: true } })
}

export async function nameIsTaken(tx: Tx, name: string, exceptId: string | null): Promise<boolean> {
  const found = await tx.accessProfile.findUnique({ where: { name }, select: { id: true } })
  return found !== null && found.id !== exceptId
}

export async function findDefaultProfileId(db: Db): Promise<string | null> {
  const found = await db.accessProfile.findFirst({ where: { isDefault: true, archivedAt: null }, select: { id: true } })
  return found?.id ?? null
}

export function findPolicy(db: Db, id: string): Promise<{ id: string; name: string; policy: unknown } | null> {
  return db.accessProfile.findUnique({ where: { id }, select: { id: true, name: true, policy: true } })
}

// ── Versions ────────────────────────────────────────────────────────────────────────────────────

export type VersionRow = {
  readonly version: number
  readonly name: string
  readonly description: string
  readonly policy: unknown
  readonly at: Date
  readonly actorName: string
  readonly restores: number | null
}

const versionColumns = {
  version: true,
  name: true,
  description: true,
  policy: true,
  at: true,
  actorName: true,
  restores: true,
} as const

type Made = { readonly actorName: string; readonly restores: number | null; readonly nowMs: number }

/** Keeps the version that the row is at now. */
export async function insertVersion(
  tx: Tx,
  { id, version, name, description, policy }: Pick<ProfileRow, 'id' | 'version' | 'name' | 'description' | 'policy'>,
  { actorName, restores, nowMs }: Made,
): Promise<void> {
  await tx.profileVersion.create({
    data: { profileId: id, version, name, description, policy: policy ?? {}, at: new Date(nowMs), actorName, restores },
    select: { version: true },
  })
}

export function findVersion(db: Db | Tx, profileId: string, version: number): Promise<VersionRow | null> {
  return db.profileVersion.findUnique({
    where: { profileId_version: { profileId, version } },
    select: versionColumns,
  })
}

/** Newest first, those before `beforeVersion`. */
export function findVersions(
  db: Db,
  profileId: string,
  beforeVersion: number | null,
  limit: number,
): Promise<VersionRow[]> {
  return db.profileVersion.findMany({
    where: { profileId, ...(beforeVersion === null ? {} : { version: { lt: beforeVersion } }) },
    select: versionColumns,
    orderBy: { version: 'desc' },
    take: limit,
  })
}
