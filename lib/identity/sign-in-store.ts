/** What signing in and out reads and writes. */
import type { GroupMapping, Membership } from '#lib/identity/rules/map-groups.ts'
import type { Tx } from '#lib/platform/db.ts'

const signInFields = {
  id: true,
  email: true,
  name: true,
  status: true,
  roles: true,
  groups: true,
  profileId: true,
  primaryTeamId: true,
  memberships: { select: { teamId: true, isLead: true }, orderBy: { teamId: 'asc' }, take: 500 },
  _count: { select: { identities: true } },
} as const

export type SignInUser = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly status: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly profileId: string | null
  readonly primaryTeamId: string | null
  readonly memberships: readonly Membership[]
  readonly identityCount: number
}

type Row = Omit<SignInUser, 'identityCount'> & { readonly _count: { readonly identities: number } }

function userOf({ _count, ...user }: Row): SignInUser {
  return { ...user, identityCount: _count.identities }
}

export async function findUserByIdentity(tx: Tx, issuer: string, subject: string): Promise<SignInUser | null> {
  const row = await tx.userIdentity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    select: { user: { select: signInFields } },
  })
  return row && userOf(row.user)
}

export async function findUserByEmail(tx: Tx, email: string): Promise<SignInUser | null> {
  const row = await tx.user.findUnique({ where: { email }, select: signInFields })
  return row && userOf(row)
}

export async function createUser(tx: Tx, user: { id: string; email: string; name: string }): Promise<SignInUser> {
  return userOf(await tx.user.create({ data: user, select: signInFields }))
}

export async function linkIdentity(tx: Tx, userId: string, link: { issuer: string; subject: string }): Promise<void> {
  await tx.userIdentity.create({ data: { ...link, userId }, select: { userId: true } })
}

/** Mappings to teams and profiles that are still in use. */
export async function findUsableMappings(tx: Tx): Promise<GroupMapping[]> {
  const rows = await tx.profileMapping.findMany({
    select: {
      group: true,
      priority: true,
      teamId: true,
      profileId: true,
      roles: true,
      isLead: true,
      profile: { select: { archivedAt: true } },
    },
    take: 5_000,
  })
  const named = rows.flatMap(({ teamId }) => teamId ?? [])
  const teams = await tx.team.findMany({
    where: { id: { in: named }, status: { not: 'archived' } },
    select: { id: true },
    take: 5_000,
  })
  const usable = new Set(teams.map(({ id }) => id))
  return rows.map(({ profile, teamId, profileId, ...mapping }) => ({
    ...mapping,
    teamId: teamId !== null && usable.has(teamId) ? teamId : null,
    profileId: profile && profile.archivedAt === null ? profileId : null,
  }))
}

export async function findDefaultProfileId(tx: Tx): Promise<string | null> {
  const row = await tx.accessProfile.findFirst({
    where: { isDefault: true, archivedAt: null },
    select: { id: true },
    orderBy: { id: 'asc' },
  })
  return row?.id ?? null
}

export type SignInChange = {
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly profileId: string | null
  readonly primaryTeamId: string | null
  readonly now: Date
}

export async function updateUserAtSignIn(tx: Tx, userId: string, change: SignInChange): Promise<void> {
  const { name, email, roles, groups, profileId, primaryTeamId, now } = change
  await tx.user.update({
    where: { id: userId },
    data: { name, email, roles: [...roles], groups: [...groups], profileId, primaryTeamId, lastSignInAt: now },
    select: { id: true },
  })
}

export async function replaceMemberships(tx: Tx, userId: string, memberships: readonly Membership[]): Promise<void> {
  const teamIds = memberships.map(({ teamId }) => teamId)
  await tx.teamMember.deleteMany({ where: { userId, teamId: { notIn: teamIds } } })
  for (const { teamId, isLead } of memberships) {
    await tx.teamMember.upsert({
      where: { teamId_userId: { teamId, userId } },
      create: { teamId, userId, isLead },
      update: { isLead },
      select: { userId: true },
    })
  }
}

export type NewSession = {
  readonly id: string
  readonly userId: string
  readonly provider: string
  readonly issuer: string
  readonly idpSession: string | null
  readonly idToken: string | null
  readonly groups: string[]
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly expiresAt: Date
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx.session.create({ data: session, select: { id: true } })
}

/** Whether it was alive until now. The sealed ID token goes with it: it has no use left. */
export async function endSession(tx: Tx, sessionId: string, now: Date): Promise<boolean> {
  const ended = await tx.session.updateMany({
    where: { id: sessionId, revokedAt: null },
    data: { revokedAt: now, idToken: null },
  })
  return ended.count > 0
}

export async function endSessionsOfUser(tx: Tx, userId: string, now: Date): Promise<number> {
  const ended = await tx.session.updateMany({
    where: { userId, revokedAt: null },
    data: { revokedAt: now, idToken: null },
  })
  return ended.count
}

/** Live sessions that an identity provider means when it ends its own: by session, or by subject when it names no session. */
export async function findSessionsAtIssuer(
  tx: Tx,
  { issuer, subject, idpSession }: { issuer: string; subject: string | null; idpSession: string | null },
) {
  return tx.session.findMany({
    where: {
      issuer,
      revokedAt: null,
      ...(idpSession === null ? {} : { idpSession }),
      ...(subject === null ? {} : { user: { identities: { some: { issuer, subject } } } }),
    },
    select: { id: true, user: { select: { id: true, name: true } } },
    take: 1_000,
  })
}

export async function findSessionForSignOut(tx: Tx, sessionId: string) {
  return tx.session.findUnique({
    where: { id: sessionId },
    select: { id: true, provider: true, idToken: true, revokedAt: true, user: { select: { id: true, name: true } } },
  })
}

export async function findRolesOf(tx: Tx, userId: string): Promise<readonly string[]> {
  const row = await tx.user.findUnique({ where: { id: userId }, select: { roles: true } })
  return row?.roles ?? []
}
