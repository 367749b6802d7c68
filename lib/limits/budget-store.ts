/** Queries of budgets as entities. What is spent and held of them lives in Redis; see lib/limits/functions. */
import type { BudgetInput, BudgetPeriod, BudgetPosture, Scope, ScopeType } from '#lib/limits/contract.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { newId } from '#lib/platform/ids.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'

const columns = {
  id: true,
  scopeType: true,
  scopeId: true,
  amountNanos: true,
  period: true,
  posture: true,
  enforceAtPercent: true,
  timeZone: true,
  thresholds: true,
  perMember: true,
  createdAt: true,
  archivedAt: true,
} satisfies Prisma.BudgetSelect

type Columns = Prisma.BudgetGetPayload<{ select: typeof columns }>
export type BudgetRow = Omit<Columns, 'scopeType' | 'period' | 'posture'> & {
  readonly scopeType: ScopeType
  readonly period: BudgetPeriod
  readonly posture: BudgetPosture
}

export type BudgetTerms = {
  readonly amountNanos: bigint
  readonly period: BudgetPeriod
  readonly posture: BudgetPosture
  readonly enforceAtPercent: number
  readonly timeZone: string
  /** Left out, the database's default. */
  readonly thresholds?: number[]
  readonly perMember?: boolean
}

/** When a budget that warns first begins to refuse, unless said otherwise. */
export const defaultEnforceAtPercent = 110

export function termsOf(input: BudgetInput, timeZone: string): BudgetTerms {
  const { amountUsd, period, posture } = input
  return { amountNanos: nanosOfUsd(amountUsd), period, posture, enforceAtPercent: defaultEnforceAtPercent, timeZone }
}

export async function findBudget(db: Db | Tx, id: string): Promise<BudgetRow | null> {
  return (await db.budget.findUnique({ where: { id }, select: columns })) as BudgetRow | null
}

/** The live budgets of one scope: at most one a period. */
export async function findLiveBudgets(db: Db | Tx, scopeType: ScopeType, scopeId: string): Promise<BudgetRow[]> {
  const rows = await db.budget.findMany({
    where: { scopeType, scopeId, archivedAt: null },
    select: columns,
    orderBy: { id: 'asc' },
    take: 10,
  })
  return rows as BudgetRow[]
}

/** Live budgets of all scopes by id, those behind `after`. Carried by the primary key. */
export async function findBudgetsInForce(db: Db, after: string, limit: number): Promise<InForce[]> {
  return budgetsInForce(db, {}, after, limit)
}

/** Those of them that are of one of these scopes, or of the organisation. */
export async function findBudgetsOfScopes(
  db: Db,
  scopeIds: readonly string[],
  after: string,
  limit: number,
): Promise<InForce[]> {
  return budgetsInForce(db, { OR: [{ scopeType: 'organisation' }, { scopeId: { in: [...scopeIds] } }] }, after, limit)
}

type InForce = Pick<BudgetRow, 'id' | 'period' | 'timeZone' | 'perMember'> & { readonly scope: Scope }

async function budgetsInForce(
  db: Db,
  among: Prisma.BudgetWhereInput,
  after: string,
  limit: number,
): Promise<InForce[]> {
  const rows = (await db.budget.findMany({
    where: { ...among, archivedAt: null, id: { gt: after } },
    select: columns,
    orderBy: { id: 'asc' },
    take: limit,
  })) as BudgetRow[]
  return rows.map(({ id, period, timeZone, perMember, scopeType, scopeId }) => ({
    id,
    period,
    timeZone,
    perMember,
    scope: { type: scopeType, id: scopeId, name: scopeId },
  }))
}

export async function insertBudget(
  tx: Tx,
  scopeType: ScopeType,
  scopeId: string,
  terms: BudgetTerms,
  nowMs: number,
): Promise<BudgetRow> {
  const row = await tx.budget.create({
    data: { id: newId('bud', nowMs), scopeType, scopeId, ...terms, createdAt: new Date(nowMs) },
    select: columns,
  })
  return row as BudgetRow
}

/** Changes the terms of a budget that goes on: what was spent in its period stays spent. */
export async function updateBudget(
  tx: Tx,
  id: string,
  terms: Partial<Omit<BudgetTerms, 'period' | 'timeZone' | 'perMember'>>,
): Promise<BudgetRow> {
  return (await tx.budget.update({ where: { id }, data: terms, select: columns })) as BudgetRow
}

export async function archiveBudgets(tx: Tx, ids: readonly string[], nowMs: number): Promise<void> {
  await tx.budget.updateMany({
    where: { id: { in: [...ids] }, archivedAt: null },
    data: { archivedAt: new Date(nowMs) },
  })
}

/**
 * Gives a key the one budget it has, or none. A budget of the same period keeps its identity, and with it what was spent;
 * another period is another budget.
 */
export async function replaceKeyBudget(tx: Tx, keyId: string, terms: BudgetTerms | null, nowMs: number): Promise<void> {
  const live = await findLiveBudgets(tx, 'key', keyId)
  const same = terms && live.find(({ period }) => period === terms.period)
  await archiveBudgets(
    tx,
    live.filter((row) => row !== same).map(({ id }) => id),
    nowMs,
  )
  if (!terms) return
  if (same) await updateBudget(tx, same.id, { amountNanos: terms.amountNanos, posture: terms.posture })
  else await insertBudget(tx, 'key', keyId, terms, nowMs)
}
