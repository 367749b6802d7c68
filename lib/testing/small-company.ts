/** A company small enough to know by heart, for tests against a real database. */
import { bootstrapActorId, role, type Actor } from '#lib/identity/contract.ts'
import { seedBuiltInProfiles } from '#lib/policy/seed-built-in-profiles.ts'
import type { Db } from '#lib/platform/db.ts'

/** Ids are speaking: the tests name them. */
export type SmallCompany = {
  readonly organisationId: string
  readonly profiles: { readonly experiment: string; readonly production: string; readonly restricted: string }
}

/**
 * Organisation › unit Logistics › teams Platform and Search, unit Back office › team Finance. Ada (admin, Platform), Dana
 * and Tess (Search, Tess leads), Cole (Search, Restricted), Finn (Finance).
 */
export async function createSmallCompany(db: Db, nowMs: number = Date.now()): Promise<SmallCompany> {
  const profiles = await seedBuiltInProfiles(db, nowMs)
  const { Experiment: experiment = '', Production: production = '', Restricted: restricted = '' } = profiles
  await db.organisation.create({ data: { id: 'org_small', name: 'Small Company', timeZone: 'Europe/Berlin' } })
  await db.businessUnit.createMany({
    data: [
      { id: 'bu_logistics', name: 'Logistics' },
      { id: 'bu_back_office', name: 'Back office' },
    ],
  })
  await db.costCentre.createMany({
    data: [
      { code: '4210', name: 'Search' },
      { code: '1000', name: 'Platform' },
    ],
  })
  await db.team.createMany({
    data: [
      { id: 'team_platform', name: 'Platform', businessUnitId: 'bu_logistics', costCentreCode: '1000' },
      { id: 'team_search', name: 'Search', businessUnitId: 'bu_logistics', costCentreCode: '4210' },
      { id: 'team_finance', name: 'Finance', businessUnitId: 'bu_back_office' },
    ],
  })
  await db.project.create({
    data: { id: 'proj_ranking', name: 'Ranking', teamId: 'team_search', environment: 'production' },
  })
  const person = (name: string, roles: string[], teamId: string, profileId: string) => ({
    id: `user_${name.toLowerCase()}`,
    email: `${name.toLowerCase()}@demo.test`,
    name,
    roles,
    primaryTeamId: teamId,
    profileId,
  })
  const people = [
    person('Ada', ['admin'], 'team_platform', experiment),
    person('Dana', ['developer'], 'team_search', experiment),
    person('Tess', ['developer'], 'team_search', experiment),
    person('Cole', ['developer'], 'team_search', restricted),
    person('Finn', ['finance'], 'team_finance', experiment),
  ]
  await db.user.createMany({ data: people })
  await db.teamMember.createMany({
    data: people.map(({ id, primaryTeamId }) => ({ teamId: primaryTeamId, userId: id, isLead: id === 'user_tess' })),
  })
  return { organisationId: 'org_small', profiles: { experiment, production, restricted } }
}

/** One of its people as the use cases see them. */
export async function actorNamed(db: Db, name: 'Ada' | 'Dana' | 'Tess' | 'Cole' | 'Finn'): Promise<Actor> {
  const user = await db.user.findUniqueOrThrow({
    where: { id: `user_${name.toLowerCase()}` },
    select: {
      id: true,
      name: true,
      email: true,
      roles: true,
      profileId: true,
      memberships: { select: { teamId: true, isLead: true } },
    },
  })
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    email: user.email,
    roles: new Set(user.roles.map((text) => role.parse(text))),
    teamIds: user.memberships.map(({ teamId }) => teamId),
    leadOf: user.memberships.filter(({ isLead }) => isLead).map(({ teamId }) => teamId),
    profileId: user.profileId,
    ip: '127.0.0.1',
    requestId: null,
  }
}

/** Whoever holds the bootstrap token. */
export const bootstrap: Actor = {
  kind: 'token',
  id: bootstrapActorId,
  name: 'Bootstrap token',
  email: null,
  roles: new Set(['admin']),
  teamIds: [],
  leadOf: [],
  profileId: null,
  ip: '127.0.0.1',
  requestId: null,
}
