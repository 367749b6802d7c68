/** The administrative acts that led to the demo organisation as it stands, told from its rows, in the order of time. */
import type { AuditInput } from '#lib/audit/record-audit.ts'
import { dayMs, type Company, type Key, type Person } from '#lib/demo/organisation/company.ts'
import { makeQuarantines } from '#lib/demo/organisation/make-quarantines.ts'
import { organisationName } from '#lib/demo/organisation/structure.ts'
import { createRandom, type Random } from '#lib/demo/organisation/random.ts'
import type { CatalogSnapshot } from '#lib/catalog/snapshot.ts'

export type Act = AuditInput & {
  readonly atMs: number
  readonly actor: {
    readonly kind: 'user' | 'system'
    readonly id: string
    readonly name: string
    readonly ip: string | null
  }
}

export function makeAudit(company: Company, catalog: CatalogSnapshot, nowMs: number): Act[] {
  const random = createRandom(90)
  const ada = personOf(company, 'ada@demo.test')
  const byAda = (atMs: number) => ({ atMs, actor: actorOf(ada, random) })
  const setUp = company.startMs
  const acts: Act[] = [
    {
      atMs: setUp - 60 * 60_000,
      actor: { kind: 'system', id: 'seed', name: 'Demo organisation', ip: null },
      ...target('organisation', company.organisationId, organisationName),
      action: 'organisation.create',
      summary: `set up ${organisationName}`,
    },
    ...company.units.map((unit, n) => ({
      ...byAda(setUp - 50 * 60_000 + n * 40_000),
      action: 'business_unit.create',
      ...target('business_unit', unit.id, unit.name),
      summary: `created business unit ${unit.name}`,
    })),
    ...company.teams.map((team, n) => ({
      ...byAda(setUp - 45 * 60_000 + n * 50_000),
      action: 'team.create',
      ...target('team', team.id, team.name),
      summary: `created team ${team.name}`,
      after: { costCentre: team.costCentre },
    })),
    ...company.mappings.map((mapping, n) => ({
      ...byAda(setUp - 30 * 60_000 + n * 35_000),
      action: 'profile_mapping.create',
      ...target('profile_mapping', mapping.id, mapping.group),
      summary: `mapped group ${mapping.group}`,
      after: { priority: mapping.priority, roles: mapping.roles, isLead: mapping.isLead },
    })),
    ...[...catalog.providers.values()].map((provider, n) => ({
      ...byAda(setUp - 20 * 60_000 + n * 90_000),
      action: 'provider.create',
      ...target('provider', provider.id, provider.name),
      summary: `connected provider ${provider.name}`,
      after: { kind: provider.kind, simulated: provider.simulated },
    })),
    ...company.projects.map((project, n) => ({
      ...byAda(setUp - 10 * 60_000 + n * 20_000),
      action: 'project.create',
      ...target('project', project.id, project.name),
      summary: `created project ${project.name}`,
      after: { environment: project.environment },
    })),
    ...company.teams.map((team, n) => ({
      ...byAda(setUp + dayMs + n * 45_000),
      action: 'budget.create',
      ...target('team', team.id, team.name),
      summary: `gave team ${team.name} $${team.monthlyBudgetUsd} a month`,
      after: { amountUsd: String(team.monthlyBudgetUsd), period: 'month', posture: 'alert_then_enforce' },
    })),
    ...company.keys.flatMap((key) => keyActs(company, key, random)),
    ...makeQuarantines(company, nowMs).map(({ subject, reason, by, sinceMs, untilMs }) => ({
      atMs: sinceMs,
      actor: actorOf(by, random),
      action: `${subject.type}.quarantine`,
      ...target(subject.type, subject.id, subject.name),
      summary: `quarantined ${subject.type} ${subject.name}: ${reason}`,
      before: { status: 'active' },
      after: { status: 'quarantined', reason, ...(untilMs === null ? {} : { until: new Date(untilMs).toISOString() }) },
    })),
    ...signIns(company, nowMs, random),
  ]
  return acts.filter(({ atMs }) => atMs < nowMs).toSorted((a, b) => a.atMs - b.atMs)
}

function keyActs(company: Company, key: Key, random: Random): Act[] {
  const creator = company.people.find(({ id }) => id === key.createdBy) ?? personOf(company, 'ada@demo.test')
  const lead = company.people.find(({ id }) => id === key.team.leadId) ?? creator
  const about = target('key', key.id, key.name)
  const acts: Act[] = [
    {
      atMs: key.createdMs,
      actor: actorOf(creator, random),
      action: 'key.create',
      ...about,
      summary: `created ${key.kind} key ${key.name}`,
      after: { kind: key.kind, environment: key.environment, team: key.team.name },
    },
  ]
  const [secret] = key.secrets
  if (secret && secret.createdMs > key.createdMs) {
    acts.push({
      atMs: secret.createdMs,
      actor: actorOf(creator, random),
      action: 'key.rotate',
      ...about,
      summary: `rotated key ${key.name}`,
      after: { graceSeconds: 86_400 },
    })
  }
  if (key.endedMs === null) return acts
  const verbs: Partial<Record<Key['status'], readonly [action: string, word: string, actor: Act['actor']]>> = {
    revoked: ['key.revoke', 'revoked', actorOf(creator, random)],
    suspended: ['key.suspend', 'suspended', actorOf(lead, random)],
    expired: ['key.expire', 'marked as expired', { kind: 'system', id: 'expire-keys', name: 'Key expiry', ip: null }],
  }
  const verb = verbs[key.status]
  if (verb) {
    const [action, word, actor] = verb
    acts.push({
      atMs: key.endedMs,
      actor,
      action,
      ...about,
      summary: `${word} key ${key.name}: ${key.statusReason}`,
      before: { status: 'active' },
      after: { status: key.status, reason: key.statusReason },
    })
  }
  return acts
}

function signIns(company: Company, nowMs: number, random: Random): Act[] {
  return Array.from({ length: 90 }, () => {
    const person = random.pick(company.people.filter(({ isPersona }) => !isPersona))
    const from = Math.max(person.createdMs, company.startMs)
    return {
      atMs: from + Math.floor(random.next() * (nowMs - from)),
      actor: actorOf(person, random),
      action: 'session.sign_in',
      ...target('user', person.id, person.name),
      summary: 'signed in with Demo SSO',
      after: { provider: 'demo', groups: person.groups },
    }
  })
}

function target(targetType: string, targetId: string, targetName: string) {
  return { targetType, targetId, targetName }
}

function actorOf({ id, name }: Person, random: Random): Act['actor'] {
  return { kind: 'user', id, name, ip: `10.20.${random.whole(0, 15)}.${random.whole(2, 250)}` }
}

function personOf(company: Company, email: string): Person {
  const person = company.people.find((one) => one.email === email)
  if (!person) throw new Error(`the demo organisation lacks ${email}`)
  return person
}
