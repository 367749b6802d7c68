/** Redis loses its data, wholly or the end of it, and nothing is judged until it has been told again. Real Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usageStream } from '#lib/ledger/contract.ts'
import { admit, type AdmitReply, type AdmitRequest } from '#lib/limits/admit.ts'
import type { BudgetRule } from '#lib/limits/contract.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { holdAgain, missingHolds, type Holder } from '#lib/limits/hold-again.ts'
import { budgetKey, epochKey, readPeriod, restoredKey } from '#lib/limits/keys.ts'
import { createSeeder } from '#lib/limits/seed.ts'
import { settle } from '#lib/limits/settle.ts'
import { readWatermark } from '#lib/limits/watermark.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { aBudget, admitSeeded, aLimit, aRequest, aScope, aSettlement, emptyLedger } from '#lib/testing/limits.ts'
import { freshRedis, type TestRedis } from '#lib/testing/services.ts'

let server: TestRedis
let redis: RedisClient
beforeAll(async () => {
  server = await freshRedis()
  redis = openRedis(server.url, 'patient')
  await loadFunctions(redis)
})
beforeEach(() => redis.flushdb())
afterAll(async () => {
  redis?.disconnect()
  await server?.drop()
})

/** An epoch is in force, and two gateways have looked. */
async function ordinary(): Promise<string> {
  const { epoch } = await readWatermark(redis, { gateway: 'one', waitMs: 0 })
  await readWatermark(redis, { gateway: 'two' })
  return epoch!
}

const known = ['one', 'two']
const kindOf = async (request: AdmitRequest) => (await admit(redis, request)).kind

describe('a Redis that lost everything', () => {
  test('judges nothing from the first look until every gateway has told', async () => {
    const before = await ordinary()
    await redis.flushdb()
    const { epoch, recovery } = await readWatermark(redis, { gateway: 'one', known })
    expect([epoch, recovery?.lost, await kindOf(aRequest())]).toEqual([null, 'all', 'recovering'])
    const told = { gateway: 'one', known, told: recovery!.epoch }
    expect((await readWatermark(redis, told)).epoch).toBeNull()
    // A look without a word tells nothing.
    expect((await readWatermark(redis, { gateway: 'two', known })).recovery).toEqual(recovery)
    expect(await kindOf(aRequest())).toBe('recovering')
    const after = await readWatermark(redis, { ...told, gateway: 'two' })
    expect([after.epoch, after.recovery, await kindOf(aRequest())]).toEqual([recovery!.epoch, null, 'admitted'])
    expect(after.epoch).not.toBe(before)
  })

  test('waits for a gateway that is no more until the time is over, and so where nobody knows the gateways', async () => {
    for (const gateways of [known, []]) {
      await redis.flushdb()
      const { recovery } = await readWatermark(redis, { gateway: 'one', known: gateways, waitMs: 60 })
      const told = { gateway: 'one', known: gateways, told: recovery!.epoch }
      expect((await readWatermark(redis, told)).epoch).toBeNull()
      await expect.poll(async () => (await readWatermark(redis, {})).epoch, { timeout: 1_000 }).toBe(recovery!.epoch)
    }
  })

  test('is restored again by a worker where a gateway tells late', async () => {
    const epoch = await ordinary()
    await redis.set(restoredKey, epoch)
    expect((await readWatermark(redis, { gateway: 'two' })).restored).toBe(epoch)
    expect((await readWatermark(redis, { gateway: 'two', told: epoch })).restored).toBeNull()
  })
})

test('a Redis that was started again judges nothing before the gateways that it knows have told', async () => {
  await ordinary()
  await redis.set(epochKey, 'another-run req_1')
  const { recovery } = await readWatermark(redis, { gateway: 'one' })
  expect([recovery?.lost, await kindOf(aRequest())]).toEqual(['end', 'recovering'])
  const told = { told: recovery!.epoch }
  expect((await readWatermark(redis, { ...told, gateway: 'one' })).epoch).toBeNull()
  expect((await readWatermark(redis, { ...told, gateway: 'two' })).epoch).toBe(recovery!.epoch)
})

test('the stream’s ends are told: its newest entry ever, and the oldest that is not booked', async () => {
  expect(await readWatermark(redis, {})).toMatchObject({ newest: '0-0', oldest: null })
  for (const id of ['5-1', '5-2', '6-0']) await redis.xadd(usageStream, id, 'e', '{}')
  await redis.xdel(usageStream, '5-1', '6-0')
  expect(await readWatermark(redis, {})).toMatchObject({ newest: '6-0', oldest: '5-2' })
})

describe('a call that runs while Redis loses its hold', () => {
  const key = aScope()
  const budgets = [aBudget(1_000, key), aBudget(1_000, aScope('team'))]
  const limits = [aLimit('concurrency', 1, key)]
  const stateOf = async ({ id, period, timeZone }: BudgetRule): Promise<string | null> =>
    redis.get(budgetKey({ id }, budgetWindow(period, timeZone, Date.now())))

  async function running(): Promise<{ request: AdmitRequest; holder: Holder; budgetKeys: readonly string[] }> {
    const request = aRequest({ budgets, limits })
    const reply: AdmitReply = await admitSeeded(redis, request)
    if (reply.kind !== 'admitted') throw new Error(reply.kind)
    const hold = { ruleSet: reply.ruleSet, nanos: reply.heldNanos, tokens: reply.held, draft: request.draft }
    const holder = { callId: request.callId, outputSeen: 7, hold }
    return { request, holder, budgetKeys: reply.budgetKeys }
  }

  test('holds again what it held, once, of budgets that are seeded afterwards and of its place', async () => {
    const { request, holder } = await running()
    expect(await holdAgain(redis, [holder])).toBe(0)
    await redis.flushdb()
    expect([...(await missingHolds(redis, [request.callId]))]).toEqual([request.callId])
    expect(await holdAgain(redis, [holder, holder])).toBe(1)
    expect(await holdAgain(redis, [holder])).toBe(0)
    expect((await admitSeeded(redis, aRequest({ budgets, limits }))).kind).toBe('limit')
    for (const rule of budgets) expect(await stateOf(rule)).toBe('0 100')
    expect(await settle(redis, aSettlement(request, 40), 'final')).toBe('settled')
    for (const rule of budgets) expect(await stateOf(rule)).toBe('40 0')
    expect((await admitSeeded(redis, aRequest({ budgets, limits }))).kind).toBe('admitted')
  })

  test('holds of what was seeded before, and of nothing where it ends before that', async () => {
    const { request, holder, budgetKeys } = await running()
    await redis.flushdb()
    const window = budgetWindow('month', 'UTC', Date.now())
    await emptyLedger(redis)(budgets[0]!, window)
    await holdAgain(redis, [holder])
    expect(await stateOf(budgets[0]!)).toBe('0 100')
    await settle(redis, aSettlement(request, 40, budgetKeys), 'final')
    await createSeeder(redis, async () => 0n)(budgets[1]!, window)
    // Its event is in the stream, where seeding finds it for the key it is of; what was held is gone.
    expect(await stateOf(budgets[0]!)).toBe('40 0')
    expect(readPeriod(await stateOf(budgets[1]!))?.heldNanos).toBe(0n)
  })

  test('that is over holds nothing again: neither settled nor swept', async () => {
    for (const how of ['final', 'sweep'] as const) {
      await redis.flushdb()
      const { request, holder } = await running()
      await settle(redis, aSettlement(request, 40), how)
      expect(await missingHolds(redis, [request.callId])).toEqual(new Set())
      expect(await holdAgain(redis, [holder])).toBe(0)
      expect(await stateOf(budgets[0]!)).toBe('40 0')
    }
  })
})
