/** The demo's about 200 keys, of every kind and status. Their texts are drawn and thrown away: nobody holds a secret. */
import {
  dayMs,
  demoDays,
  found,
  type Company,
  type Key,
  type Making,
  type Project,
  type Team,
} from '#lib/demo/organisation/company.ts'
import { personalHabits, teamHabit, workloads, type Habit } from '#lib/demo/organisation/structure.ts'
import type { KeyKind, KeyStatus } from '#lib/keys/contract.ts'
import { digestOf, newKeyText } from '#lib/keys/rules/key-text.ts'
import type { Pepper } from '#lib/platform/crypto.ts'
import { newId } from '#lib/platform/ids.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'

type Parts = Pick<Company, 'teams' | 'projects' | 'people' | 'workloads'>

export function makeKeys(making: Making, parts: Parts): Key[] {
  return [
    ...workloadKeys(making, parts),
    ...personalKeys(making, parts),
    ...teamKeys(making, parts),
    ...formerKeys(making, parts),
  ]
}

function workloadKeys(making: Making, { teams: all, projects: madeProjects, workloads: made }: Parts): Key[] {
  return made.flatMap((workload) => {
    const facts = found(workloads, ({ name }) => name === workload.name)
    const project = found(madeProjects, ({ id }) => id === workload.projectId)
    const inProduction = project.environment === 'production'
    const common = {
      kind: facts.kind,
      ownerId: null,
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
        groups: person.groups,
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
      groups: person.groups,
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
      one(name, 3, {
        status: 'pending',
        kind: 'service',
        ownerId: null,
        budgetUsd: '900',
        habit: { ...teamHabit, callsADay: 0 },
      }),
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
  readonly groups?: readonly string[]
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
    groups: wish.groups?.toSorted() ?? [],
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
