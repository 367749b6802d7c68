/** Queries that tell where a key belongs. */
import type { Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'

export type PersonRow = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly status: string
  readonly profileId: string | null
  readonly primaryTeamId: string | null
  readonly teamIds: readonly string[]
}

export async function findPerson(tx: Tx, id: string): Promise<PersonRow | null> {
  const row = await tx.user.findUnique({
    where: { id },
    select: {
      id: true,
      name: true,
      email: true,
      status: true,
      profileId: true,
      primaryTeamId: true,
      memberships: { select: { teamId: true }, orderBy: { teamId: 'asc' }, take: 1000 },
    },
  })
  if (!row) return null
  const { memberships, ...person } = row
  return { ...person, teamIds: memberships.map(({ teamId }) => teamId) }
}

const teamColumns = { id: true, name: true, status: true } satisfies Prisma.TeamSelect
export type TeamRow = Prisma.TeamGetPayload<{ select: typeof teamColumns }>

export function findTeam(tx: Tx, id: string): Promise<TeamRow | null> {
  return tx.team.findUnique({ where: { id }, select: teamColumns })
}

export function findTeamNamed(tx: Tx, name: string): Promise<TeamRow | null> {
  return tx.team.findUnique({ where: { name }, select: teamColumns })
}

const projectColumns = {
  id: true,
  name: true,
  teamId: true,
  environment: true,
  status: true,
} satisfies Prisma.ProjectSelect
export type ProjectRow = Prisma.ProjectGetPayload<{ select: typeof projectColumns }>

export function findProject(tx: Tx, id: string): Promise<ProjectRow | null> {
  return tx.project.findUnique({ where: { id }, select: projectColumns })
}

const workloadColumns = {
  id: true,
  name: true,
  kind: true,
  teamId: true,
  ownerUserId: true,
  environment: true,
  status: true,
  project: { select: projectColumns },
} satisfies Prisma.WorkloadSelect
export type WorkloadRow = Prisma.WorkloadGetPayload<{ select: typeof workloadColumns }>

export function findWorkload(tx: Tx, id: string): Promise<WorkloadRow | null> {
  return tx.workload.findUnique({ where: { id }, select: workloadColumns })
}

const profileColumns = { id: true, name: true, policy: true, archivedAt: true } satisfies Prisma.AccessProfileSelect
export type ProfileRow = Prisma.AccessProfileGetPayload<{ select: typeof profileColumns }>

/** As it is until this transaction ends: whoever changes the profile waits, and then finds the key that is made here. */
export async function findProfile(tx: Tx, id: string): Promise<ProfileRow | null> {
  await tx.$executeRaw`SELECT 1 FROM access_profile WHERE id = ${id} FOR KEY SHARE`
  return tx.accessProfile.findUnique({ where: { id }, select: profileColumns })
}

export async function findDefaultProfile(tx: Tx): Promise<ProfileRow | null> {
  const found = await tx.accessProfile.findFirst({ where: { isDefault: true }, select: { id: true } })
  return found && findProfile(tx, found.id)
}
