/** The rows of the demo organisation: who and what there is, and since when. Pure but for ids and key texts. */
import {
  dayMs,
  demoDays,
  found,
  type Company,
  type Making,
  type Mapping,
  type Person,
  type ProfileIds,
  type Project,
  type Team,
  type Workload,
} from '#lib/demo/organisation/company.ts'
import { makeKeys } from '#lib/demo/organisation/make-keys.ts'
import { makePeople } from '#lib/demo/organisation/people.ts'
import { createRandom } from '#lib/demo/organisation/random.ts'
import { businessUnits, mappings, projects, teams, workloads } from '#lib/demo/organisation/structure.ts'
import { mapGroups } from '#lib/identity/rules/map-groups.ts'
import type { Pepper } from '#lib/platform/crypto.ts'
import { newId } from '#lib/platform/ids.ts'

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
    keys: makeKeys(making, parts),
  }
}

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

function teamNamed(all: readonly Team[], name: string): Team {
  return found(all, (team) => team.name === name)
}
