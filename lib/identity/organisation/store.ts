/** Queries on the organisation's structure. What the actor may see is part of every read, not a check after it. */
import type { Keyset } from '#lib/management/keyset.ts'
import type { Db, Tx } from '#lib/platform/db.ts'

type Condition = Record<string, unknown>
type Reader = Db | Tx

const nameOnly = { select: { id: true, name: true } } as const

// ── the organisation ──

/** There is one. */
export async function findOrganisation(db: Reader) {
  return db.organisation.findFirst({ select: { id: true, name: true, timeZone: true, unpricedModels: true } })
}
export type OrganisationRow = NonNullable<Awaited<ReturnType<typeof findOrganisation>>>

export async function lockOrganisation(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM organisation LIMIT 1 FOR UPDATE`
}

export async function updateOrganisationFields(
  tx: Tx,
  id: string,
  fields: { readonly unpricedModels?: string | undefined },
): Promise<void> {
  await tx.organisation.update({ where: { id }, data: fields, select: { id: true } })
}

// ── teams ──

const teamFields = {
  id: true,
  name: true,
  status: true,
  createdAt: true,
  businessUnit: nameOnly,
  costCentre: { select: { code: true, name: true } },
  members: { where: { isLead: true }, select: { user: nameOnly }, take: 50 },
  _count: { select: { members: true } },
} as const

export async function findTeams(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.team.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: teamFields })
}

export async function findTeam(db: Reader, id: string, visible: Condition = {}) {
  return db.team.findFirst({ where: { AND: [{ id }, visible] }, select: teamFields })
}
export type TeamRow = NonNullable<Awaited<ReturnType<typeof findTeam>>>

type TeamFields = {
  name?: string | undefined
  businessUnitId?: string | null | undefined
  costCentreCode?: string | null | undefined
}

export async function insertTeam(tx: Tx, id: string, fields: TeamFields & { name: string }, now: Date): Promise<void> {
  await tx.team.create({ data: { id, createdAt: now, ...fields }, select: { id: true } })
}

export async function updateTeamFields(tx: Tx, id: string, fields: TeamFields & { status?: string }): Promise<void> {
  await tx.team.update({ where: { id }, data: fields, select: { id: true } })
}

// ── projects ──

const projectFields = {
  id: true,
  name: true,
  team: nameOnly,
  environment: true,
  status: true,
  createdAt: true,
} as const

export async function findProjects(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.project.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: projectFields })
}

export async function findProject(db: Reader, id: string, visible: Condition = {}) {
  return db.project.findFirst({ where: { AND: [{ id }, visible] }, select: projectFields })
}
export type ProjectRow = NonNullable<Awaited<ReturnType<typeof findProject>>>

export async function insertProject(
  tx: Tx,
  project: { id: string; name: string; teamId: string; environment: string; createdAt: Date },
): Promise<void> {
  await tx.project.create({ data: project, select: { id: true } })
}

export async function updateProjectFields(
  tx: Tx,
  id: string,
  fields: { name?: string | undefined; environment?: string | undefined; status?: string | undefined },
): Promise<void> {
  await tx.project.update({ where: { id }, data: fields, select: { id: true } })
}

// ── workloads ──

const workloadFields = {
  id: true,
  name: true,
  kind: true,
  team: nameOnly,
  project: nameOnly,
  owner: nameOnly,
  environment: true,
  status: true,
  createdAt: true,
} as const

export async function findWorkloads(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.workload.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: workloadFields })
}

export async function findWorkload(db: Reader, id: string, visible: Condition = {}) {
  return db.workload.findFirst({ where: { AND: [{ id }, visible] }, select: workloadFields })
}
export type WorkloadRow = NonNullable<Awaited<ReturnType<typeof findWorkload>>>

type WorkloadLinks = { projectId?: string | null | undefined; ownerUserId?: string | null | undefined }

export async function insertWorkload(
  tx: Tx,
  workload: {
    id: string
    name: string
    kind: string
    teamId: string
    environment: string
    createdAt: Date
  } & WorkloadLinks,
): Promise<void> {
  await tx.workload.create({ data: workload, select: { id: true } })
}

export async function updateWorkloadFields(
  tx: Tx,
  id: string,
  fields: WorkloadLinks & { name?: string | undefined; environment?: string | undefined; status?: string | undefined },
): Promise<void> {
  await tx.workload.update({ where: { id }, data: fields, select: { id: true } })
}

// ── business units ──

const businessUnitFields = {
  id: true,
  name: true,
  createdAt: true,
  archivedAt: true,
  _count: { select: { teams: { where: { status: { not: 'archived' } } } } },
} as const

export async function findBusinessUnits(
  db: Reader,
  conditions: readonly Condition[],
  { beyond, orderBy, take }: Keyset,
) {
  return db.businessUnit.findMany({
    where: { AND: [...conditions, beyond] },
    orderBy,
    take,
    select: businessUnitFields,
  })
}

export async function findBusinessUnit(db: Reader, id: string) {
  return db.businessUnit.findUnique({ where: { id }, select: businessUnitFields })
}
export type BusinessUnitRow = NonNullable<Awaited<ReturnType<typeof findBusinessUnit>>>

export async function insertBusinessUnit(tx: Tx, unit: { id: string; name: string; createdAt: Date }): Promise<void> {
  await tx.businessUnit.create({ data: unit, select: { id: true } })
}

export async function updateBusinessUnitFields(
  tx: Tx,
  id: string,
  fields: { name?: string | undefined; archivedAt?: Date | null | undefined },
): Promise<void> {
  await tx.businessUnit.update({ where: { id }, data: fields, select: { id: true } })
}

/** Teams whose grants carry something of this unit. */
export async function teamIdsOfUnit(tx: Tx, businessUnitId: string): Promise<string[]> {
  const rows = await tx.team.findMany({ where: { businessUnitId }, select: { id: true }, take: 10_000 })
  return rows.map(({ id }) => id)
}

// ── cost centres ──

const costCentreFields = {
  code: true,
  name: true,
  ownerUserId: true,
  createdAt: true,
  archivedAt: true,
  _count: { select: { teams: { where: { status: { not: 'archived' } } } } },
} as const

export async function findCostCentres(db: Reader, conditions: readonly Condition[], { beyond, orderBy, take }: Keyset) {
  return db.costCentre.findMany({ where: { AND: [...conditions, beyond] }, orderBy, take, select: costCentreFields })
}

export async function findCostCentre(db: Reader, code: string) {
  return db.costCentre.findUnique({ where: { code }, select: costCentreFields })
}
export type CostCentreRow = NonNullable<Awaited<ReturnType<typeof findCostCentre>>>

export async function insertCostCentre(
  tx: Tx,
  centre: { code: string; name: string; ownerUserId: string | null; createdAt: Date },
): Promise<void> {
  await tx.costCentre.create({ data: centre, select: { code: true } })
}

export async function updateCostCentreFields(
  tx: Tx,
  code: string,
  fields: { name?: string | undefined; ownerUserId?: string | null | undefined; archivedAt?: Date | null | undefined },
): Promise<void> {
  await tx.costCentre.update({ where: { code }, data: fields, select: { code: true } })
}

// ── people and keys, as far as the structure refers to them ──

export async function findPeopleNames(db: Reader, userIds: readonly string[]) {
  if (userIds.length === 0) return []
  return db.user.findMany({
    where: { id: { in: [...userIds] } },
    select: { id: true, name: true },
    take: userIds.length,
  })
}

export async function isTeamMember(tx: Tx, teamId: string, userId: string): Promise<boolean> {
  return (await tx.teamMember.count({ where: { teamId, userId } })) > 0
}

export async function personExists(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.user.count({ where: { id: userId } })) > 0
}

/** Keys that can still work or be made to. */
export async function countLiveKeys(
  db: Reader,
  where: { teamId?: string; projectId?: string; workloadId?: string; ownerUserId?: string },
) {
  return db.virtualKey.count({ where: { ...where, status: { notIn: ['revoked', 'expired'] } } })
}
