/** Queries on people, and on what a quarantine reaches. */
import type { Keyset } from '#lib/management/keyset.ts'
import type { Db, Tx } from '#lib/platform/db.ts'

type Condition = Record<string, unknown>
type Reader = Db | Tx

const nameOnly = { select: { id: true, name: true } } as const

const userFields = {
  id: true,
  email: true,
  name: true,
  status: true,
  roles: true,
  createdAt: true,
  lastSignInAt: true,
  profile: nameOnly,
  primaryTeam: nameOnly,
  memberships: { select: { isLead: true, team: nameOnly }, orderBy: { team: { name: 'asc' } }, take: 500 },
} as const

export async function findUsers(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.user.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: userFields })
}

export async function findUser(db: Reader, id: string, visible: Condition = {}) {
  return db.user.findFirst({ where: { AND: [{ id }, visible] }, select: userFields })
}
export type UserRow = NonNullable<Awaited<ReturnType<typeof findUser>>>

export async function setUserStatus(tx: Tx, id: string, status: string): Promise<void> {
  await tx.user.update({ where: { id }, data: { status }, select: { id: true } })
}

/** Whether anyone else could still administer. Locks them, so that two admins cannot disable each other at once. */
export async function otherActiveAdmins(tx: Tx, exceptUserId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id
    FROM app_user
    WHERE status = 'active' AND 'admin' = ANY (roles) AND id <> ${exceptUserId}
    ORDER BY id
    LIMIT 1
    FOR UPDATE`
  return rows.length
}

export async function findOrganisation(db: Reader) {
  return db.organisation.findFirst({ select: { name: true, timeZone: true, contactName: true, contactMail: true } })
}

export type QuarantineKind = 'user' | 'team' | 'workload'

export type Principal = {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly teamIds: readonly string[]
  readonly ownerUserId: string | null
}

/** Whom or what a quarantine is about. */
export async function findPrincipal(tx: Tx, kind: QuarantineKind, id: string): Promise<Principal | null> {
  if (kind === 'user') {
    const row = await tx.user.findUnique({
      where: { id },
      select: { id: true, name: true, status: true, memberships: { select: { teamId: true }, take: 500 } },
    })
    return row && { ...row, teamIds: row.memberships.map(({ teamId }) => teamId), ownerUserId: row.id }
  }
  if (kind === 'team') {
    const row = await tx.team.findUnique({ where: { id }, select: { id: true, name: true, status: true } })
    return row && { ...row, teamIds: [row.id], ownerUserId: null }
  }
  const row = await tx.workload.findUnique({
    where: { id },
    select: { id: true, name: true, status: true, teamId: true, ownerUserId: true },
  })
  return row && { ...row, teamIds: [row.teamId] }
}

export async function setPrincipalStatus(tx: Tx, kind: QuarantineKind, id: string, status: string): Promise<void> {
  if (kind === 'user') await tx.user.update({ where: { id }, data: { status }, select: { id: true } })
  else if (kind === 'team') await tx.team.update({ where: { id }, data: { status }, select: { id: true } })
  else await tx.workload.update({ where: { id }, data: { status }, select: { id: true } })
}
