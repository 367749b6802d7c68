/** Redis' counters follow the ledger, also under traffic, and no hold is lost on the way. Real PostgreSQL and Redis. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usageStream } from '#lib/ledger/contract.ts'
import { startDrain } from '#lib/ledger/drain-usage.ts'
import type { BudgetRule } from '#lib/limits/contract.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { budgetKey, readPeriod } from '#lib/limits/keys.ts'
import { reconcileBudgets } from '#lib/limits/reconcile.ts'
import { createSeeder, type SeedBudget } from '#lib/limits/seed.ts'
import { settle } from '#lib/limits/settle.ts'
import { spentInLedger } from '#lib/limits/spent-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { aBound, aBudget, admitSeeded, aRequest, aScope, aSettlement } from '#lib/testing/limits.ts'
import { freshDatabase, freshRedis, type TestDatabase, type TestRedis } from '#lib/testing/services.ts'

let servers: [TestDatabase, TestRedis]
let database: Database
let redis: RedisClient
let reader: RedisClient
let seed: SeedBudget
beforeAll(async () => {
  servers = await Promise.all([freshDatabase(), freshRedis()])
  database = openDatabase(servers[0].url, 4)
  redis = openRedis(servers[1].url, 'patient')
  reader = openRedis(servers[1].url, 'patient')
  await loadFunctions(redis)
  seed = createSeeder(redis, (scope, window, except) => spentInLedger(database.sql, scope, window, except))
})
beforeEach(() => redis.flushdb())
afterAll(async () => {
  redis?.disconnect()
  reader?.disconnect()
  await database?.close()
  await Promise.all(servers?.map((server) => server.drop()) ?? [])
})

const keyOf = (rule: BudgetRule): string => budgetKey(rule, budgetWindow(rule.period, rule.timeZone, Date.now()))
const stateOf = async (rule: BudgetRule) => readPeriod(await redis.get(keyOf(rule)))
const reconcile = (...rules: readonly BudgetRule[]) => reconcileBudgets({ sql: database.sql, redis }, rules, Date.now())

/** One call after the other; returns what they cost. */
async function call(budgets: readonly BudgetRule[], costs: readonly number[]): Promise<number> {
  for (const cost of costs) {
    const request = aRequest({ budgets, bound: aBound(10, 90) })
    const reply = await admitSeeded(redis, request, seed)
    if (reply.kind !== 'admitted') throw new Error(reply.kind)
    await sleep(1)
    await settle(redis, aSettlement(request, cost, reply.budgetKeys), 'final')
  }
  return costs.reduce((sum, cost) => sum + cost, 0)
}

const byId = (one: { budgetId: string }, other: { budgetId: string }) => one.budgetId.localeCompare(other.budgetId)

async function drift(rule: BudgetRule, nanos: number): Promise<void> {
  const state = (await stateOf(rule))!
  await redis.set(keyOf(rule), `${state.spentNanos + BigInt(nanos)} ${state.heldNanos}`)
}

function startWorker(): { stop(): Promise<void> } {
  const own = openRedis(servers[1].url, 'patient')
  const log = createLog('test', 'silent')
  const drain = startDrain({ sql: database.sql, redis: own, reader, consumer: 'one', log, nowMs: Date.now })
  return { stop: () => drain.stop().finally(() => own.disconnect()) }
}

describe('a budget period in Redis', () => {
  test.each([-40, 25])('that is off by %s nanos is put right, and what is held stays held', async (off) => {
    const key = aScope()
    const budgets = [
      aBudget(1_000_000, key),
      aBudget(1_000_000, key, { period: 'day', timeZone: 'Asia/Kolkata' }),
      aBudget(1_000_000, key, { period: 'total' }),
      aBudget(1_000_000, aScope('team', `team_${key.id}`)),
      aBudget(1_000_000, { ...aScope('user', `user_${key.id}`), teamId: `team_${key.id}` }),
      aBudget(1_000_000, aScope('environment', `team_${key.id}:staging`)),
      aBudget(1_000_000, aScope('group', `Friends of ${key.id}`)),
      aBudget(1_000_000, aScope('tag', `customer=${key.id}`)),
    ]
    const spent = await call(budgets, [60, 7, 11])
    const running = aRequest({ budgets, bound: aBound(10, 90) })
    await admitSeeded(redis, running, seed)
    expect(await reconcile(...budgets)).toEqual({ compared: 8, drift: [] })

    const drifted = budgets.filter(({ scope }) => scope.type !== 'team')
    for (const rule of drifted) await drift(rule, off)
    const found = await reconcile(...budgets)
    const repairs = drifted.map(({ id }) => ({ budgetId: id, driftNanos: BigInt(off), repaired: true }))
    expect(found.drift.toSorted(byId)).toEqual(repairs.toSorted(byId))
    for (const rule of budgets) expect(await stateOf(rule)).toEqual({ spentNanos: BigInt(spent), heldNanos: 100n })
    expect((await reconcile(...budgets)).drift).toEqual([])

    await settle(redis, aSettlement(running, 50), 'final')
    expect(await stateOf(budgets[0]!)).toEqual({ spentNanos: BigInt(spent + 50), heldNanos: 0n })
  })

  test('that Redis does not know is left to whoever needs it', async () => {
    expect(await reconcile(aBudget(1_000))).toEqual({ compared: 0, drift: [] })
  })
})

test('drift in both directions is found and put right while calls are settled and booked', async () => {
  const budgets = [aBudget(1e9, aScope()), aBudget(1e9, aScope('team', `team_${aScope().id}`))]
  const worker = startWorker()
  await call(budgets, [1])
  let running = true
  let spent = 1
  const callers = Array.from({ length: 20 }, async (_, n) => {
    for (let i = 0; running; i++) {
      const cost = await call(budgets, [10 + ((n * 31 + i * 17) % 80)])
      spent += cost
    }
  })
  let repairs = 0
  const wrong: bigint[] = []
  for (const off of [500, -300, 70, -9, 12_345, -10_000]) {
    await sleep(60)
    await redis.eval(
      `local spent, held = string.match(redis.call('GET', KEYS[1]), '^(%-?%d+) (%-?%d+)$')
       redis.call('SET', KEYS[1], string.format('%.0f %s', spent + ARGV[1], held))`,
      1,
      keyOf(budgets[0]!),
      off,
    )
    for (let left = true; left;) {
      const { drift: found } = await reconcile(...budgets)
      for (const { budgetId, driftNanos, repaired } of found) {
        if (budgetId !== budgets[0]!.id || driftNanos !== BigInt(off)) wrong.push(driftNanos)
        if (repaired) repairs += 1
      }
      left = !found.some(({ repaired }) => repaired)
    }
  }
  running = false
  await Promise.all(callers)
  expect([repairs, wrong]).toEqual([6, []])
  for (const rule of budgets) expect(await stateOf(rule)).toEqual({ spentNanos: BigInt(spent), heldNanos: 0n })
  while ((await redis.xlen(usageStream)) > 0) await sleep(20)
  await worker.stop()
  expect((await reconcile(...budgets)).drift).toEqual([])
})
