/** Queries of scopes, and of the budgets and limits set on them. */
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows, type Action } from '#lib/identity/rules/permissions.ts'
import type { LimitedScopeType } from '#lib/limits/budget-contract.ts'
import {
  scopeTypes as everyScopeType,
  type BudgetPeriod,
  type BudgetPosture,
  type ScopeLimits,
  type ScopeType,
} from '#lib/limits/contract.ts'
import { rowCountsIn } from '#lib/limits/scopes-of-rows.ts'
import { environmentName, teamOfEnvironment } from '#lib/limits/rules/subject-of-scope.ts'
import { likeText } from '#lib/management/page.ts'
import type { Db, SqlPool, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

export type ScopeRow<Type extends LimitedScopeType = LimitedScopeType> = {
  readonly type: Type
  readonly id: string
  readonly name: string
  /** Whose team it is in, and whose own it is, as permission depends on them. */
  readonly teamId: string | null
  readonly ownerUserId: string | null
}

/** A scope by type and id; the organisation whatever the id says. Groups and tags are whatever their name is. */
export async function findScope<Type extends LimitedScopeType>(
  db: Db | Tx,
  type: Type,
  id: string,
): Promise<ScopeRow<Type> | null> {
  const shared = { type, teamId: null, ownerUserId: null }
  const select = { id: true, name: true } as const
  switch (type) {
    case 'user': {
      const row = await db.user.findUnique({ where: { id }, select })
      return row && { ...shared, ...row, ownerUserId: row.id }
    }
    case 'team': {
      const row = await db.team.findUnique({ where: { id }, select })
      return row && { ...shared, ...row, teamId: row.id }
    }
    case 'project': {
      const row = await db.project.findUnique({ where: { id }, select: { ...select, teamId: true } })
      return row && { ...shared, ...row }
    }
    case 'workload': {
      const row = await db.workload.findUnique({
        where: { id },
        select: { ...select, teamId: true, ownerUserId: true },
      })
      return row && { ...shared, ...row }
    }
    case 'business_unit': {
      const row = await db.businessUnit.findUnique({ where: { id }, select })
      return row && { ...shared, ...row }
    }
    case 'environment': {
      const team = await db.team.findUnique({ where: { id: teamOfEnvironment(id) }, select })
      const environment = environmentName(id)
      if (!team || !id.includes(':') || environment === '') return null
      return { ...shared, id, name: `${team.name} ${environment}`, teamId: team.id }
    }
    case 'group':
      return { ...shared, id, name: id }
    case 'tag':
      return /^[^=]+=./.test(id) ? { ...shared, id, name: id } : null
    case 'organisation': {
      const row = await db.organisation.findFirst({ select })
      return row && { ...shared, ...row }
    }
  }
}

export async function findOrganisationTimeZone(db: Db | Tx): Promise<string> {
  return (await db.organisation.findFirst({ select: { timeZone: true } }))?.timeZone ?? 'UTC'
}

/** Whether PostgreSQL, which sums up by local days, knows the zone too: its list need not be that of this process. */
export async function isKnownTimeZone(sql: SqlPool, timeZone: string): Promise<boolean> {
  try {
    await sql.query('SELECT now() AT TIME ZONE $1::text', [timeZone])
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === invalidParameterValue) return false
    throw error
  }
}

const invalidParameterValue = '22023'

/** What is no row of its own is there because something is set on it. */
const namedOnly = Prisma.sql`(
  SELECT scope_type AS type, scope_id AS id FROM scope_limit WHERE scope_type IN ('environment', 'group', 'tag')
  UNION SELECT scope_type, scope_id FROM budget WHERE scope_type IN ('environment', 'group', 'tag'))`

/** Every scope with the team it is in and the person it belongs to; `s` in the queries below. */
export const scopes = Prisma.sql`(
  SELECT 'user' AS type, id, name, NULL AS team_id, id AS owner_user_id FROM app_user
  UNION ALL SELECT 'workload', id, name, team_id, owner_user_id FROM workload
  UNION ALL SELECT 'project', id, name, team_id, NULL FROM project
  UNION ALL SELECT 'team', id, name, id, NULL FROM team
  UNION ALL SELECT 'business_unit', id, name, NULL, NULL FROM business_unit
  UNION ALL SELECT 'organisation', id, name, NULL, NULL FROM organisation
  UNION ALL SELECT 'key', id, name, team_id, owner_user_id FROM virtual_key
  UNION ALL SELECT l.type, l.id, t.name || ' ' || substr(l.id, strpos(l.id, ':') + 1), t.id, NULL
    FROM ${namedOnly} l JOIN team t ON l.type = 'environment' AND t.id = split_part(l.id, ':', 1)
  UNION ALL SELECT l.type, l.id, l.id, NULL, NULL FROM ${namedOnly} l WHERE l.type IN ('group', 'tag'))`

/** Keys show their budgets with themselves; in lists of budgets only those see them who see all. */
function visibleTo(actor: Actor, action: Action): Prisma.Sql {
  const visible = visibleRows(actor, action)
  if (visible.all) return Prisma.sql`TRUE`
  return Prisma.sql`(s.type <> 'key' AND (s.owner_user_id = ${visible.ownerUserId} OR s.team_id = ANY(${[...visible.teamIds]}::text[])))`
}

/** Of limits people see those of what is theirs and of their teams, and those that apply to them: a refusal names them anyway. */
function limitsVisibleTo(actor: Actor): Prisma.Sql {
  const visible = visibleRows(actor, 'scope_limit.read')
  if (visible.all) return Prisma.sql`TRUE`
  const teamIds = Prisma.sql`${[...visible.teamIds]}::text[]`
  return Prisma.sql`(${visibleTo(actor, 'scope_limit.read')}
    OR s.type = 'organisation'
    OR (s.type = 'business_unit' AND s.id IN (SELECT business_unit_id FROM team WHERE id = ANY(${teamIds})))
    OR (s.type = 'group' AND s.id IN (SELECT unnest(groups) FROM app_user WHERE id = ${visible.ownerUserId}))
    OR (s.type = 'tag' AND s.id IN (
      SELECT tag.key || '=' || tag.value
      FROM virtual_key k
      CROSS JOIN jsonb_each_text(k.tags) AS tag
      WHERE k.owner_user_id = ${visible.ownerUserId} OR k.team_id = ANY(${teamIds}))))`
}

export type BudgetListRow = {
  readonly id: string
  readonly scopeType: ScopeType
  readonly scopeId: string
  readonly scopeName: string
  readonly teamId: string | null
  readonly ownerUserId: string | null
  /** The team's. */
  readonly businessUnitId: string | null
  readonly organisationId: string
  readonly amountNanos: bigint
  readonly period: BudgetPeriod
  readonly posture: BudgetPosture
  readonly enforceAtPercent: number
  readonly timeZone: string
  readonly thresholds: number[]
  readonly perMember: boolean
  readonly createdAt: Date
  /** Booked in its period, by whole hours of UTC. */
  readonly spentNanos: bigint
}

export type BudgetQuestion = {
  readonly id?: string | undefined
  readonly scopeTypes?: readonly string[] | undefined
  readonly scopeIds?: readonly string[] | undefined
  /** Of these teams themselves and of what is in them. */
  readonly teamIds?: readonly string[] | undefined
  readonly periods?: readonly string[] | undefined
  readonly postures?: readonly string[] | undefined
  readonly q?: string | undefined
  readonly afterId?: string | null
  readonly downward: boolean
  readonly limit: number
  readonly nowMs: number
}

/**
 * Live budgets that the actor may see, by id, which is by age, with what is booked of each in its period. Sums read
 * usage_hourly by (scope column, start).
 */
export async function findBudgets(db: Db | Tx, actor: Actor, question: BudgetQuestion): Promise<BudgetListRow[]> {
  const { id, scopeTypes, scopeIds, teamIds, periods, postures, q, afterId, downward, limit, nowMs } = question
  const conditions = [Prisma.sql`b.archived_at IS NULL`, visibleTo(actor, 'budget.read')]
  const among = (column: Prisma.Sql, values: readonly string[] | undefined) => {
    if (values) conditions.push(Prisma.sql`${column} = ANY(${[...values]}::text[])`)
  }
  if (id !== undefined) conditions.push(Prisma.sql`b.id = ${id}`)
  among(Prisma.sql`b.scope_type`, scopeTypes)
  among(Prisma.sql`b.scope_id`, scopeIds)
  among(Prisma.sql`s.team_id`, teamIds)
  among(Prisma.sql`b.period`, periods)
  among(Prisma.sql`b.posture`, postures)
  if (q) conditions.push(Prisma.sql`s.name ILIKE ${`%${likeText(q)}%`}`)
  if (afterId != null) conditions.push(downward ? Prisma.sql`b.id < ${afterId}` : Prisma.sql`b.id > ${afterId}`)
  const now = Prisma.sql`${new Date(nowMs)}::timestamptz`
  const since = Prisma.sql`(CASE b.period WHEN 'total' THEN '-infinity'::timestamptz
    ELSE date_trunc('hour', date_trunc(b.period, ${now} AT TIME ZONE b.time_zone) AT TIME ZONE b.time_zone) END)`
  const spentBy = (type: ScopeType) =>
    Prisma.sql`WHEN ${type} THEN (SELECT coalesce(sum(h.cost_nanos), 0) FROM usage_hourly h
       WHERE ${Prisma.raw(rowCountsIn(type, 'b.scope_id'))} AND h.start >= ${since} AND (NOT b.per_member OR h.user_id IS NOT NULL))`
  return db.$queryRaw<BudgetListRow[]>`
    SELECT b.id, b.scope_type AS "scopeType", b.scope_id AS "scopeId", s.name AS "scopeName", s.team_id AS "teamId",
           s.owner_user_id AS "ownerUserId", (SELECT business_unit_id FROM team WHERE id = s.team_id) AS "businessUnitId",
           coalesce((SELECT id FROM organisation LIMIT 1), '') AS "organisationId", b.amount_nanos AS "amountNanos", b.thresholds, b.per_member AS "perMember",
           b.period, b.posture, b.enforce_at_percent AS "enforceAtPercent", b.time_zone AS "timeZone", b.created_at AS "createdAt",
           (CASE b.scope_type ${Prisma.join(everyScopeType.map(spentBy), ' ')}
            END)::int8 AS "spentNanos"
    FROM budget b
    JOIN ${scopes} s ON s.type = b.scope_type AND s.id = b.scope_id
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY b.id ${downward ? Prisma.sql`DESC` : Prisma.sql`ASC`}
    LIMIT ${limit}`
}

export type ScopeLimitRow = {
  readonly scopeType: LimitedScopeType
  readonly scopeId: string
  readonly scopeName: string
  readonly limits: ScopeLimits
  /** Null where there is no row. */
  readonly updatedAt: Date | null
}

export type ScopeLimitQuestion = {
  readonly scopeId?: string | undefined
  readonly q?: string | undefined
  readonly scopeTypes?: readonly string[] | undefined
  readonly after: readonly [type: string, id: string] | null
  readonly limit: number
}

/** Limits on scopes that the actor may see. */
export async function findScopeLimits(
  db: Db | Tx,
  actor: Actor,
  { scopeTypes, scopeId, q, after, limit }: ScopeLimitQuestion,
): Promise<ScopeLimitRow[]> {
  return db.$queryRaw<ScopeLimitRow[]>`
    SELECT l.scope_type AS "scopeType", l.scope_id AS "scopeId", s.name AS "scopeName", l.limits, l.updated_at AS "updatedAt"
    FROM scope_limit l
    JOIN ${scopes} s ON s.type = l.scope_type AND s.id = l.scope_id
    WHERE ${limitsVisibleTo(actor)}
      AND (${scopeTypes === undefined} OR l.scope_type = ANY(${[...(scopeTypes ?? [])]}::text[]))
      ${scopeId === undefined ? Prisma.empty : Prisma.sql`AND l.scope_id = ${scopeId}`}
      ${q ? Prisma.sql`AND s.name ILIKE ${`%${likeText(q)}%`}` : Prisma.empty}
      ${after ? Prisma.sql`AND (l.scope_type, l.scope_id) > (${after[0]}, ${after[1]})` : Prisma.empty}
    ORDER BY l.scope_type, l.scope_id
    LIMIT ${limit}`
}

/** The limits of one scope, locked against others who change them. */
export async function readScopeLimits(tx: Tx, scopeType: ScopeType, scopeId: string): Promise<ScopeLimits> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`limits of ${scopeType} ${scopeId}`}, 0))`
  return findLimitsOfScope(tx, scopeType, scopeId)
}

export async function findLimitsOfScope(db: Db | Tx, scopeType: ScopeType, scopeId: string): Promise<ScopeLimits> {
  const row = await db.scopeLimit.findUnique({
    where: { scopeType_scopeId: { scopeType, scopeId } },
    select: { limits: true },
  })
  return (row?.limits ?? {}) as ScopeLimits
}

export async function writeScopeLimits(
  tx: Tx,
  scopeType: ScopeType,
  scopeId: string,
  limits: ScopeLimits,
  nowMs: number,
): Promise<void> {
  const where = { scopeType_scopeId: { scopeType, scopeId } }
  const updatedAt = new Date(nowMs)
  if (Object.keys(limits).length === 0) await tx.scopeLimit.deleteMany({ where: { scopeType, scopeId } })
  else
    await tx.scopeLimit.upsert({
      where,
      create: { scopeType, scopeId, limits, updatedAt },
      update: { limits, updatedAt },
    })
}
