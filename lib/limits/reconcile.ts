/**
 * RECONCILE: holds what Redis says of budgets against the ledger, and puts Redis right. Nothing can make the two differ
 * while all is well, for a settlement changes the counter and sends the event in one step; but a Redis that lost a second
 * of its data, or a correction in the ledger, can.
 *
 * First all budgets are compared at a glance; under traffic that is inexact, so each that seems to differ is looked at by
 * itself, in one step with what is being settled, twice: only a difference that stands still is put right.
 */
import type { BudgetInForce } from '#lib/limits/budgets-in-force.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { budgetKey, readPeriod, reconciledKey } from '#lib/limits/keys.ts'
import { argumentsOf, readSpent, readStream, spentOnTheWay, type SpentInLedger } from '#lib/limits/seed.ts'
import { spentByScope, spentInLedger } from '#lib/limits/spent-store.ts'
import { budgetWindow, type Window } from '#lib/limits/windows.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** A budget whose counter in Redis differed: by how many nano-USD it was too high. */
export type BudgetDrift = { readonly budgetId: string; readonly driftNanos: bigint; readonly repaired: boolean }

export type Reconciliation = {
  /** Budget periods that Redis knows. */
  readonly compared: number
  readonly drift: readonly BudgetDrift[]
}

type Ports = { readonly sql: SqlPool; readonly redis: RedisClient }
type Period = { readonly rule: BudgetInForce; readonly window: Window }

/** Looks that one budget gets while workers take entries under it; what is then not known is left to the next run. */
const tries = 20

export async function reconcileBudgets(
  { sql, redis }: Ports,
  rules: readonly BudgetInForce[],
  nowMs: number,
): Promise<Reconciliation> {
  const periods = rules.map((rule) => ({ rule, window: budgetWindow(rule.period, rule.timeZone, nowMs) }))
  const { compared, doubtful } = await compareAtAGlance({ sql, redis }, periods)
  const drift: BudgetDrift[] = []
  const ledger: SpentInLedger = (scope, window, except) => spentInLedger(sql, scope, window, except)
  for (const period of doubtful) {
    const found = await differenceOf(redis, ledger, period, '0')
    if (found === null || found === '0') continue
    const again = await differenceOf(redis, ledger, period, found)
    if (again === null || again === '0') continue
    drift.push({ budgetId: period.rule.id, driftNanos: BigInt(again), repaired: again === found })
  }
  return { compared, drift }
}

async function compareAtAGlance({ sql, redis }: Ports, periods: readonly Period[]) {
  if (periods.length === 0) return { compared: 0, doubtful: [] }
  const records = await redis.mget(periods.map(({ rule, window }) => budgetKey(rule, window)))
  const known = periods.flatMap((period, i) => {
    const state = readPeriod(records[i] ?? null)
    return state ? [{ ...period, spentNanos: state.spentNanos }] : []
  })
  const travelling = await readStream(redis, '+')
  const doubtful: Period[] = []
  const groups = new Map<string, (typeof known)[number][]>()
  for (const period of known) {
    const { type, teamId = '' } = period.rule.scope
    const name = `${type} ${teamId} ${period.window.startMs} ${period.window.endMs}`
    const group = groups.get(name)
    if (group) group.push(period)
    else groups.set(name, [period])
  }
  for (const group of groups.values()) {
    const { rule, window } = group[0]!
    const ids = group.map((period) => period.rule.scope.id)
    const booked = await spentByScope(sql, rule.scope, ids, window)
    for (const period of group) {
      const { scope } = period.rule
      const spent = (booked.get(scope.id) ?? 0n) + spentOnTheWay(travelling, scope, window)
      if (spent !== period.spentNanos) doubtful.push(period)
    }
  }
  return { compared: known.length, doubtful }
}

/** Nanos by which Redis is too high, as text; null where Redis does not know the period, or nobody can tell now. */
async function differenceOf(
  redis: RedisClient,
  ledger: SpentInLedger,
  { rule, window }: Period,
  known: string,
): Promise<string | null> {
  const keys = [budgetKey(rule, window), usageStream]
  for (let attempt = 0; attempt < tries; attempt++) {
    const reading = await readSpent(redis, ledger, rule, window)
    const args = [...argumentsOf(reading, rule, window), known]
    const answer = (await callFunction(redis, 'gatehouse_reconcile', keys, args)) as string
    if (answer !== 'AGAIN') return answer === 'UNKNOWN' ? null : answer
  }
  return null
}

/** What the last run found, for the metrics; zeros while Redis does not say. */
export async function readBudgetDrift(
  redis: RedisClient,
): Promise<{ driftNanos: number; drifted: number; repaired: number }> {
  const {
    driftNanos = '0',
    drifted = '0',
    repaired = '0',
  } = await redis.hgetall(reconciledKey).catch(() => ({}) as Record<string, string>)
  return { driftNanos: Number(driftNanos), drifted: Number(drifted), repaired: Number(repaired) }
}
