/** Writes the demo organisation. Many rows at a time: a start should not wait for it. */
import { appendEntry, lockChain, readTail } from '#lib/audit/store.ts'
import { canonicalValue, entryHash, genesisHash } from '#lib/audit/rules/entry-hash.ts'
import type { Act } from '#lib/demo/organisation/make-audit.ts'
import type { Company } from '#lib/demo/organisation/company.ts'
import { organisationName } from '#lib/demo/organisation/structure.ts'
import type { SqlPool, Tx } from '#lib/platform/db.ts'
import type { Guardrails } from '#lib/demo/organisation/make-guardrails.ts'
import { newId } from '#lib/platform/ids.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'

export async function hasOrganisation(db: Tx): Promise<boolean> {
  return (await db.organisation.count()) > 0
}

/** One seeder at a time; the others wait, and find its work done. */
export async function lockSeeding(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET LOCAL statement_timeout = '150s'`
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(72707371)`
}

export async function insertCompany(tx: Tx, company: Company): Promise<void> {
  const at = new Date(company.startMs)
  const ada = company.people.find(({ email }) => email === 'ada@demo.test')
  await tx.organisation.create({
    data: {
      id: company.organisationId,
      name: organisationName,
      timeZone: 'UTC',
      contactName: ada?.name ?? '',
      contactMail: ada?.email ?? '',
      createdAt: at,
    },
    select: { id: true },
  })
  await tx.businessUnit.createMany({ data: company.units.map(({ id, name }) => ({ id, name, createdAt: at })) })
  await tx.costCentre.createMany({
    data: company.teams.map(({ costCentre, name, leadId }) => ({
      code: costCentre,
      name,
      ownerUserId: leadId,
      createdAt: at,
    })),
  })
  await tx.team.createMany({
    data: company.teams.map(({ id, name, businessUnitId, costCentre }) => ({
      id,
      name,
      businessUnitId,
      costCentreCode: costCentre,
      createdAt: at,
    })),
  })
  await tx.profileMapping.createMany({
    data: company.mappings.map(({ id, group, priority, teamId, profileId, roles, isLead }) => ({
      id,
      group,
      priority,
      teamId,
      profileId,
      roles: [...roles],
      isLead,
      createdAt: at,
    })),
  })
  await insertPeople(tx, company)
  await tx.project.createMany({
    data: company.projects.map(({ id, name, teamId, environment }) => ({
      id,
      name,
      teamId,
      environment,
      createdAt: at,
    })),
  })
  await tx.workload.createMany({
    data: company.workloads.map(({ ownerId, ...workload }) => ({ ...workload, ownerUserId: ownerId, createdAt: at })),
  })
  await insertKeys(tx, company)
}

async function insertPeople(tx: Tx, { people }: Company): Promise<void> {
  await tx.user.createMany({
    data: people.map(({ id, email, name, roles, groups, profileId, primaryTeamId, createdMs }) => ({
      id,
      email,
      name,
      roles: [...roles],
      groups: groups.toSorted(),
      profileId,
      primaryTeamId,
      createdAt: new Date(createdMs),
    })),
  })
  await tx.teamMember.createMany({
    data: people.flatMap(({ id, memberships }) =>
      memberships.map(({ teamId, isLead }) => ({ teamId, userId: id, isLead })),
    ),
  })
}

async function insertKeys(tx: Tx, { keys }: Company): Promise<void> {
  await tx.virtualKey.createMany({
    data: keys.map((key) => ({
      id: key.id,
      name: key.name,
      kind: key.kind,
      status: key.status,
      statusReason: key.statusReason,
      statusAt: key.endedMs === null ? null : new Date(key.endedMs),
      ownerUserId: key.ownerId,
      teamId: key.team.id,
      projectId: key.project?.id ?? null,
      workloadId: key.workloadId,
      profileId: key.profileId,
      environment: key.environment,
      tags: { ...key.tags },
      createdBy: key.createdBy,
      createdAt: new Date(key.createdMs),
      expiresAt: key.expiresMs === null ? null : new Date(key.expiresMs),
    })),
  })
  await tx.keySecret.createMany({
    data: keys.flatMap((key) =>
      key.secrets.map(({ id, digest, pepperId, last4, createdMs }) => ({
        id,
        keyId: key.id,
        digest: Uint8Array.from(digest),
        pepperId,
        last4,
        createdAt: new Date(createdMs),
      })),
    ),
  })
}

export type KeyBudget = { readonly keyId: string; readonly amountNanos: bigint; readonly posture: string }

export async function insertBudgets(tx: Tx, company: Company, keyBudgets: readonly KeyBudget[]): Promise<void> {
  const { organisationId, startMs, teams, projects } = company
  const createdAt = new Date(startMs)
  const monthly = (scopeType: string, scopeId: string, amountNanos: bigint, posture: string) => ({
    id: newId('bud', startMs),
    scopeType,
    scopeId,
    amountNanos,
    period: 'month',
    posture,
    timeZone: 'UTC',
    createdAt,
  })
  const firm = 'alert_then_enforce'
  const usd = (amount: number) => nanosOfUsd(String(amount))
  const whole = teams.reduce((sum, team) => sum + team.monthlyBudgetUsd, 0)
  await tx.budget.createMany({
    data: [
      monthly('organisation', organisationId, usd(whole), firm),
      ...teams.map((team) => monthly('team', team.id, usd(team.monthlyBudgetUsd), firm)),
      ...projects.flatMap(({ id, monthlyBudgetUsd }) =>
        monthlyBudgetUsd === null ? [] : [monthly('project', id, usd(monthlyBudgetUsd), firm)],
      ),
      ...keyBudgets.map(({ keyId, amountNanos, posture }) => monthly('key', keyId, amountNanos, posture)),
    ],
  })
}

export async function insertGuardrails(tx: Tx, { limits, budgets, policies }: Guardrails, atMs: number): Promise<void> {
  const at = new Date(atMs)
  await tx.scopeLimit.createMany({ data: limits.map((one) => ({ ...one, updatedAt: at })) })
  await tx.scopePolicy.createMany({ data: policies.map((one) => ({ ...one, updatedAt: at })) })
  await tx.budget.createMany({
    data: budgets.map(({ amountUsd, ...one }) => ({
      ...one,
      id: newId('bud', atMs),
      amountNanos: nanosOfUsd(amountUsd),
      period: 'month',
      timeZone: 'UTC',
      createdAt: at,
    })),
  })
}

/** Acts of the past as one chain with the entries that are there already; their times rise, as everybody's do. */
export async function appendActs(tx: Tx, acts: readonly Act[]): Promise<void> {
  await lockChain(tx)
  const tail = await readTail(tx)
  let previousHash: Uint8Array = tail.last?.hash ?? genesisHash
  let seq = tail.last?.seq ?? 0n
  for (const { atMs, actor, before, after, ...act } of acts) {
    seq += 1n
    const entry = {
      seq,
      // Behind entries of another origin nothing can lie in the past.
      at: tail.last ? tail.now : new Date(atMs),
      actorType: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      ...act,
      before: before === undefined ? null : canonicalValue(before),
      after: after === undefined ? null : canonicalValue(after),
      ip: actor.ip,
      requestId: null,
    }
    const hash = entryHash(previousHash, entry)
    await appendEntry(tx, { ...entry, prevHash: previousHash, hash })
    previousHash = hash
  }
}

/** When each key, secret and person was last seen, as the calls say. */
export async function setLastUse(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    UPDATE virtual_key SET last_used_at = used.at
    FROM (SELECT key_id, max(at) AS at FROM usage_event WHERE outcome = 'served' GROUP BY key_id) AS used
    WHERE used.key_id = virtual_key.id`
  await tx.$executeRaw`
    UPDATE key_secret SET last_used_at = virtual_key.last_used_at
    FROM virtual_key
    WHERE virtual_key.id = key_secret.key_id AND virtual_key.last_used_at >= key_secret.created_at`
  await tx.$executeRaw`
    UPDATE app_user SET last_sign_in_at = used.at - interval '20 minutes'
    FROM (SELECT owner_user_id, max(last_used_at) AS at FROM virtual_key WHERE kind = 'personal' GROUP BY 1) AS used
    WHERE used.owner_user_id = app_user.id`
}

/** So many rows at once: without fresh statistics the first pages would be planned as for empty tables. */
export async function measureTables(sql: SqlPool): Promise<void> {
  await sql.query('ANALYZE usage_event, usage_hourly, usage_daily, virtual_key, audit_entry')
}
