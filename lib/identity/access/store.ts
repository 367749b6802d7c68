/** Queries on group mappings and API tokens. */
import type { Keyset } from '#lib/management/keyset.ts'
import type { Db, Tx } from '#lib/platform/db.ts'

type Condition = Record<string, unknown>
type Reader = Db | Tx

const mappingFields = {
  id: true,
  group: true,
  priority: true,
  teamId: true,
  profileId: true,
  roles: true,
  isLead: true,
  createdAt: true,
  profile: { select: { id: true, name: true } },
} as const

export async function findMappings(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.profileMapping.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: mappingFields })
}

export async function findMapping(db: Reader, id: string) {
  return db.profileMapping.findUnique({ where: { id }, select: mappingFields })
}
export type MappingRow = NonNullable<Awaited<ReturnType<typeof findMapping>>>

export type MappingFields = {
  priority?: number | undefined
  teamId?: string | null | undefined
  profileId?: string | null | undefined
  roles?: string[] | undefined
  isLead?: boolean | undefined
}

export async function insertMapping(
  tx: Tx,
  mapping: MappingFields & { id: string; group: string; priority: number; createdAt: Date },
): Promise<void> {
  await tx.profileMapping.create({ data: mapping, select: { id: true } })
}

export async function updateMappingFields(tx: Tx, id: string, fields: MappingFields): Promise<void> {
  await tx.profileMapping.update({ where: { id }, data: fields, select: { id: true } })
}

export async function removeMapping(tx: Tx, id: string): Promise<void> {
  await tx.profileMapping.delete({ where: { id }, select: { id: true } })
}

/** Other mappings that make admins, locked, so that two changes cannot each leave the last one to the other. */
export async function otherAdminMappings(tx: Tx, exceptId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id
    FROM profile_mapping
    WHERE 'admin' = ANY (roles) AND id <> ${exceptId}
    ORDER BY id
    LIMIT 1
    FOR UPDATE`
  return rows.length
}

export async function findTeamNames(db: Reader, teamIds: readonly string[]) {
  if (teamIds.length === 0) return []
  return db.team.findMany({
    where: { id: { in: [...teamIds] } },
    select: { id: true, name: true },
    take: teamIds.length,
  })
}

export async function isUsableTeam(tx: Tx, id: string): Promise<boolean> {
  return (await tx.team.count({ where: { id, status: { not: 'archived' } } })) > 0
}

export async function isUsableProfile(tx: Tx, id: string): Promise<boolean> {
  return (await tx.accessProfile.count({ where: { id, archivedAt: null } })) > 0
}

// ── API tokens: the digest is never selected ──

const tokenFields = {
  id: true,
  name: true,
  roles: true,
  last4: true,
  createdBy: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const

export async function findTokens(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.apiToken.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: tokenFields })
}

export async function findToken(db: Reader, id: string) {
  return db.apiToken.findUnique({ where: { id }, select: tokenFields })
}
export type TokenRow = NonNullable<Awaited<ReturnType<typeof findToken>>>

export async function insertToken(
  tx: Tx,
  token: {
    id: string
    name: string
    digest: Buffer
    last4: string
    roles: string[]
    createdBy: string
    createdAt: Date
    expiresAt: Date | null
  },
): Promise<void> {
  await tx.apiToken.create({ data: { ...token, digest: Uint8Array.from(token.digest) }, select: { id: true } })
}

export async function renameToken(tx: Tx, id: string, name: string): Promise<void> {
  await tx.apiToken.update({ where: { id }, data: { name }, select: { id: true } })
}

export async function revokeTokenRow(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.apiToken.update({ where: { id }, data: { revokedAt: now }, select: { id: true } })
}
