/**
 * The rows of the demo organisation: who and what there is, and since when. Pure but for ids and key texts, which are
 * drawn and thrown away: nobody holds a secret of the demo's keys.
 */
import { mapGroups, type GroupMapping } from '#lib/identity/rules/map-groups.ts'
import { makePeople, type PersonFacts } from '#lib/demo/organisation/people.ts'
import { createRandom, type Random } from '#lib/demo/organisation/random.ts'
import {
  businessUnits,
  mappings,
  organisationName,
  personalHabits,
  projects,
  teamHabit,
  teams,
  workloads,
  type Habit,
} from '#lib/demo/organisation/structure.ts'
import type { KeyKind, KeyStatus } from '#lib/keys/contract.ts'
import { digestOf, newKeyText } from '#lib/keys/rules/key-text.ts'
import type { Pepper } from '#lib/platform/crypto.ts'
import { newId } from '#lib/platform/ids.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'

export const demoDays = 90
export const dayMs = 86_400_000

export type Team = {
  readonly id: string
  readonly name: string
  readonly businessUnitId: string
  readonly costCentre: string
  readonly leadId: string
  readonly monthlyBudgetUsd: number
}

export type Person = PersonFacts & {
  readonly id: string
  readonly roles: readonly string[]
  readonly profileId: string | null
  readonly primaryTeamId: string | null
  readonly memberships: readonly { readonly teamId: string; readonly isLead: boolean }[]
  readonly createdMs: number
}

export type Project = {
  readonly id: string
  readonly name: string
  readonly teamId: string
  readonly environment: string
  readonly monthlyBudgetUsd: number | null
}

export type Workload = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly teamId: string
  readonly projectId: string
  readonly ownerId: string
  readonly environment: string
  readonly status: string
}

export type Key = {
  readonly id: string
  readonly name: string
  readonly kind: KeyKind
  readonly status: KeyStatus
  readonly statusReason: string | null
  readonly endedMs: number | null
  readonly ownerId: string | null
  readonly team: Team
  readonly project: Project | null
  readonly workloadId: string | null
  readonly profileId: string
  readonly environment: string
  readonly createdBy: string
  readonly createdMs: number
  readonly expiresMs: number | null
  readonly tags: Readonly<Record<string, string>>
  readonly secrets: readonly {
    readonly id: string
    readonly digest: Buffer
    readonly pepperId: string
    readonly last4: string
    readonly createdMs: number
  }[]
  readonly budget: { readonly amountNanos: bigint; readonly posture: string } | null
  readonly habit: Habit
  /** On the profile for contractors. */
  readonly isRestricted: boolean
  readonly isNearCap: boolean
}

export type Mapping = GroupMapping & { readonly id: string }

export type Company = {
  readonly organisationId: string
  readonly startMs: number
  readonly units: readonly { readonly id: string; readonly name: string }[]
  readonly teams: readonly Team[]
  readonly people: readonly Person[]
  readonly mappings: readonly Mapping[]
  readonly projects: readonly Project[]
  readonly workloads: readonly Workload[]
  readonly keys: readonly Key[]
}

export type ProfileIds = { readonly Experiment: string; readonly Production: string; readonly Restricted: string }

type Making = {
  readonly nowMs: number
  readonly startMs: number
  readonly profiles: ProfileIds
  readonly pepper: Pepper
  readonly random: Random
}

export function makeCompany(nowMs: number, profiles: ProfileIds, pepper: Pepper): Company {
  const startMs = nowMs - demoDays * dayMs
  const making: Making = { nowMs, startMs, profiles, pepper, random: createRandom(20_261_121) }
  const units = businessUnits.map((name) => ({ id: newId('bu', startMs), name }))
  const facts = makePeople(making.random)
  const ids = new Map(facts.map(({ name }) => [name, newId('user', startMs)]))
  const made = teams.map((team): Team => ({
    id: newId('team', startMs),
    name: team.name,
    businessUnitId: found(units, ({ name }) => name === team.unit).id,
    costCentre: team.costCentre,
    leadId: ids.get(team.lead) ?? '',
    monthlyBudgetUsd: team.monthlyBudgetUsd,
  }))
  const groupMappings = mappings.map(({ group, priority, team, profile, roles, isLead }): Mapping => ({
    id: newId('map', startMs),
    group,
    priority,
    teamId: team === null ? null : teamNamed(made, team).id,
    profileId: profile === null ? null : profiles[profile],
    roles,
    isLead,
  }))
  const people = facts.map((person): Person => ({
    ...person,
    ...mapGroups(person.groups, groupMappings, profiles.Experiment),
    id: ids.get(person.name) ?? '',
    createdMs: startMs + making.random.whole(0, 20) * dayMs,
  }))
  const madeProjects = projects.map(({ team, ...project }): Project => ({
    ...project,
    id: newId('proj', startMs),
    teamId: teamNamed(made, team).id,
  }))
  const madeWorkloads = makeWorkloads(making, made, madeProjects, people)
  const parts = { teams: made, projects: madeProjects, people, workloads: madeWorkloads }
  return {
    organisationId: newId('org', startMs),
    startMs,
    units,
    teams: made,
    people,
    mappings: groupMappings,
    projects: madeProjects,
    workloads: madeWorkloads,
    keys: [
      ...workloadKeys(making, parts),
      ...personalKeys(making, parts),
      ...teamKeys(making, parts),
      ...formerKeys(making, parts),
    ],
  }
}

export { organisationName }

type Parts = Pick<Company, 'teams' | 'projects' | 'people' | 'workloads'>

function makeWorkloads(
  { startMs, random }: Making,
  all: readonly Team[],
  madeProjects: readonly Project[],
  people: readonly Person[],
): Workload[] {
  return workloads.map(({ name, kind, project: projectName }): Workload => {
    const project = found(madeProjects, (one) => one.name === projectName)
    const team = found(all, ({ id }) => id === project.teamId)
    const members = people.filter((person) => person.primaryTeamId === team.id && person.roles.includes('developer'))
    return {
      id: newId('wl', startMs),
      name,
      kind,
      teamId: team.id,
      projectId: project.id,
      ownerId:
        ownerOf(name, people) ?? (members.length > 0 && random.chance(0.7) ? random.pick(members).id : team.leadId),
      environment: project.environment,
      status: name === 'refund-writer' ? 'quarantined' : 'active',
    }
  })
}

// The personas have something running, so that their pages show what they are for.
const ownedBy: Readonly<Record<string, string>> = {
  'search-notebook': 'dana@demo.test',
  'eval-nightly': 'tess@demo.test',
  'code-review-bot': 'ada@demo.test',
}

function ownerOf(workload: string, people: readonly Person[]): string | undefined {
  return people.find(({ email }) => email === ownedBy[workload])?.id
}

// ── Keys ────────────────────────────────────────────────────────────────────────────────────────

function workloadKeys(making: Making, { teams: all, projects: madeProjects, workloads: made }: Parts): Key[] {
  return made.flatMap((workload) => {
    const facts = found(workloads, ({ name }) => name === workload.name)
    const project = found(madeProjects, ({ id }) => id === workload.projectId)
    const inProduction = project.environment === 'production'
    const common = {
      kind: facts.kind,
      ownerId: workload.ownerId,
      team: found(all, ({ id }) => id === workload.teamId),
      project,
      workloadId: workload.id,
      createdBy: workload.ownerId,
      tags: { app: workload.name },
    }
    const main = makeKey(making, {
      ...common,
      name: workload.name,
      profileId: making.profiles.Production,
      environment: project.environment,
      habit: facts.habit,
      isNearCap: facts.isNearCap ?? false,
      ageDays: demoDays,
      ...(workload.status === 'quarantined'
        ? { status: 'quarantined', reason: 'wrote refunds nobody asked for', endedDaysAgo: 6 }
        : {}),
    })
    // What runs in production is tried out elsewhere, by fewer calls.
    const trial = makeKey(making, {
      ...common,
      name: `${workload.name}-staging`,
      profileId: making.profiles.Experiment,
      environment: 'staging',
      habit: { ...facts.habit, callsADay: facts.habit.callsADay * 0.06, rhythm: 'office' },
      budgetUsd: '200',
      ageDays: making.random.whole(40, demoDays),
    })
    return inProduction ? [main, trial] : [main]
  })
}

function personalKeys(making: Making, { teams: all, people }: Parts): Key[] {
  // The personas get their first key by signing in.
  return people
    .filter(({ isPersona, primaryTeamId }) => !isPersona && primaryTeamId !== null)
    .map((person) => {
      const isContractor = person.profileId === making.profiles.Restricted
      const habit = making.random.weighted(personalHabits)
      const suspended = making.random.chance(0.03)
      return makeKey(making, {
        name: `${person.name.split(' ')[0]?.toLowerCase()}-laptop`,
        kind: 'personal',
        ownerId: person.id,
        team: found(all, ({ id }) => id === person.primaryTeamId),
        profileId: isContractor ? making.profiles.Restricted : making.profiles.Experiment,
        environment: 'development',
        createdBy: person.id,
        habit: isContractor
          ? {
              ...teamHabit,
              models: [
                ['gpt-4o-mini', 3],
                ['gpt-4o', 1],
              ],
              callsADay: 4,
            }
          : habit,
        ageDays: Math.min(making.random.whole(10, demoDays), (making.nowMs - person.createdMs) / dayMs),
        budgetUsd: isContractor ? '20' : habit.budgetUsd,
        ...(suspended
          ? { status: 'suspended', reason: 'on parental leave', endedDaysAgo: making.random.whole(3, 30) }
          : {}),
      })
    })
}

function teamKeys(making: Making, { teams: all, projects: madeProjects }: Parts): Key[] {
  return all.map((team) =>
    makeKey(making, {
      name: `${team.name.toLowerCase().replaceAll(' ', '-')}-shared`,
      kind: 'team',
      ownerId: null,
      team,
      project:
        madeProjects.find(({ teamId, environment }) => teamId === team.id && environment !== 'production') ?? null,
      profileId: making.profiles.Production,
      environment: 'development',
      createdBy: team.leadId,
      habit: teamHabit,
      ageDays: 80,
      budgetUsd: '200',
    }),
  )
}

/** Keys whose time is over, and some that wait for a yes. */
function formerKeys(making: Making, { teams: all, people }: Parts): Key[] {
  const { random, profiles } = making
  const developers = people.filter(
    ({ isPersona, roles, primaryTeamId }) => !isPersona && roles.includes('developer') && primaryTeamId !== null,
  )
  const one = (name: string, ageDays: number, differences: Partial<KeyWish>) => {
    const person = random.pick(developers)
    const habit = random.weighted(personalHabits)
    return makeKey(making, {
      name,
      kind: 'personal',
      ownerId: person.id,
      team: found(all, ({ id }) => id === person.primaryTeamId),
      profileId: profiles.Experiment,
      environment: 'development',
      createdBy: person.id,
      habit,
      budgetUsd: habit.budgetUsd,
      ageDays,
      ...differences,
    })
  }
  const revoked = [
    'old-laptop',
    'hackathon',
    'pairing',
    'leaked-in-chat',
    'demo-day',
    'spike-embeddings',
    'workshop',
    'intern-2026',
    'poc-voice',
    'old-notebook',
    'tmp-eval',
    'cursor-trial',
  ]
  const expired = ['september-trial', 'short-lived', 'offsite', 'bootcamp', 'benchmark-run', 'customer-demo']
  const pending = ['invoice-backfill', 'night-translate', 'big-eval']
  return [
    ...revoked.map((name) =>
      one(name, random.whole(50, 88), {
        status: 'revoked',
        reason: name === 'leaked-in-chat' ? 'posted in a chat channel' : 'no longer needed',
        endedDaysAgo: random.whole(5, 40),
      }),
    ),
    ...expired.map((name) => {
      const endedDaysAgo = random.whole(2, 30)
      return one(name, 60, {
        status: 'expired',
        reason: 'its end date has passed',
        endedDaysAgo,
        expiresDaysAgo: endedDaysAgo,
      })
    }),
    ...pending.map((name) =>
      one(name, 3, { status: 'pending', kind: 'service', budgetUsd: '900', habit: { ...teamHabit, callsADay: 0 } }),
    ),
  ]
}

type KeyWish = {
  readonly name: string
  readonly kind: KeyKind
  readonly ownerId: string | null
  readonly team: Team
  readonly project?: Project | null
  readonly workloadId?: string | null
  readonly profileId: string
  readonly environment: string
  readonly createdBy: string
  readonly habit: Habit
  readonly ageDays: number
  readonly tags?: Readonly<Record<string, string>>
  readonly status?: KeyStatus
  readonly reason?: string
  readonly endedDaysAgo?: number
  readonly expiresDaysAgo?: number
  readonly budgetUsd?: string
  readonly isNearCap?: boolean
}

function makeKey({ nowMs, pepper, profiles, random }: Making, wish: KeyWish): Key {
  const createdMs = nowMs - Math.round(wish.ageDays * dayMs) + random.whole(0, dayMs / 2)
  const endedMs =
    wish.endedDaysAgo === undefined ? null : nowMs - wish.endedDaysAgo * dayMs + random.whole(0, dayMs / 3)
  const lasts = wish.kind === 'personal' ? 90 : 365
  const expiresMs = wish.expiresDaysAgo === undefined ? Math.max(createdMs + lasts * dayMs, nowMs + 5 * dayMs) : endedMs
  // Some have been rotated: the old secret's grace is over, and it left.
  const secretMs = createdMs + (random.chance(0.25) ? Math.floor((nowMs - createdMs) / 2) : 0)
  return {
    id: newId('key', createdMs),
    name: wish.name,
    kind: wish.kind,
    status: wish.status ?? 'active',
    statusReason: wish.reason ?? null,
    endedMs,
    ownerId: wish.ownerId,
    team: wish.team,
    project: wish.project ?? null,
    workloadId: wish.workloadId ?? null,
    profileId: wish.profileId,
    environment: wish.environment,
    createdBy: wish.createdBy,
    createdMs,
    expiresMs,
    tags: wish.tags ?? {},
    secrets: wish.status === 'pending' ? [] : [makeSecret(secretMs, pepper)],
    budget: wish.budgetUsd === undefined ? null : { amountNanos: nanosOfUsd(wish.budgetUsd), posture: 'hard' },
    habit: wish.habit,
    isRestricted: wish.profileId === profiles.Restricted,
    isNearCap: wish.isNearCap ?? false,
  }
}

function makeSecret(createdMs: number, pepper: Pepper) {
  const text = newKeyText()
  return {
    id: newId('sec', createdMs),
    digest: digestOf(text, pepper),
    pepperId: pepper.id,
    last4: text.slice(-4),
    createdMs,
  }
}

function teamNamed(all: readonly Team[], name: string): Team {
  return found(all, (team) => team.name === name)
}

function found<T>(list: readonly T[], is: (one: T) => boolean): T {
  const one = list.find(is)
  if (one === undefined) throw new Error('the demo organisation refers to something it does not have')
  return one
}
