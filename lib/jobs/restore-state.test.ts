/** A Redis that lost everything is given back what calls are judged by. Real PostgreSQL and Redis. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { restoreState } from '#lib/jobs/restore-state.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { startDrain } from '#lib/ledger/drain-usage.ts'
import { admit } from '#lib/limits/admit.ts'
import type { BudgetRule } from '#lib/limits/contract.ts'
import { budgetKey, readPeriod, restoredKey } from '#lib/limits/keys.ts'
import { memberBudgetId } from '#lib/limits/rules/member-budget-id.ts'
import { createSeeder } from '#lib/limits/seed.ts'
import { settle } from '#lib/limits/settle.ts'
import { spentInLedger } from '#lib/limits/spent-store.ts'
import { readWatermark } from '#lib/limits/watermark.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { raiseVersions, versionKey } from '#lib/policy/versions.ts'
import { aBound, aBudget, admitSeeded, aLimit, aRequest, aScope, aSettlement } from '#lib/testing/limits.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

let fixture: TestContext
let redis: RedisClient
let drain: { stop(): Promise<void> }
beforeAll(async () => {
  fixture = await openTestContext()
  const { context } = fixture
  redis = context.redis
  await context.db.organisation.create({ data: { id: 'org_small', name: 'Small', timeZone: 'UTC' } })
  await restoreState(context)
  const [own, reader] = [0, 1].map(() => openRedis(context.config.redisUrl, 'patient'))
  const lane = startDrain({ ...context, redis: own!, reader: reader!, consumer: 'one', nowMs: Date.now })
  drain = { stop: () => lane.stop().finally(() => [own, reader].forEach((client) => client!.disconnect())) }
})
afterAll(async () => {
  await drain.stop()
  await fixture.close()
})

async function drained(): Promise<void> {
  while ((await redis.xlen(usageStream)) > 0) await sleep(20)
}

/** As gateways that are alive do, which have nothing to tell here: the recovery is over. */
async function gatewaysTold(): Promise<void> {
  const one = { gateway: 'one', known: ['one'] }
  const { recovery } = await readWatermark(redis, one)
  if (recovery) await readWatermark(redis, { ...one, told: recovery.epoch })
}

const keyOf = (rule: BudgetRule): string => budgetKey(rule, budgetWindow(rule.period, rule.timeZone, Date.now()))
const ledgerSays = (rule: BudgetRule): Promise<bigint> =>
  spentInLedger(fixture.context.sql, rule.scope, budgetWindow(rule.period, rule.timeZone, Date.now()), [])

async function aKey(): Promise<{ budgets: BudgetRule[]; limits: ReturnType<typeof aLimit>[] }> {
  const key = aScope()
  const team = aScope('team', `team_${key.id}`)
  const shared = [
    aBudget(1e9, key),
    aBudget(1e9, team, { period: 'day' }),
    aBudget(1e9, aScope('environment', `${team.id}:production`)),
    aBudget(1e9, aScope('group', `Friends of ${key.id}`)),
    aBudget(1e9, aScope('tag', `customer=${key.id}`)),
  ]
  const each = aBudget(1e9, team)
  for (const { id, scope, period, posture, timeZone } of [...shared, each]) {
    const terms = { amountNanos: 10n ** 9n, period, posture, timeZone, perMember: id === each.id }
    await fixture.context.db.budget.create({ data: { id, scopeType: scope.type, scopeId: scope.id, ...terms } })
  }
  const person = { ...aScope('user', `user_${key.id}`), teamId: team.id }
  const budgets = [...shared, { ...each, id: memberBudgetId(each.id, person.id), scope: person }]
  return { budgets, limits: [aLimit('rpd', 1e6, key), aLimit('tpd', 1e9, key), aLimit('rph', 1e6, team)] }
}

describe('after FLUSHALL', () => {
  test('versions, budgets and windows are what they were, and a call that would be refused is refused', async () => {
    const { context } = fixture
    const { budgets, limits } = await aKey()
    const seed = createSeeder(redis, (...question) => spentInLedger(context.sql, ...question))
    for (const cost of [50, 60, 70]) {
      const request = aRequest({ budgets, limits })
      await admitSeeded(redis, request, seed)
      await settle(redis, aSettlement(request, cost), 'final')
    }
    await context.db.$transaction((tx) => raiseVersions(tx, ['key:key_revoked', 'organisation']))
    await drained()
    await redis.flushdb()
    await gatewaysTold()
    await restoreState(context)
    expect(await redis.get(versionKey('key:key_revoked'))).toMatch(/^\d+$/)
    for (const rule of budgets) expect(await redis.get(keyOf(rule))).toBe('180 0')

    const spentAll = { ...budgets[0]!, amountNanos: '200' }
    const strict = limits.map((rule) => ({ ...rule, limit: rule.kind === 'tpd' ? 200 : 3 }))
    const judged = await admit(redis, aRequest({ limits: strict }))
    if (judged.kind !== 'limit') throw new Error(judged.kind)
    expect(judged.limits.map(({ used }) => used)).toEqual([3, 180, 3])
    expect((await admit(redis, aRequest({ budgets: [spentAll] }))).kind).toBe('budget')
    const stale = await admit(redis, aRequest({ versions: [['key:key_revoked', '0']] }))
    expect(stale.kind).toBe('stale')
  })

  test('restoring again changes nothing, and what counts more stays', async () => {
    const { context } = fixture
    const [name] = await redis.keys('{gh}:l:rpd:key:*')
    await redis.set(name!, '1000')
    const before = await redis.mget((await redis.keys('{gh}:[pl]:*')).toSorted())
    await redis.del(restoredKey)
    await Promise.all([restoreState(context), restoreState(context)])
    expect(await redis.mget((await redis.keys('{gh}:[pl]:*')).toSorted())).toEqual(before)
    expect(await redis.get(name!)).toBe('1000')
  })
})

test('FLUSHALL under traffic resets no budget: Redis and the ledger agree when all is settled and booked', async () => {
  const { context } = fixture
  const { budgets, limits } = await aKey()
  const seed = createSeeder(redis, (...question) => spentInLedger(context.sql, ...question))
  let running = true
  let calls = 0
  let refused = 0
  const callers = Array.from({ length: 30 }, async (_, n) => {
    for (let i = 0; running; i++) {
      const request = aRequest({ budgets, limits, bound: aBound(10, 90) })
      const reply = await admitSeeded(redis, request, seed)
      if (reply.kind !== 'admitted') {
        if (reply.kind === 'recovering') await sleep(20)
        else refused += 1
        continue
      }
      await sleep((n * i) % 5)
      await settle(redis, aSettlement(request, 10 + ((n + i) % 80), reply.budgetKeys), 'final')
      calls += 1
    }
  })
  let lost = 0
  for (let flush = 0; flush < 4; flush++) {
    await sleep(300)
    // What has not left the stream is lost with it; the ledger is what counts from then on.
    const [length] = (await redis.multi().xlen(usageStream).flushdb().exec())!
    lost += Number(length![1])
    await sleep(20)
    await gatewaysTold()
    await restoreState(context)
  }
  await sleep(200)
  running = false
  await Promise.all(callers)
  await drained()
  expect(refused).toBe(0)
  for (const rule of budgets) {
    const state = readPeriod(await redis.get(keyOf(rule)))
    expect([state, (state?.spentNanos ?? 0n) > 0n]).toEqual([
      { spentNanos: await ledgerSays(rule), heldNanos: 0n },
      true,
    ])
  }
  const { rows } = await context.sql.query<{ n: bigint }>('SELECT count(*) AS n FROM usage_event WHERE key_id = $1', [
    budgets[0]!.scope.id,
  ])
  expect(Number(rows[0]!.n)).toBeGreaterThanOrEqual(calls - lost)
})
