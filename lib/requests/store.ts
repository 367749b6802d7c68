/** Queries of requests, and of what an approval changes. */
import type { Actor } from '#lib/identity/contract.ts'
import { isAdmin } from '#lib/identity/contract.ts'
import { visibleRows } from '#lib/identity/rules/permissions.ts'
import type { KeyStatus } from '#lib/keys/contract.ts'
import { likeText } from '#lib/management/page.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'
import type { RequestKind, RequestStatus, RequestViewName } from '#lib/requests/contract.ts'
import type { LendSide } from '#lib/requests/read-ask-options.ts'

type Named = { readonly id: string; readonly name: string }

export type RequestRow = {
  readonly id: string
  readonly what: RequestKind
  readonly status: RequestStatus
  readonly askerId: string
  readonly askerName: string
  readonly team: Named
  readonly approver: 'team_lead' | 'admin'
  readonly key: (Named & { readonly status: KeyStatus; readonly ownerUserId: string | null }) | null
  readonly wish: unknown
  readonly reason: string
  readonly decisionId: string | null
  readonly wantedUntil: Date | null
  readonly granted: unknown
  readonly effects: unknown
  readonly decidedById: string | null
  readonly decidedByName: string | null
  readonly decidedAt: Date | null
  readonly decisionReason: string | null
  readonly validUntil: Date | null
  readonly endedAt: Date | null
  readonly endedByName: string | null
  readonly endReason: string | null
  readonly createdAt: Date
  readonly lapsesAt: Date
}

/** Who would have the more, as `who-decides` asks: the key's owner, or the person who is meant or lent to. */
const beneficiary = Prisma.sql`
  coalesce(k.owner_user_id, w.owner_user_id, CASE WHEN r.wish #>> '{loan,to,type}' = 'user' THEN r.wish #>> '{loan,to,id}'
    WHEN r.wish #>> '{scopeRaise,scope,type}' = 'user' THEN r.wish #>> '{scopeRaise,scope,id}' END)`

const columns = Prisma.sql`
  r.id, r.what, r.status, r.asker_id AS "askerId", r.asker_name AS "askerName",
  jsonb_build_object('id', t.id, 'name', t.name) AS team, r.approver,
  CASE WHEN k.id IS NULL THEN NULL
    ELSE jsonb_build_object('id', k.id, 'name', k.name, 'status', k.status,
      'ownerUserId', coalesce(k.owner_user_id, w.owner_user_id)) END AS key,
  r.wish, r.reason, r.decision_id AS "decisionId", r.wanted_until AS "wantedUntil", r.granted, r.effects,
  r.decided_by_id AS "decidedById", r.decided_by_name AS "decidedByName", r.decided_at AS "decidedAt",
  r.decision_reason AS "decisionReason", r.valid_until AS "validUntil", r.ended_at AS "endedAt",
  r.ended_by_name AS "endedByName", r.end_reason AS "endReason",
  r.created_at AS "createdAt", r.lapses_at AS "lapsesAt"`

const joins = Prisma.sql`
  JOIN team t ON t.id = r.team_id
  LEFT JOIN virtual_key k ON k.id = r.key_id
  LEFT JOIN workload w ON w.id = k.workload_id`

/** What the actor may see: what they asked for, what concerns their own keys, what is in a team that they lead; or all. */
function visibleTo(actor: Actor): Prisma.Sql {
  const visible = visibleRows(actor, 'key_request.read')
  if (visible.all) return Prisma.sql`TRUE`
  return Prisma.sql`(r.asker_id = ${actor.id} OR ${beneficiary} = ${actor.id} OR r.team_id = ANY(${[...visible.teamIds]}::text[]))`
}

/** What waits for the actor: the same rule as `mayDecide`. */
function waitingFor(actor: Actor): Prisma.Sql {
  const theirs = isAdmin(actor)
    ? Prisma.sql`TRUE`
    : Prisma.sql`(r.approver = 'team_lead' AND r.team_id = ANY(${[...actor.leadOf]}::text[]))`
  return Prisma.sql`(r.status = 'open' AND r.asker_id <> ${actor.id}
    AND coalesce(${beneficiary}, '') <> ${actor.id} AND ${theirs})`
}

export type RequestQuestion = {
  readonly views: readonly RequestViewName[]
  readonly statuses?: readonly string[] | undefined
  readonly whats?: readonly string[] | undefined
  readonly keyIds?: readonly string[] | undefined
  readonly teamIds?: readonly string[] | undefined
  readonly askerIds?: readonly string[] | undefined
  readonly q?: string | undefined
  readonly after: readonly [createdAtMs: number, id: string] | null
  readonly downward: boolean
  readonly limit: number
}

function conditionOf(actor: Actor, question: Omit<RequestQuestion, 'after' | 'downward' | 'limit'>): Prisma.Sql {
  const conditions = [visibleTo(actor)]
  const among = (column: Prisma.Sql, values: readonly string[] | undefined) => {
    if (values) conditions.push(Prisma.sql`${column} = ANY(${[...values]}::text[])`)
  }
  for (const view of question.views) {
    conditions.push(view === 'mine' ? Prisma.sql`r.asker_id = ${actor.id}` : waitingFor(actor))
  }
  among(Prisma.sql`r.status`, question.statuses)
  among(Prisma.sql`r.what`, question.whats)
  among(Prisma.sql`r.key_id`, question.keyIds)
  among(Prisma.sql`r.team_id`, question.teamIds)
  among(Prisma.sql`r.asker_id`, question.askerIds)
  if (question.q) {
    const contains = `%${likeText(question.q)}%`
    conditions.push(
      Prisma.sql`(r.asker_name ILIKE ${contains} OR k.name ILIKE ${contains} OR r.reason ILIKE ${contains})`,
    )
  }
  return Prisma.join(conditions, ' AND ')
}

/** One page by age. Carried by key_request(created_at, id), or by asker or team where these choose. */
export async function findRequests(db: Db | Tx, actor: Actor, question: RequestQuestion): Promise<RequestRow[]> {
  const { after, downward, limit } = question
  const beyond = after
    ? Prisma.sql`AND (r.created_at, r.id) ${downward ? Prisma.sql`<` : Prisma.sql`>`} (${new Date(after[0])}, ${after[1]})`
    : Prisma.empty
  const direction = downward ? Prisma.sql`DESC` : Prisma.sql`ASC`
  return db.$queryRaw<RequestRow[]>`
    SELECT ${columns}
    FROM key_request r ${joins}
    WHERE ${conditionOf(actor, question)} ${beyond}
    ORDER BY r.created_at ${direction}, r.id ${direction}
    LIMIT ${limit}`
}

export async function countRequests(
  db: Db,
  actor: Actor,
  question: Omit<RequestQuestion, 'after' | 'downward' | 'limit'>,
): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int4 AS n FROM key_request r ${joins} WHERE ${conditionOf(actor, question)}`
  return row?.n ?? 0
}

/** One request that the actor may see. */
export async function findRequest(db: Db | Tx, actor: Actor, id: string): Promise<RequestRow | null> {
  const rows = await db.$queryRaw<RequestRow[]>`
    SELECT ${columns} FROM key_request r ${joins} WHERE r.id = ${id} AND ${visibleTo(actor)}`
  return rows[0] ?? null
}

/** The same whoever looks, for jobs. */
export async function findAnyRequest(tx: Tx, id: string): Promise<RequestRow | null> {
  const rows = await tx.$queryRaw<RequestRow[]>`SELECT ${columns} FROM key_request r ${joins} WHERE r.id = ${id}`
  return rows[0] ?? null
}

/** Makes two who decide on the same request wait for each other, until the transaction ends. */
export async function lockRequest(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM key_request WHERE id = ${id} FOR UPDATE`
}

export async function insertRequest(tx: Tx, data: Prisma.KeyRequestUncheckedCreateInput): Promise<void> {
  await tx.keyRequest.create({ data, select: { id: true } })
}

export async function updateRequest(tx: Tx, id: string, data: Prisma.KeyRequestUncheckedUpdateInput): Promise<void> {
  await tx.keyRequest.update({ where: { id }, data, select: { id: true } })
}

/** Whether the key has an open request of this kind already. Carried by key_request(key_id). */
export async function findOpenRequest(tx: Tx, keyId: string, what: RequestKind): Promise<string | null> {
  const row = await tx.keyRequest.findFirst({ where: { keyId, what, status: 'open' }, select: { id: true } })
  return row?.id ?? null
}

/** Grants in force that changed a value of one of these, oldest first; locked. Few at a time: they carry an end. */
export async function lockRunningGrants(
  tx: Tx,
  scopeIds: readonly string[],
): Promise<{ id: string; what: RequestKind; effects: unknown }[]> {
  return tx.$queryRaw`
    SELECT id, what, effects
    FROM key_request r
    WHERE r.status = 'approved' AND r.valid_until IS NOT NULL
      AND EXISTS (
        SELECT 1 FROM jsonb_array_elements(r.effects) AS e
        WHERE coalesce(e ->> 'scopeId', e ->> 'keyId') = ANY(${[...scopeIds]}::text[]))
    ORDER BY id
    FOR UPDATE`
}

/** Grants whose time is over, requests that nobody decided on, and those whose key is gone. */
export async function findDue(db: Db, now: Date, limit: number): Promise<{ id: string; status: string }[]> {
  return db.$queryRaw`
    (SELECT id, status FROM key_request WHERE status = 'approved' AND valid_until <= ${now} ORDER BY valid_until LIMIT ${limit})
    UNION ALL
    (SELECT id, status FROM key_request WHERE status = 'open' AND lapses_at <= ${now} ORDER BY lapses_at LIMIT ${limit})
    UNION ALL
    (SELECT r.id, r.status FROM key_request r JOIN virtual_key k ON k.id = r.key_id
     WHERE r.status = 'open' AND k.status IN ('revoked', 'expired') LIMIT ${limit})`
}

/** The people who could say yes, leads before admins. */
export async function findDeciders(
  db: Db | Tx,
  request: { readonly teamId: string; readonly approver: 'team_lead' | 'admin' },
  except: readonly (string | null)[],
): Promise<string[]> {
  const lead = request.approver === 'team_lead'
  const rows = await db.$queryRaw<{ name: string }[]>`
    SELECT u.name
    FROM app_user u
    LEFT JOIN team_member m ON m.user_id = u.id AND m.team_id = ${request.teamId} AND m.is_lead
    WHERE u.status = 'active' AND (('admin' = ANY(u.roles)) OR (${lead} AND m.user_id IS NOT NULL))
      AND u.id <> ALL(${except.filter((id) => id !== null)}::text[])
    ORDER BY (${lead} AND m.user_id IS NOT NULL) DESC, u.name
    LIMIT 5`
  return rows.map(({ name }) => name)
}

// ── Whose budget may be lent ────────────────────────────────────────────────────────────────────

export type PersonPlace = { readonly id: string; readonly name: string; readonly teamIds: readonly string[] }

export async function findPersonPlace(tx: Tx, id: string): Promise<PersonPlace | null> {
  const row = await tx.user.findUnique({
    where: { id },
    select: { id: true, name: true, status: true, memberships: { select: { teamId: true }, take: 1000 } },
  })
  if (!row || row.status !== 'active') return null
  return { id: row.id, name: row.name, teamIds: row.memberships.map(({ teamId }) => teamId) }
}

/** Locks budgets in the order of their ids, so that two loans can't deadlock. */
export async function lockBudgets(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM budget WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`
}

export async function findGranted(tx: Tx, keyId: string): Promise<{ models: string[]; providers: string[] }> {
  const row = await tx.virtualKey.findUnique({
    where: { id: keyId },
    select: { grantedModels: true, grantedProviders: true },
  })
  return { models: row?.grantedModels ?? [], providers: row?.grantedProviders ?? [] }
}

export type UnknownName = { readonly field: 'models' | 'providers'; readonly name: string }

/** Those of the names that the catalogue does not have. */
export async function findUnknownNames(
  tx: Tx,
  {
    models = [],
    providers = [],
  }: { readonly models?: readonly string[] | undefined; readonly providers?: readonly string[] | undefined },
): Promise<UnknownName[]> {
  const among = (names: readonly string[]) => ({
    where: { name: { in: [...names] } },
    select: { name: true } as const,
    take: 50,
  })
  const rows = await Promise.all([
    models.length > 0 ? tx.model.findMany(among(models)) : [],
    providers.length > 0 ? tx.provider.findMany(among(providers)) : [],
  ])
  const [knownModels, knownProviders] = rows.map((found) => new Set(found.map(({ name }) => name)))
  return [
    ...models.flatMap((name) => (knownModels?.has(name) ? [] : [{ field: 'models' as const, name }])),
    ...providers.flatMap((name) => (knownProviders?.has(name) ? [] : [{ field: 'providers' as const, name }])),
  ]
}

/** The first of these teams that is in the business unit. */
export async function findTeamInUnit(tx: Tx, unitId: string, teamIds: readonly string[]): Promise<string | null> {
  const where = { id: { in: [...teamIds] }, businessUnitId: unitId }
  return (await tx.team.findFirst({ where, select: { id: true }, orderBy: { id: 'asc' } }))?.id ?? null
}

/** Whether there is an open request of this kind for the scope already. Few are open at a time. */
export async function findOpenScopeRequest(
  tx: Tx,
  scopeType: string,
  scopeId: string,
  what: RequestKind,
): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM key_request
    WHERE status = 'open' AND what = ${what} AND key_id IS NULL
      AND wish #>> '{scopeRaise,scope,type}' = ${scopeType} AND wish #>> '{scopeRaise,scope,id}' = ${scopeId}
    LIMIT 1`
  return row?.id ?? null
}

/** Budgets of active keys and of people in these teams, by name. Carried by virtual_key(team_id, status). */
export function findLendSides(
  db: Db,
  question: {
    readonly actorId: string
    readonly teamIds: readonly string[]
    readonly leadOf: readonly string[]
    readonly now: Date
    readonly most: number
  },
): Promise<LendSide[]> {
  const { actorId, teamIds, leadOf, now, most } = question
  return db.$queryRaw<LendSide[]>`
    SELECT type, id, name, team_id AS "teamId", period, (owner_id = ${actorId} OR team_id = ANY(${[...leadOf]}::text[])) IS TRUE AS gives
    FROM (
      SELECT 'key' AS type, k.id, k.name || coalesce(' of ' || u.name, '') AS name, k.team_id, b.period,
             coalesce(k.owner_user_id, w.owner_user_id) AS owner_id
      FROM virtual_key k
      JOIN budget b ON b.scope_type = 'key' AND b.scope_id = k.id AND b.archived_at IS NULL
      LEFT JOIN app_user u ON u.id = k.owner_user_id
      LEFT JOIN workload w ON w.id = k.workload_id
      WHERE k.team_id = ANY(${[...teamIds]}::text[]) AND k.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > ${now})
      UNION ALL
      SELECT 'user', u.id, u.name, m.team_id, b.period, u.id
      FROM team_member m
      JOIN app_user u ON u.id = m.user_id AND u.status = 'active'
      JOIN budget b ON b.scope_type = 'user' AND b.scope_id = u.id AND b.archived_at IS NULL
      WHERE m.team_id = ANY(${[...teamIds]}::text[])
    ) AS side
    ORDER BY gives DESC, name, id
    LIMIT ${most}`
}
