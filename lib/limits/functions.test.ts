/** What the call path is promised by its functions in Redis. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usageEvent, usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { admit, versionsInForce, type AdmitReply, type AdmitRequest } from '#lib/limits/admit.ts'
import { limitKinds, type BudgetRule, type LimitKind } from '#lib/limits/contract.ts'
import { forgetLimits } from '#lib/limits/forget.ts'
import { callFunction, loadFunctions } from '#lib/limits/functions.ts'
import { budgetKey, expiryIndex, holdKey, limitKey, openHolds, readPeriod } from '#lib/limits/keys.ts'
import { costOfCall } from '#lib/limits/rules/limit-kinds.ts'
import { settle, type Settlement } from '#lib/limits/settle.ts'
import { sweepHolds } from '#lib/limits/sweep.ts'
import { leaseMs } from '#lib/limits/turn.ts'
import { budgetWindow, limitWindow } from '#lib/limits/windows.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { versionKey, writeVersions } from '#lib/policy/versions.ts'
import {
  aBound,
  aBudget,
  admitSeeded,
  aLimit,
  aRequest,
  aScope,
  aSettlement,
  contentsOf,
  type RequestWish,
} from '#lib/testing/limits.ts'
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

type Judged = Extract<AdmitReply, { readonly kind: 'admitted' | 'limit' | 'budget' }>

async function judge(request: AdmitRequest): Promise<Judged> {
  const reply = await admitSeeded(redis, request)
  if (!('ruleSet' in reply)) throw new Error(reply.kind)
  return reply
}

async function admitted(request: AdmitRequest): Promise<Judged> {
  const reply = await judge(request)
  expect(reply.kind).toBe('admitted')
  return reply
}

const recordOf = (rule: BudgetRule): string => budgetKey(rule, budgetWindow(rule.period, rule.timeZone, Date.now()))

/** Spent and held of a budget's present period. */
async function stateOf(rule: BudgetRule): Promise<{ spent: number; held: number }> {
  const period = readPeriod(await redis.get(recordOf(rule)))
  return { spent: Number(period?.spentNanos), held: Number(period?.heldNanos) }
}

async function events(): Promise<UsageEvent[]> {
  const entries = await redis.xrange(usageStream, '-', '+')
  return entries.map(([, [, text]]) => usageEvent.parse(JSON.parse(text!)))
}

const costOf = (list: readonly UsageEvent[]): number => list.reduce((sum, event) => sum + Number(event.costNanos), 0)

/** Lets a call's lease run out now. */
async function abandon(callId: string): Promise<void> {
  await redis.zadd(openHolds, 'XX', Date.now() - 1_000, callId)
}

const renew = (callId: string, output: number): Promise<unknown> =>
  callFunction(redis, 'gatehouse_renew', [openHolds], [leaseMs, callId, output])

describe('a refusal', () => {
  const key = aScope()

  test.each<[string, RequestWish, string]>([
    ['a version that is older', { versions: [['team:one', '6']] }, 'stale'],
    ['a version that nobody knows', { versions: [['team:unheard', '1']] }, 'missing'],
    ['a budget that nobody knows', { budgets: [aBudget(1_000)] }, 'seed'],
    ['windows of tomorrow', { limits: [aLimit('rpd', 10)], nowMs: Date.now() + 86_400_000 }, 'clock'],
    [
      'windows of yesterday',
      { budgets: [aBudget(1_000, key, { period: 'day' })], nowMs: Date.now() - 86_400_000 },
      'clock',
    ],
    ['a bucket that is too small', { limits: [aLimit('tpm', 99, key)] }, 'limit'],
    ['a window that is too small', { limits: [aLimit('tpd', 99, key)] }, 'limit'],
  ])('by %s writes nothing at all', async (_what, differences, kind) => {
    await writeVersions(redis, [{ subject: 'team:one', version: 7n }])
    const passing = limitKinds.map((of) => aLimit(of, 1_000_000, key))
    const before = await contentsOf(redis)
    const limits = [...passing, ...(differences.limits ?? [])]
    expect((await admit(redis, aRequest({ ...differences, limits }))).kind).toBe(kind)
    expect(await contentsOf(redis)).toEqual(before)
  })

  test.each<LimitKind>([...limitKinds])('by a %s that is used up writes nothing at all', async (kind) => {
    const limits = [
      aLimit('rpm', 100, key),
      aLimit('tpd', 1_000_000, key),
      aLimit(kind, costOfCall(kind, { input: 10, output: 90 })),
    ]
    const budgets = [aBudget(1_000)]
    await admitted(aRequest({ limits, budgets }))
    const before = await contentsOf(redis)
    const refused = await judge(aRequest({ limits, budgets }))
    expect(refused.kind).toBe('limit')
    expect(refused.limits.map(({ passed }) => passed)).toEqual([true, true, false])
    expect(await contentsOf(redis)).toEqual(before)
  })

  test('by the last of many rules writes to none of them, whichever they are', async () => {
    const kinds = fc.constantFrom<LimitKind>(...limitKinds)
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { maxLength: 5 }), fc.nat(3), fc.nat(3), async (some, budgetCount, poor) => {
        const limits = some.map((kind) => aLimit(kind, 1_000))
        const budgets = Array.from({ length: budgetCount + 1 }, (_, i) =>
          aBudget(i === poor % (budgetCount + 1) ? 99 : 10_000),
        )
        // Seeding is not the refusal's doing.
        await judge(aRequest({ limits, budgets }))
        const before = await contentsOf(redis)
        const refused = await judge(aRequest({ limits, budgets }))
        expect(refused.kind).toBe('budget')
        expect(await contentsOf(redis)).toEqual(before)
      }),
      { numRuns: 20 },
    )
  })

  test('says of every rule how it stands, of those too that would pass', async () => {
    const [rich, poor] = [aBudget(1_000), aBudget(150)]
    const limits = [aLimit('rpm', 10), aLimit('rpd', 5)]
    await admitted(aRequest({ limits, budgets: [rich, poor] }))
    const refused = await judge(aRequest({ limits, budgets: [rich, poor] }))
    expect(refused).toMatchObject({
      kind: 'budget',
      heldNanos: 100,
      limits: [
        { passed: true, used: 1 },
        { passed: true, used: 1, remaining: 3 },
      ],
      budgets: [
        { passed: true, spent: 0, held: 100, cap: 1_000 },
        { passed: false, spent: 0, held: 100, cap: 150 },
      ],
    })
  })

  test('for windows of another time says what Redis’ time is', async () => {
    const reply = await admit(redis, aRequest({ limits: [aLimit('rpd', 10)], nowMs: Date.now() + 7 * 86_400_000 }))
    const [seconds] = await redis.time()
    expect(reply.kind === 'clock' && Math.abs(reply.redisNowMs - Number(seconds) * 1_000) < 5_000).toBe(true)
  })
})

describe('a call that is admitted', () => {
  test('holds its bound on every budget until it is settled for what it cost', async () => {
    const budgets = [aBudget(1_000), aBudget(10_000, aScope('team', 'team_search'))]
    const request = aRequest({ budgets })
    expect(await admitted(request)).toMatchObject({ heldNanos: 100, outputAllowed: 90 })
    for (const rule of budgets) expect(await stateOf(rule)).toEqual({ spent: 0, held: 100 })
    expect(await redis.zcard(openHolds)).toBe(1)

    expect(await settle(redis, aSettlement(request, 37), 'final')).toBe('settled')
    for (const rule of budgets) expect(await stateOf(rule)).toEqual({ spent: 37, held: 0 })
    expect(await redis.zcard(openHolds)).toBe(0)
    expect(await redis.exists(holdKey(request.callId))).toBe(0)
    expect((await events()).map(({ id, costNanos }) => [id, costNanos])).toEqual([[request.callId, '37']])
  })

  test('is told what is left of its limits', async () => {
    const limits = [
      aLimit('rpm', 60),
      aLimit('tpm', 6_000),
      aLimit('rpd', 10),
      aLimit('tpd', 1_000),
      aLimit('concurrency', 3),
    ]
    const { limits: states } = await admitted(aRequest({ limits }))
    expect(states.map(({ used, remaining }) => [used, remaining])).toEqual([
      [0, 59],
      [0, 5_900],
      [0, 9],
      [0, 900],
      [0, 2],
    ])
    // One of 60 a minute is free again in a second, a hundred of 6,000 tokens as well.
    expect(states[0]!.resetMs).toBe(1_000)
    expect(states[1]!.resetMs).toBe(1_000)
  })

  test('without a maximum of its own is given what the budget still allows', async () => {
    const budgets = [aBudget(100)]
    expect(await admitted(aRequest({ budgets, bound: aBound(10, 50, 16) }))).toMatchObject({
      outputAllowed: 50,
      heldNanos: 60,
    })
    expect(await admitted(aRequest({ budgets, bound: aBound(10, 50, 16) }))).toMatchObject({
      outputAllowed: 30,
      heldNanos: 40,
    })
    const refused = await judge(aRequest({ budgets, bound: aBound(10, 50, 16) }))
    expect(refused).toMatchObject({ kind: 'budget', outputAllowed: 50, heldNanos: 60 })
  })

  test('is given what the poorest of its budgets allows, and counts as much for token limits', async () => {
    const budgets = [aBudget(1_000), aBudget(70), aBudget(5, aScope(), { posture: 'soft' })]
    const reply = await admitted(aRequest({ budgets, limits: [aLimit('tpd', 1_000)], bound: aBound(10, 500, 16) }))
    expect(reply).toMatchObject({ outputAllowed: 60, heldNanos: 70, limits: [{ remaining: 930 }] })
  })

  test('passes a soft budget that is used up, which counts on', async () => {
    const soft = aBudget(1, aScope(), { posture: 'soft' })
    const request = aRequest({ budgets: [soft] })
    expect(await admitted(request)).toMatchObject({ budgets: [{ passed: true, cap: null }] })
    await settle(redis, aSettlement(request, 60), 'final')
    expect(await stateOf(soft)).toEqual({ spent: 60, held: 0 })
  })

  test('passes a budget that warns up to the percentage at which it refuses', async () => {
    const budgets = [aBudget(100, aScope(), { posture: 'alert_then_enforce' })]
    expect((await judge(aRequest({ budgets, bound: aBound(10, 101) }))).kind).toBe('budget')
    expect(await admitted(aRequest({ budgets, bound: aBound(10, 100) }))).toMatchObject({ budgets: [{ cap: 110 }] })
  })

  test('keeps amounts exact up to nine million dollars', async () => {
    const budgets = [aBudget(9_000_000_000_000_000)]
    const bound = {
      promptTokens: 0,
      promptNanos: 4_503_599_627_370_497,
      outputNanos: 0,
      outputWanted: 1,
      outputLeast: 1,
    }
    const request = aRequest({ budgets, bound })
    expect((await admitted(request)).heldNanos).toBe(4_503_599_627_370_497)
    expect((await judge(aRequest({ budgets, bound }))).budgets[0]).toMatchObject({
      passed: false,
      held: 4_503_599_627_370_497,
    })
    await settle(
      redis,
      { ...aSettlement(request, 0), event: { ...aSettlement(request, 0).event, costNanos: '4503599627370495' } },
      'final',
    )
    expect(await redis.get(recordOf(budgets[0]!))).toBe('4503599627370495 0')
  })

  test('meets the same answer in a Redis that has lost the functions', async () => {
    await redis.call('FUNCTION', 'DELETE', 'gatehouse')
    expect((await admitted(aRequest({ budgets: [aBudget(1_000)] }))).kind).toBe('admitted')
  })
})

describe('a settlement', () => {
  async function running(budgets = [aBudget(1_000)], limits = [aLimit('tpd', 10_000)]) {
    const request = aRequest({ budgets, limits })
    await admitted(request)
    const used = async () => Number(await redis.get(limitKey(limits[0]!, limitWindow('tpd', 'UTC', Date.now()))))
    return { request, budget: budgets[0]!, used }
  }
  const truth = (request: AdmitRequest): Settlement => aSettlement(request, 64)

  test('that comes again is a duplicate and changes nothing', async () => {
    const { request, budget } = await running()
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => settle(redis, truth(request), 'final')))
    expect(outcomes.toSorted()).toEqual([...Array<string>(9).fill('duplicate'), 'settled'])
    const before = await contentsOf(redis)
    expect(await settle(redis, truth(request), 'final')).toBe('duplicate')
    expect(await settle(redis, aSettlement(request, 99), 'sweep')).toBe('duplicate')
    expect(await contentsOf(redis)).toEqual(before)
    expect(await stateOf(budget)).toEqual({ spent: 64, held: 0 })
    expect(await events()).toHaveLength(1)
  })

  test('after the sweeper’s estimate books exactly the difference, once', async () => {
    const { request, budget, used } = await running()
    await renew(request.callId, 25)
    await abandon(request.callId)
    expect(await sweepHolds(redis, Date.now())).toBe(1)
    expect([await stateOf(budget), await used()]).toEqual([{ spent: 35, held: 0 }, 35])

    const outcomes = await Promise.all(Array.from({ length: 10 }, () => settle(redis, truth(request), 'final')))
    expect(outcomes.toSorted()).toEqual([...Array<string>(9).fill('duplicate'), 'settled'])
    expect([await stateOf(budget), await used()]).toEqual([{ spent: 64, held: 0 }, 64])

    const [estimate, adjustment, ...more] = await events()
    expect(more).toEqual([])
    expect(estimate).toMatchObject({
      id: request.callId,
      kind: 'call',
      outcome: 'interrupted',
      estimated: true,
      costNanos: '35',
      tokens: { input: 10, output: 25 },
    })
    expect(adjustment).toMatchObject({
      id: request.callId.replace('call_', 'adj_'),
      kind: 'adjustment',
      adjusts: request.callId,
      at: request.nowMs,
      costNanos: '29',
      tokens: { output: 29 },
      outcome: 'served',
    })
  })

  test('that is less than the sweeper’s estimate gives the difference back', async () => {
    const { request, budget, used } = await running()
    await renew(request.callId, 80)
    await abandon(request.callId)
    await sweepHolds(redis, Date.now())
    await settle(redis, truth(request), 'final')
    expect([await stateOf(budget), await used()]).toEqual([{ spent: 64, held: 0 }, 64])
    expect(costOf(await events())).toBe(64)
  })

  test('of a call whose hold Redis has lost keeps the event and counts it in periods that were seeded without it', async () => {
    const { request, budget } = await running()
    await redis.del(holdKey(request.callId))
    await redis.set(recordOf(budget), '0 0')
    const unknown = recordOf(aBudget(5))
    const lost = { ...truth(request), budgetKeys: [recordOf(budget), unknown] }
    expect(await settle(redis, lost, 'final')).toBe('lost')
    expect(await settle(redis, lost, 'final')).toBe('duplicate')
    expect(await stateOf(budget)).toEqual({ spent: 64, held: 0 })
    // It will be seeded from the ledger and the stream, where the event is.
    expect(await redis.exists(unknown)).toBe(0)
    expect(await events()).toHaveLength(1)
  })

  test('of a call whose budget period Redis has lost leaves it to be seeded', async () => {
    const { request, budget } = await running()
    await redis.del(recordOf(budget))
    expect(await settle(redis, truth(request), 'final')).toBe('settled')
    expect(await redis.exists(recordOf(budget))).toBe(0)
    expect(costOf(await events())).toBe(64)
  })

  test('of a call that holds nothing, as one of a free model, counts what it cost', async () => {
    const budget = aBudget(1_000)
    const [known, lost] = [
      aRequest({ budgets: [budget], bound: aBound(0, 0) }),
      aRequest({ budgets: [budget], bound: aBound(0, 0) }),
    ]
    await admitted(known)
    await admitted(lost)
    expect(await settle(redis, aSettlement(known, 5), 'final')).toBe('settled')
    expect(await stateOf(budget)).toEqual({ spent: 5, held: 0 })
    await redis.del(recordOf(budget))
    expect(await settle(redis, aSettlement(lost, 5), 'final')).toBe('settled')
    expect(await redis.exists(recordOf(budget))).toBe(0)
  })

  test('brings no limit back that has gone meanwhile', async () => {
    const bucket = aLimit('tpm', 10_000)
    const request = aRequest({ limits: [bucket, aLimit('tpd', 10_000)] })
    await admitted(request)
    const names = request.rules.limits.map((rule) => limitKey(rule, limitWindow(rule.kind, 'UTC', Date.now())))
    await redis.del(...names)
    await settle(redis, truth(request), 'final')
    expect(await redis.exists(...names)).toBe(0)
  })

  test('replaces the estimate of token limits by what was used', async () => {
    const limits = [aLimit('tpm', 6_000), aLimit('tpd', 1_000)]
    const request = aRequest({ limits, bound: aBound(10, 890) })
    await admitted(request)
    await settle(redis, truth(request), 'final')
    const [bucket, day] = (await admitted(aRequest({ limits, bound: aBound(1, 1) }))).limits
    // 64 tokens of 6,000 a minute are free again in 0.64 s, less the moments that have passed.
    expect(bucket!.used).toBeGreaterThanOrEqual(0)
    expect(bucket!.used).toBeLessThanOrEqual(64)
    expect(day!.used).toBe(64)
  })

  test('corrects limits of input and of output tokens each by its own', async () => {
    const limits = (['itpd', 'otpd', 'itpm', 'otpm'] as const).map((kind) => aLimit(kind, 6_000))
    const request = aRequest({ limits, bound: aBound(100, 500) })
    const { limits: before } = await admitted(request)
    expect(before.map(({ remaining }) => remaining)).toEqual([5_900, 5_500, 5_900, 5_500])
    await settle(redis, { ...truth(request), tokens: { input: 40, output: 54 } }, 'final')
    const { limits: after } = await admitted(aRequest({ limits, bound: aBound(1, 1) }))
    expect(after.slice(0, 2).map(({ used }) => used)).toEqual([40, 54])
    for (const [i, most] of [40, 54].entries()) expect(after[2 + i]!.used).toBeLessThanOrEqual(most)
  })

  test('that used more than was set aside is charged in full', async () => {
    const { request, budget, used } = await running()
    await settle(redis, aSettlement(request, 5_000), 'final')
    expect([await stateOf(budget), await used()]).toEqual([{ spent: 5_000, held: 0 }, 5_000])
  })
})

describe('a rate', () => {
  test('of n a minute lets n through at once and the next when its share of the minute is over', async () => {
    const limits = [aLimit('rpm', 5)]
    const replies = []
    for (let i = 0; i < 6; i++) replies.push(await judge(aRequest({ limits })))
    expect(replies.map(({ kind }) => kind)).toEqual([...Array<string>(5).fill('admitted'), 'limit'])
    const { retryMs, used, remaining } = replies[5]!.limits[0]!
    expect([used, remaining]).toEqual([5, 0])
    expect(retryMs).toBeGreaterThan(0)
    expect(retryMs).toBeLessThanOrEqual(12_000)
  })

  test('whose bucket is as old as its wait is free again', async () => {
    const limits = [aLimit('rpm', 5)]
    for (let i = 0; i < 5; i++) await admitted(aRequest({ limits }))
    const bucket = limitKey(limits[0]!, limitWindow('rpm', 'UTC', 0))
    await redis.set(bucket, Number(await redis.get(bucket)) - 12_000)
    await admitted(aRequest({ limits }))
    expect((await judge(aRequest({ limits }))).kind).toBe('limit')
  })

  test('that one call alone exceeds can’t be waited for', async () => {
    const [state] = (await judge(aRequest({ limits: [aLimit('tpm', 99)] }))).limits
    expect(state).toMatchObject({ passed: false, used: 0, retryMs: -1 })
    expect((await admitted(aRequest({ limits: [aLimit('tpm', 100)] }))).kind).toBe('admitted')
  })

  test('under 200 calls at once lets exactly its number through', async () => {
    for (const kind of ['rpm', 'rph', 'rpd', 'concurrency'] as const) {
      const limits = [aLimit(kind, 37)]
      const replies = await Promise.all(Array.from({ length: 200 }, () => admit(redis, aRequest({ limits }))))
      expect(replies.filter((reply) => reply.kind === 'admitted')).toHaveLength(37)
    }
  })

  test('of the day forgets itself a day after its end', async () => {
    const rule = aLimit('rpd', 5)
    await admitted(aRequest({ limits: [rule] }))
    const window = limitWindow('rpd', 'UTC', Date.now())
    expect(await redis.zscore(expiryIndex, limitKey(rule, window))).toBe(String(window.endMs + 86_400_000))
  })
})

describe('what nobody needs any more', () => {
  const whenDue = (key: string): Promise<unknown> => redis.zadd(expiryIndex, 'XX', Date.now() - 1, key)

  test('is forgotten when its time is over, and nothing else is', async () => {
    const [old, young] = [aBudget(1_000, aScope(), { period: 'day' }), aBudget(1_000, aScope(), { period: 'day' })]
    const [day, kept] = [aLimit('rpd', 5), aLimit('rpd', 5)]
    await admitted(aRequest({ limits: [day, kept], budgets: [old, young] }))
    const keyOf = (rule: typeof day): string => limitKey(rule, limitWindow('rpd', 'UTC', Date.now()))
    await whenDue(recordOf(old))
    await whenDue(keyOf(day))
    expect(await forgetLimits(redis)).toBe(2)
    expect(await redis.exists(recordOf(old), keyOf(day))).toBe(0)
    expect(await redis.exists(recordOf(young), keyOf(kept))).toBe(2)
    expect(await redis.zrange(expiryIndex, '0', '-1')).toEqual(expect.arrayContaining([recordOf(young), keyOf(kept)]))
    expect(await redis.zcard(expiryIndex)).toBe(2)
  })

  test('is no bucket that was used in the last ten minutes', async () => {
    const limits = [aLimit('rpm', 5), aLimit('tpm', 1_000)]
    await admitted(aRequest({ limits }))
    const [busy, idle] = limits.map((rule) => limitKey(rule, limitWindow(rule.kind, 'UTC', 0)))
    await redis.set(idle!, String(Date.now() - 601_000))
    for (const key of [busy!, idle!]) await whenDue(key)
    expect(await forgetLimits(redis)).toBe(2)
    expect([await redis.exists(busy!), await redis.exists(idle!)]).toEqual([1, 0])
    expect(Number(await redis.zscore(expiryIndex, busy!))).toBeGreaterThan(Date.now() + 500_000)
  })

  test('is forgotten in one go, however much it is', async () => {
    const keys = Array.from({ length: 1_200 }, (_, n) => `{gh}:l:rpd:key:${n}:0`)
    await redis.mset(...keys.flatMap((key) => [key, '1']))
    await redis.zadd(expiryIndex, ...keys.flatMap((key) => [1, key] as const))
    expect(await forgetLimits(redis)).toBe(1_200)
    expect(await redis.dbsize()).toBe(0)
  })
})

describe('concurrency', () => {
  const rule = aLimit('concurrency', 2)

  test('is given back by settlement, and by the end of a lease that nobody renews', async () => {
    const limits = [rule]
    const [first, second] = [aRequest({ limits }), aRequest({ limits })]
    await admitted(first)
    await admitted(second)
    expect((await judge(aRequest({ limits }))).limits[0]).toMatchObject({
      passed: false,
      used: 2,
      remaining: 0,
      retryMs: 1_000,
    })

    await settle(redis, aSettlement(first, 20), 'final')
    const third = aRequest({ limits })
    await admitted(third)

    const key = limitKey(rule, limitWindow('concurrency', 'UTC', 0))
    await redis.zadd(key, 'XX', Date.now() - 1, second.callId)
    await admitted(aRequest({ limits }))
  })

  test('is kept by renewal', async () => {
    const request = aRequest({ limits: [rule] })
    await admitted(request)
    const key = limitKey(rule, limitWindow('concurrency', 'UTC', 0))
    await redis.zadd(key, 'XX', 5, request.callId)
    expect(await renew(request.callId, 1)).toBe(1)
    expect(Number(await redis.zscore(key, request.callId))).toBeGreaterThan(Date.now() + leaseMs / 2)
    expect(await redis.zscore(key, request.callId)).toBe(await redis.zscore(openHolds, request.callId))
  })
})

describe('a hold that its gateway has left', () => {
  test('is settled from its draft and the output seen last, by one sweeper of many', async () => {
    const budget = aBudget(1_000_000)
    const calls = Array.from({ length: 500 }, () => aRequest({ budgets: [budget] }))
    for (const [i, call] of calls.entries()) {
      await admitted(call)
      if (i % 2 === 0) await renew(call.callId, i)
      await abandon(call.callId)
    }
    const swept = await Promise.all(Array.from({ length: 3 }, () => sweepHolds(redis, Date.now())))
    expect(swept.reduce((sum, count) => sum + count)).toBe(500)
    const expected = calls.map((_, i) => 10 + (i % 2 === 0 ? i : 0))
    expect((await events()).map(({ costNanos }) => Number(costNanos)).toSorted((a, b) => a - b)).toEqual(
      expected.toSorted((a, b) => a - b),
    )
    expect(await stateOf(budget)).toEqual({ spent: expected.reduce((sum, cost) => sum + cost), held: 0 })
    expect(await redis.zcard(openHolds)).toBe(0)
  })

  test('is left alone while its lease runs', async () => {
    await admitted(aRequest())
    expect(await sweepHolds(redis, Date.now())).toBe(0)
    expect(await redis.zcard(openHolds)).toBe(1)
  })

  test('of which only the lease is left is forgotten', async () => {
    const request = aRequest()
    await admitted(request)
    await redis.del(holdKey(request.callId))
    await abandon(request.callId)
    expect(await sweepHolds(redis, Date.now())).toBe(0)
    expect(await redis.zcard(openHolds)).toBe(0)
    expect(await events()).toEqual([])
  })

  test('is not brought back by a renewal that comes too late', async () => {
    const request = aRequest({ limits: [aLimit('concurrency', 5)] })
    await admitted(request)
    await abandon(request.callId)
    await sweepHolds(redis, Date.now())
    expect(await renew(request.callId, 40)).toBe(0)
    expect([await redis.zcard(openHolds), await redis.exists(holdKey(request.callId))]).toEqual([0, 0])
  })

  test('that nobody can read is given back and set aside, and keeps no other waiting', async () => {
    const budget = aBudget(1_000)
    const odd = aRequest({ budgets: [budget], draft: '{"from":"a newer gateway"}' })
    const even = aRequest({ budgets: [budget] })
    await admitted(odd)
    await admitted(even)
    await redis.zadd(openHolds, 'XX', 1, odd.callId)
    await abandon(even.callId)
    expect(await sweepHolds(redis, Date.now())).toBe(2)
    expect(await stateOf(budget)).toEqual({ spent: 10, held: 0 })
    const entries = await redis.xrange(usageStream, '-', '+')
    expect(entries.map(([, [, text]]) => text)).toEqual([odd.draft, expect.stringContaining(even.callId)])

    // Should its gateway live after all, the truth is booked whole.
    expect(await settle(redis, aSettlement(odd, 64), 'final')).toBe('settled')
    expect(await stateOf(budget)).toEqual({ spent: 74, held: 0 })
    const [, [, adjustment]] = (await redis.xrange(usageStream, '-', '+')).at(-1)!
    expect(JSON.parse(adjustment!)).toMatchObject({ kind: 'adjustment', adjusts: odd.callId, costNanos: '64' })
  })
})

type Ending = 'settled' | 'swept' | 'swept, then settled' | 'settled twice'

describe('budgets under 200 calls at once', () => {
  const call = fc.record({
    prompt: fc.integer({ min: 0, max: 40 }),
    output: fc.integer({ min: 1, max: 100 }),
    least: fc.integer({ min: 1, max: 100 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    ending: fc.constantFrom<Ending>('settled', 'settled', 'swept', 'swept, then settled', 'settled twice'),
    keyed: fc.nat(2),
  })
  const caps = fc.array(fc.integer({ min: 100, max: 6_000 }), { minLength: 5, maxLength: 5 })

  test('are never exceeded by what is spent and held, at no moment, and end with nothing held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 200, maxLength: 200 }), caps, async (calls, amounts) => {
        await redis.flushdb()
        const keyBudgets = amounts.slice(0, 3).map((amount) => aBudget(amount))
        const shared = [aBudget(amounts[3]!, aScope('team')), aBudget(amounts[4]!, aScope('organisation'))]
        const all = [...keyBudgets, ...shared]
        const capOf = new Map(all.map((rule) => [rule, Number(rule.amountNanos)]))
        for (const rule of all) await redis.set(recordOf(rule), '0 0')

        let over = 0
        let watching = true
        const watch = async () => {
          while (watching) {
            for (const rule of all) {
              const { spent, held } = await stateOf(rule)
              if (spent + held > capOf.get(rule)! || held < 0) over += 1
            }
          }
        }
        let spent = 0
        const run = async ({ prompt, output, least, share, ending, keyed }: (typeof calls)[number]) => {
          const budgets = [keyBudgets[keyed]!, ...shared]
          const request = aRequest({ budgets, bound: aBound(prompt, output, Math.min(least, output)) })
          const reply = await admit(redis, request)
          if (reply.kind !== 'admitted') return
          const cost = Math.floor(share * reply.heldNanos)
          const settlement = aSettlement(request, cost)
          const estimate = Math.floor((1 - share) * reply.heldNanos)
          if (ending.startsWith('swept')) await settle(redis, aSettlement(request, estimate), 'sweep')
          if (ending !== 'swept') await settle(redis, settlement, 'final')
          if (ending === 'settled twice') await settle(redis, settlement, 'final')
          spent += ending === 'swept' ? estimate : cost
        }
        const watcher = watch()
        await Promise.all(calls.map(run))
        watching = false
        await watcher

        expect(over).toBe(0)
        const states = await Promise.all(all.map(stateOf))
        expect(states.map(({ held }) => held)).toEqual([0, 0, 0, 0, 0])
        const sums = [states[0]!.spent + states[1]!.spent + states[2]!.spent, states[3]!.spent, states[4]!.spent]
        expect(sums).toEqual([spent, spent, spent])
        expect(costOf(await events())).toBe(spent)
      }),
      { numRuns: 20 },
    )
  })

  test('admit exactly as many equal calls as they have holds for', async () => {
    const budgets = [aBudget(50 * 100 + 99), aBudget(1_000_000, aScope('team'))]
    const replies = await Promise.all(Array.from({ length: 400 }, () => admitSeeded(redis, aRequest({ budgets }))))
    expect(replies.filter(({ kind }) => kind === 'admitted')).toHaveLength(50)
    expect(await stateOf(budgets[0]!)).toEqual({ spent: 0, held: 5_000 })
  })
})

describe('versions', () => {
  test('never go back, in whatever order they are told', async () => {
    const version = fc.integer({ min: 1, max: 10_000 })
    await fc.assert(
      fc.asyncProperty(fc.array(version, { minLength: 1, maxLength: 20 }), async (told) => {
        await redis.flushdb()
        await Promise.all(told.map((one) => writeVersions(redis, [{ subject: 'team:one', version: String(one) }])))
        expect(await redis.get(versionKey('team:one'))).toBe(String(Math.max(...told)))
      }),
      { numRuns: 30 },
    )
  })

  test('are compared as numbers, not as text', async () => {
    for (const version of ['9', '10', '9']) await writeVersions(redis, [{ subject: 'catalog', version }])
    expect(await redis.get(versionKey('catalog'))).toBe('10')
  })

  test('are in force only all together', async () => {
    await writeVersions(redis, [
      { subject: 'a', version: '1' },
      { subject: 'b', version: '2' },
    ])
    expect(
      await versionsInForce(redis, [
        ['a', '1'],
        ['b', '2'],
      ]),
    ).toBe(true)
    expect(
      await versionsInForce(redis, [
        ['a', '1'],
        ['b', '1'],
      ]),
    ).toBe(false)
    expect(
      await versionsInForce(redis, [
        ['a', '1'],
        ['c', '1'],
      ]),
    ).toBe(false)
  })

  test('that are newer than a cached grant stop its next call, and a call judged meanwhile', async () => {
    await writeVersions(redis, [{ subject: 'key:one', version: '1' }])
    const versions = [['key:one', '1']] as const
    await admitted(aRequest({ versions }))
    await writeVersions(redis, [{ subject: 'key:one', version: '2' }])
    expect((await admit(redis, aRequest({ versions }))).kind).toBe('stale')
  })
})

test('a settlement is remembered longer than it may come again, and the sweeper’s as long as a gateway may pause', async () => {
  const [final, swept] = [aRequest(), aRequest()]
  await admitted(final)
  await admitted(swept)
  await settle(redis, aSettlement(final, 20), 'final')
  await settle(redis, aSettlement(swept, 20), 'sweep')
  const [slot] = await redis.keys('{gh}:settled:*')
  expect(await redis.smembers(slot!)).toEqual([final.callId])
  expect(await redis.ttl(slot!)).toBeGreaterThan(3_000)
  expect(await redis.ttl(`{gh}:swept:${swept.callId}`)).toBeGreaterThan(80_000)

  // An hour later the estimate is still corrected once only.
  await redis.del(slot!)
  expect(await settle(redis, aSettlement(swept, 30), 'final')).toBe('settled')
  expect(await settle(redis, aSettlement(swept, 30), 'final')).toBe('duplicate')
})
