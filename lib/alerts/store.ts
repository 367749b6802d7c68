/** Every query of alerts themselves. */
import type { AlertKind, AlertLevel, AlertState, AlertSubjectType } from '#lib/alerts/contract.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may, visibleRows, type Action } from '#lib/identity/rules/permissions.ts'
import { scopes } from '#lib/limits/scope-store.ts'
import { newId } from '#lib/platform/ids.ts'
import type { Db, SqlPool, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

const atOnce = 500

/**
 * Raises what is new and refreshes what is known; what was closed opens again, and waits again. Ordered by the unique key,
 * so that workers that do the same at once queue instead of waiting for each other.
 */
export async function upsertAlerts(
  sql: SqlPool,
  signals: readonly Signal[],
  now: Date,
): Promise<{ readonly ids: string[]; readonly raised: number }> {
  const rows = signals
    .map((signal) => ({ ...signal, id: newId('alert', now.getTime()), kind: signal.facts.kind }))
    .toSorted((a, b) => compare(uniqueText(a), uniqueText(b)))
  const ids: string[] = []
  let raised = 0
  for (let from = 0; from < rows.length; from += atOnce) {
    const answer = await sql.query<{ id: string; isNew: boolean }>(
      `INSERT INTO alert AS a (id, kind, subject_type, subject_id, occasion, threshold, level, budget_id, team_id,
         owner_user_id, facts, opened_at)
       SELECT r.id, r.kind, r."subjectType", r."subjectId", r.occasion, r.threshold, r.level, r."budgetId", r."teamId",
         r."ownerUserId", r.facts, $2
       FROM jsonb_to_recordset($1::jsonb) AS r (id text, kind text, "subjectType" text, "subjectId" text, occasion text,
         threshold int, level text, "budgetId" text, "teamId" text, "ownerUserId" text, facts jsonb)
       ON CONFLICT (kind, subject_type, subject_id, threshold, occasion) DO UPDATE
       SET level = EXCLUDED.level, facts = EXCLUDED.facts, team_id = EXCLUDED.team_id,
         owner_user_id = EXCLUDED.owner_user_id, closed_at = NULL,
         acknowledged_at = CASE WHEN a.closed_at IS NULL THEN a.acknowledged_at END,
         acknowledged_by = CASE WHEN a.closed_at IS NULL THEN a.acknowledged_by END
       RETURNING a.id, xmax = 0 AS "isNew"`,
      [JSON.stringify(rows.slice(from, from + atOnce)), now],
    )
    ids.push(...answer.rows.map(({ id }) => id))
    raised += answer.rows.filter(({ isNew }) => isNew).length
  }
  return { ids, raised }
}

/** Closes open alerts of these kinds that are none of `ids`. Carried by alert_closed_at_opened_at_idx. */
export async function closeOthers(
  sql: SqlPool,
  kinds: readonly AlertKind[],
  ids: readonly string[],
  now: Date,
): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE alert
     SET closed_at = $3
     WHERE closed_at IS NULL
       AND kind = ANY($1)
       AND id <> ALL($2)
       AND opened_at <= $3`,
    [kinds, ids, now],
  )
  return rowCount ?? 0
}

export type AlertRow = {
  readonly id: string
  readonly kind: AlertKind
  readonly level: AlertLevel
  readonly subjectType: AlertSubjectType
  readonly subjectId: string
  readonly subjectName: string
  readonly threshold: number
  readonly budgetId: string | null
  readonly teamId: string | null
  /** Whose it is, or who answers for the workload that it is of. */
  readonly ownerUserId: string | null
  readonly facts: unknown
  readonly openedAt: Date
  readonly closedAt: Date | null
  readonly acknowledgedAt: Date | null
  readonly acknowledgedBy: string | null
}

export type AlertPlace = readonly [gravity: number, openedMs: number, id: string]

export type AlertQuestion = {
  readonly id?: string | undefined
  readonly kinds?: readonly string[] | undefined
  readonly levels?: readonly string[] | undefined
  readonly states?: readonly AlertState[] | undefined
  readonly subjectTypes?: readonly string[] | undefined
  readonly subjectIds?: readonly string[] | undefined
  readonly budgetIds?: readonly string[] | undefined
  /** People whose own it is. */
  readonly owners?: readonly string[] | undefined
  readonly q?: string | undefined
  /** The gravest first, or only the newest. */
  readonly byLevel: boolean
  /** Gravity, opening time (epoch ms) and id of the last row seen. */
  readonly after?: AlertPlace | null
  readonly limit: number
}

/** Who owns what an alert is about; of a workload and its keys, who answers for it. */
const owner = Prisma.sql`coalesce(a.owner_user_id, CASE a.subject_type
  WHEN 'workload' THEN (SELECT w.owner_user_id FROM workload w WHERE w.id = a.subject_id)
  WHEN 'key' THEN (SELECT w.owner_user_id FROM virtual_key k JOIN workload w ON w.id = k.workload_id WHERE k.id = a.subject_id)
  END)`

const gravityOf = Prisma.sql`CASE a.level WHEN 'critical' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END`

/** Alerts that the actor may see. Names come from where the subject lives. */
export async function findAlerts(db: Db | Tx, actor: Actor, question: AlertQuestion): Promise<AlertRow[]> {
  const { id, kinds, levels, states, subjectTypes, subjectIds, budgetIds, owners, q, byLevel, after, limit } = question
  const conditions = [visibleTo(actor)]
  const among = (column: Prisma.Sql, values: readonly string[] | undefined) => {
    if (values) conditions.push(Prisma.sql`${column} = ANY(${[...values]}::text[])`)
  }
  if (id !== undefined) conditions.push(Prisma.sql`a.id = ${id}`)
  among(Prisma.sql`a.kind`, kinds)
  among(Prisma.sql`a.level`, levels)
  among(Prisma.sql`a.subject_type`, subjectTypes)
  among(Prisma.sql`a.subject_id`, subjectIds)
  among(Prisma.sql`a.budget_id`, budgetIds)
  among(owner, owners)
  if (states) conditions.push(inState(states))
  if (q) conditions.push(Prisma.sql`s.name ILIKE ${`%${q.replace(/[\\%_]/g, '\\$&')}%`}`)
  // A bare 0 would be the number of a column.
  const gravity = byLevel ? gravityOf : Prisma.sql`0::int`
  if (after) {
    const [grave, openedMs, lastId] = after
    conditions.push(
      Prisma.sql`(${gravity}, a.opened_at, a.id) < (${grave}::int, ${new Date(openedMs)}::timestamptz, ${lastId})`,
    )
  }
  return db.$queryRaw<AlertRow[]>`
    SELECT a.id, a.kind, a.level, a.subject_type AS "subjectType", a.subject_id AS "subjectId", s.name AS "subjectName",
           a.threshold, a.budget_id AS "budgetId", a.team_id AS "teamId", ${owner} AS "ownerUserId", a.facts,
           a.opened_at AS "openedAt", a.closed_at AS "closedAt", a.acknowledged_at AS "acknowledgedAt",
           a.acknowledged_by AS "acknowledgedBy"
    FROM alert a
    JOIN (SELECT type, id, name FROM ${scopes} scope UNION ALL SELECT 'provider', id, display_name FROM provider) s
      ON s.type = a.subject_type AND s.id = a.subject_id
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY ${gravity} DESC, a.opened_at DESC, a.id DESC
    LIMIT ${limit}`
}

/** Open alerts that nobody has acknowledged and that ask for something; carried by alert_waiting. */
export async function countWaiting(db: Db, actor: Actor): Promise<number> {
  const [row] = await db.$queryRaw<{ waiting: bigint }[]>`
    SELECT count(*) AS waiting
    FROM alert a
    WHERE a.closed_at IS NULL
      AND a.acknowledged_at IS NULL
      AND a.level <> 'notice'
      AND ${visibleTo(actor)}`
  return Number(row?.waiting ?? 0n)
}

/** False where somebody was first, or the alert has closed. */
export async function markAcknowledged(tx: Tx, id: string, by: string, now: Date): Promise<boolean> {
  const { count } = await tx.alert.updateMany({
    where: { id, closedAt: null, acknowledgedAt: null },
    data: { acknowledgedAt: now, acknowledgedBy: by },
  })
  return count === 1
}

/**
 * An alert is seen by those who see what it is about: budgets of shared things as budgets are, a key's or a person's own
 * as keys are, a provider's as its health is.
 */
function visibleTo(actor: Actor): Prisma.Sql {
  const budgetsOf = visibleRows(actor, 'budget.read')
  const isBudget = Prisma.sql`a.kind IN ('budget_threshold', 'budget_forecast')`
  const isPrivate = Prisma.sql`a.subject_type IN ('key', 'user')`
  const either = [
    budgetsOf.all ? isBudget : Prisma.sql`(${isBudget} AND NOT ${isPrivate} AND ${rowsOf(actor, 'budget.read')})`,
    Prisma.sql`(a.subject_type <> 'provider' AND (${isPrivate} OR NOT ${isBudget}) AND ${rowsOf(actor, 'key.read')})`,
  ]
  if (may(actor, 'provider.health')) either.push(Prisma.sql`a.subject_type = 'provider'`)
  return Prisma.sql`(${Prisma.join(either, ' OR ')})`
}

function rowsOf(actor: Actor, action: Action): Prisma.Sql {
  const visible = visibleRows(actor, action)
  if (visible.all) return Prisma.sql`TRUE`
  return Prisma.sql`(${owner} = ${visible.ownerUserId} OR a.team_id = ANY(${[...visible.teamIds]}::text[])
    OR a.owner_user_id IS NULL AND a.team_id = ANY(${[...visible.unownedInTeamIds]}::text[]))`
}

function inState(states: readonly AlertState[]): Prisma.Sql {
  const either = states.map(
    (state) =>
      ({
        open: Prisma.sql`a.closed_at IS NULL AND a.acknowledged_at IS NULL`,
        acknowledged: Prisma.sql`a.closed_at IS NULL AND a.acknowledged_at IS NOT NULL`,
        closed: Prisma.sql`a.closed_at IS NOT NULL`,
      })[state],
  )
  return either.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`(${Prisma.join(either, ' OR ')})`
}

type Unique = Pick<Signal, 'subjectType' | 'subjectId' | 'occasion' | 'threshold'> & { readonly kind: AlertKind }

function uniqueText({ kind, subjectType, subjectId, threshold, occasion }: Unique): string {
  return [kind, subjectType, subjectId, threshold, occasion].join(' ')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
