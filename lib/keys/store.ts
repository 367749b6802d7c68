/** Queries that read keys. Conditions are built from parameters only; no text of a caller becomes SQL. */
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows, type Action } from '#lib/identity/rules/permissions.ts'
import type { KeyFilter, KeyKind, KeyStatus, KeyViewName } from '#lib/keys/contract.ts'
import type { BudgetPeriod, BudgetPosture, ScopeLimits } from '#lib/limits/contract.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

type Named = { readonly id: string; readonly name: string }

/** A key with everything that is shown of it. Digests are not among it. */
export type KeyRow = {
  readonly id: string
  readonly name: string
  readonly kind: KeyKind
  readonly status: KeyStatus
  readonly statusReason: string | null
  readonly statusAt: Date | null
  readonly owner: Named | null
  readonly team: Named
  readonly project: Named | null
  readonly workload: (Named & { readonly kind: string; readonly ownerUserId: string | null }) | null
  readonly profile: Named & { readonly policy: unknown }
  readonly costCentre: string | null
  readonly environment: string
  readonly models: string[]
  readonly providers: string[]
  readonly regions: string[]
  readonly tools: string[]
  readonly limits: ScopeLimits
  readonly purpose: string | null
  readonly dataClass: string | null
  readonly tags: Record<string, string>
  readonly overrides: string[]
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  /** Whether the profile, which was tightened since, ends it before its own end. */
  readonly endsByProfile: boolean
  readonly lastUsedAt: Date | null
  readonly secrets: readonly {
    readonly id: string
    readonly last4: string
    readonly createdAtMs: number
    readonly notAfterMs: number | null
    readonly lastUsedAtMs: number | null
  }[]
  readonly budget: {
    readonly id: string
    readonly amountNanos: string
    readonly period: BudgetPeriod
    readonly posture: BudgetPosture
    readonly timeZone: string
    readonly spentNanos: string
  } | null
  readonly spentThisMonthNanos: bigint
}

/** Which keys: a condition over `k` (virtual_key), `w` (workload), `u` (app_user, the owner). */
export type KeyCondition = Prisma.Sql

/** The stored status, but expired from the moment that its time is over. The same rule as `statusNow`. */
const statusSql = (now: Date): Prisma.Sql => Prisma.sql`
  (CASE WHEN k.status IN ('active', 'suspended', 'pending') AND k.expires_at <= ${now} THEN 'expired' ELSE k.status END)`

/** Booked in an hour that begins at or after the start of the month, in the organisation's time zone. */
const monthStart = (now: Date): Prisma.Sql => Prisma.sql`
  (date_trunc('month', ${now}::timestamptz AT TIME ZONE coalesce((SELECT time_zone FROM organisation), 'UTC'))
    AT TIME ZONE coalesce((SELECT time_zone FROM organisation), 'UTC'))`

const periodStart = (now: Date): Prisma.Sql => Prisma.sql`
  (CASE b.period WHEN 'total' THEN '-infinity'::timestamptz
   ELSE date_trunc(b.period, ${now}::timestamptz AT TIME ZONE b.time_zone) AT TIME ZONE b.time_zone END)`

const joins = Prisma.sql`
  LEFT JOIN workload w ON w.id = k.workload_id
  LEFT JOIN app_user u ON u.id = k.owner_user_id`

/** The keys on which the actor may do this, as a condition: the same table as `may`. */
export function visibleTo(actor: Actor, action: Action): KeyCondition {
  const visible = visibleRows(actor, action)
  if (visible.all) return Prisma.sql`TRUE`
  const { ownerUserId, teamIds, unownedInTeamIds } = visible
  return Prisma.sql`(
    k.owner_user_id = ${ownerUserId} OR (k.owner_user_id IS NULL AND w.owner_user_id = ${ownerUserId})
    OR k.team_id = ANY(${[...teamIds]}::text[])
    OR (k.owner_user_id IS NULL AND k.team_id = ANY(${[...unownedInTeamIds]}::text[])))`
}

/** The parts of a filter, all of which must hold. */
export function matching(filter: KeyFilter & { readonly model?: string[] | undefined }, nowMs: number): KeyCondition {
  const conditions: Prisma.Sql[] = [Prisma.sql`TRUE`]
  const among = (column: Prisma.Sql, values: readonly string[] | undefined) => {
    if (values) conditions.push(Prisma.sql`${column} = ANY(${[...values]}::text[])`)
  }
  among(Prisma.sql`k.id`, filter.ids)
  among(statusSql(new Date(nowMs)), filter.status)
  among(Prisma.sql`k.kind`, filter.kind)
  among(Prisma.sql`coalesce(k.owner_user_id, w.owner_user_id)`, filter.owner)
  among(Prisma.sql`k.team_id`, filter.team)
  among(Prisma.sql`k.project_id`, filter.project)
  among(Prisma.sql`k.workload_id`, filter.workload)
  among(Prisma.sql`k.profile_id`, filter.profile)
  among(Prisma.sql`k.environment`, filter.environment)
  if (filter.model) conditions.push(Prisma.sql`(k.models = '{}' OR k.models && ${filter.model}::text[])`)
  if (filter.q) conditions.push(searchFor(filter.q))
  if (filter.idleDays) conditions.push(idleFor(filter.idleDays, nowMs))
  return Prisma.join(conditions, ' AND ')
}

/** Active keys that made no call for so many days; one that never called counts from when it was made. */
function idleFor(days: number, nowMs: number): Prisma.Sql {
  const since = new Date(nowMs - days * 86_400_000)
  return Prisma.sql`(${statusSql(new Date(nowMs))} = 'active' AND coalesce(k.last_used_at, k.created_at) <= ${since})`
}

/** By name, owner, or last four. Name search is carried by virtual_key_name_trgm. */
function searchFor(q: string): Prisma.Sql {
  const contains = `%${q.replace(/[\\%_]/g, '\\$&')}%`
  const lastFour = q.replace(/^sk-gh-…?/, '')
  return Prisma.sql`(
    k.name ILIKE ${contains} OR k.id = ${q} OR u.name ILIKE ${contains} OR u.email ILIKE ${contains}
    OR (length(${lastFour}) = 4 AND EXISTS (SELECT 1 FROM key_secret s WHERE s.key_id = k.id AND s.last4 = ${lastFour})))`
}

/** The keys that a view is about. */
export function inView(view: KeyViewName, actor: Actor, nowMs: number): KeyCondition {
  const now = new Date(nowMs)
  const soon = new Date(nowMs + 30 * 86_400_000)
  const active = Prisma.sql`${statusSql(now)} = 'active'`
  switch (view) {
    case 'all':
      return Prisma.sql`TRUE`
    case 'mine':
      return Prisma.sql`coalesce(k.owner_user_id, w.owner_user_id) = ${actor.id}`
    case 'near_cap':
      return Prisma.sql`${active} AND EXISTS (
        SELECT 1 FROM budget b
        WHERE b.scope_type = 'key' AND b.scope_id = k.id AND b.archived_at IS NULL
          AND (SELECT coalesce(sum(h.cost_nanos), 0) FROM usage_daily h
               WHERE h.key_id = k.id AND h.start >= date_trunc('day', ${periodStart(now)})) >= b.amount_nanos * 0.8)`
    case 'ends_soon':
      return Prisma.sql`${active} AND k.expires_at <= ${soon}`
    case 'unused':
      return idleFor(30, nowMs)
    case 'no_owner':
      return Prisma.sql`${statusSql(now)} NOT IN ('revoked', 'expired') AND (
        u.status <> 'active' OR (k.owner_user_id IS NULL AND w.id IS NOT NULL AND w.owner_user_id IS NULL))`
    case 'waiting':
      return Prisma.sql`${statusSql(now)} = 'pending'`
  }
}

export const keySorts = [
  '-createdAt',
  'createdAt',
  'name',
  '-name',
  'expiresAt',
  '-expiresAt',
  'lastUsedAt',
  '-lastUsedAt',
  'spent',
  '-spent',
] as const
export type KeySort = (typeof keySorts)[number]

// Missing times sort last upward and first downward: a key without an end ends latest.
function sortExpression(sort: KeySort, now: Date): Prisma.Sql {
  switch (sort.replace('-', '') as 'createdAt' | 'name' | 'expiresAt' | 'lastUsedAt' | 'spent') {
    case 'createdAt':
      return Prisma.sql`(extract(epoch FROM k.created_at) * 1000)::float8`
    case 'name':
      return Prisma.sql`lower(k.name) COLLATE "C"`
    case 'expiresAt':
      return Prisma.sql`coalesce((extract(epoch FROM k.expires_at) * 1000)::float8, 9e15)`
    case 'lastUsedAt':
      return Prisma.sql`coalesce((extract(epoch FROM k.last_used_at) * 1000)::float8, 0)`
    case 'spent':
      return Prisma.sql`(SELECT coalesce(sum(h.cost_nanos), 0)::float8 FROM usage_hourly h
        WHERE h.key_id = k.id AND h.start >= ${monthStart(now)})`
  }
}

export type KeyPage = {
  readonly where: KeyCondition
  readonly sort: KeySort
  /** The sort value and id after which the page begins. */
  readonly after: readonly [value: string | number, id: string] | null
  readonly limit: number
  readonly nowMs: number
}

/** One page of keys, with the value that each is sorted by. */
export async function findKeys(
  db: Db | Tx,
  page: KeyPage,
): Promise<(KeyRow & { readonly sortValue: string | number })[]> {
  const now = new Date(page.nowMs)
  const downward = page.sort.startsWith('-')
  const direction = downward ? Prisma.sql`DESC` : Prisma.sql`ASC`
  const value = sortExpression(page.sort, now)
  const comparison = downward ? Prisma.sql`<` : Prisma.sql`>`
  const after = page.after
    ? Prisma.sql`AND (sort_value, id) ${comparison} (${page.after[0]}${typeof page.after[0] === 'number' ? Prisma.sql`::float8` : Prisma.sql`::text COLLATE "C"`}, ${page.after[1]})`
    : Prisma.empty
  return db.$queryRaw`
    WITH page AS (
      SELECT * FROM (
        SELECT k.*, ${value} AS sort_value
        FROM virtual_key k ${joins}
        WHERE ${page.where}
      ) AS k
      WHERE TRUE ${after}
      ORDER BY sort_value ${direction}, id ${direction}
      LIMIT ${page.limit}
    )
    SELECT
      k.id, k.name, k.kind, k.status, k.status_reason AS "statusReason", k.status_at AS "statusAt", k.environment,
      k.models, k.providers, k.regions, k.tools, k.limits, k.purpose, k.data_class AS "dataClass", k.tags, k.overrides,
      k.created_by AS "createdBy", k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.ends_by_profile AS "endsByProfile",
      k.sort_value AS "sortValue",
      CASE WHEN u.id IS NULL THEN NULL ELSE jsonb_build_object('id', u.id, 'name', u.name) END AS owner,
      jsonb_build_object('id', t.id, 'name', t.name) AS team,
      CASE WHEN p.id IS NULL THEN NULL ELSE jsonb_build_object('id', p.id, 'name', p.name) END AS project,
      CASE WHEN w.id IS NULL THEN NULL
        ELSE jsonb_build_object('id', w.id, 'name', w.name, 'kind', w.kind, 'ownerUserId', w.owner_user_id) END AS workload,
      jsonb_build_object('id', f.id, 'name', f.name, 'policy', f.policy) AS profile,
      t.cost_centre_code AS "costCentre",
      k.last_used_at AS "lastUsedAt",
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', s.id, 'last4', s.last4, 'createdAtMs', floor(extract(epoch FROM s.created_at) * 1000),
          'notAfterMs', floor(extract(epoch FROM s.not_after) * 1000),
          'lastUsedAtMs', floor(extract(epoch FROM s.last_used_at) * 1000)) ORDER BY s.not_after DESC NULLS FIRST, s.created_at DESC), '[]')
        FROM key_secret s
        WHERE s.key_id = k.id AND (s.not_after IS NULL OR s.not_after > ${now})) AS secrets,
      (SELECT jsonb_build_object(
          'id', b.id, 'amountNanos', b.amount_nanos::text, 'period', b.period, 'posture', b.posture, 'timeZone', b.time_zone,
          'spentNanos', (SELECT coalesce(sum(h.cost_nanos), 0)::text FROM usage_hourly h
                         WHERE h.key_id = k.id AND h.start >= ${periodStart(now)}))
        FROM budget b
        WHERE b.scope_type = 'key' AND b.scope_id = k.id AND b.archived_at IS NULL
        ORDER BY b.id LIMIT 1) AS budget,
      (SELECT coalesce(sum(h.cost_nanos), 0)::int8 FROM usage_hourly h
        WHERE h.key_id = k.id AND h.start >= ${monthStart(now)}) AS "spentThisMonthNanos"
    FROM page k
    JOIN team t ON t.id = k.team_id
    JOIN access_profile f ON f.id = k.profile_id
    LEFT JOIN app_user u ON u.id = k.owner_user_id
    LEFT JOIN workload w ON w.id = k.workload_id
    LEFT JOIN project p ON p.id = k.project_id
    ORDER BY k.sort_value ${direction}, k.id ${direction}`
}

/** One key, whoever asks: the caller checks whether they may see it. */
export async function findKey(db: Db | Tx, id: string, nowMs: number): Promise<KeyRow | null> {
  const [row] = await findKeys(db, { where: Prisma.sql`k.id = ${id}`, sort: 'name', after: null, limit: 1, nowMs })
  return row ?? null
}

/** How many keys of these are in each view. */
export async function countViews(
  db: Db,
  where: KeyCondition,
  actor: Actor,
  nowMs: number,
): Promise<Record<KeyViewName, number>> {
  const count = (view: KeyViewName) => Prisma.sql`count(*) FILTER (WHERE ${inView(view, actor, nowMs)})::int4`
  const [row] = await db.$queryRaw<Record<KeyViewName, number>[]>`
    SELECT ${count('all')} AS all, ${count('mine')} AS mine, ${count('near_cap')} AS near_cap, ${count('ends_soon')} AS ends_soon,
           ${count('unused')} AS unused, ${count('no_owner')} AS no_owner, ${count('waiting')} AS waiting
    FROM virtual_key k ${joins}
    WHERE ${where}`
  return row ?? { all: 0, mine: 0, near_cap: 0, ends_soon: 0, unused: 0, no_owner: 0, waiting: 0 }
}

export type KeyTotals = { readonly count: number; readonly spentNanos: bigint; readonly monthlyBudgetNanos: bigint }

/** Over the whole result: how many, what they spent this month, and their budgets a month together. */
export async function sumKeys(db: Db, where: KeyCondition, nowMs: number): Promise<KeyTotals> {
  const now = new Date(nowMs)
  const [row] = await db.$queryRaw<KeyTotals[]>`
    WITH chosen AS (SELECT k.id FROM virtual_key k ${joins} WHERE ${where})
    SELECT (SELECT count(*) FROM chosen)::int4 AS count,
           (SELECT coalesce(sum(h.cost_nanos), 0)::int8 FROM usage_hourly h JOIN chosen ON chosen.id = h.key_id
            WHERE h.start >= ${monthStart(now)}) AS "spentNanos",
           (SELECT coalesce(sum(b.amount_nanos), 0)::int8 FROM budget b JOIN chosen ON chosen.id = b.scope_id
            WHERE b.scope_type = 'key' AND b.period = 'month' AND b.archived_at IS NULL) AS "monthlyBudgetNanos"`
  return row ?? { count: 0, spentNanos: 0n, monthlyBudgetNanos: 0n }
}
