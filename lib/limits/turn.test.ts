/** Calls that share a turn are promised what each would be promised alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admit, type AdmitReply } from '#lib/limits/admit.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { limitKey } from '#lib/limits/keys.ts'
import { settle } from '#lib/limits/settle.ts'
import { always } from '#lib/limits/windows.ts'
import { defaultDeadlineMs, openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { aBudget, admitSeeded, aLimit, aRequest, aSettlement } from '#lib/testing/limits.ts'
import { freshRedisProcess, type TestRedisProcess } from '#lib/testing/services.ts'

let server: TestRedisProcess
let redis: RedisClient
beforeAll(async () => {
  server = await freshRedisProcess()
  redis = openRedis(server.url, 'call path')
  await new Promise<void>((resolve) => redis.once('ready', resolve))
  await loadFunctions(redis)
})
afterAll(async () => {
  redis?.disconnect()
  await server?.drop()
})

const kinds = (replies: readonly AdmitReply[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { kind } of replies) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

async function inOneTurn(count: number, request: (n: number) => Parameters<typeof admit>[1]): Promise<AdmitReply[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => admit(redis, request(n))))
}

describe('calls that come at once', () => {
  test('get exactly what a budget has room for, however many turns they fill', async () => {
    const budgets = [aBudget(12_000)]
    await settle(redis, aSettlement(await admittedCall({ budgets }), 0), 'final')
    expect(kinds(await inOneTurn(250, () => aRequest({ budgets })))).toEqual({ admitted: 120, budget: 130 })
  })

  test.each([
    ['rpm', 40, 40],
    ['rph', 40, 40],
    ['concurrency', 40, 40],
    ['tpm', 4_000, 40],
    ['tpd', 4_000, 40],
  ] as const)('get exactly what a limit of %s %i has room for', async (kind, limit, room) => {
    const limits = [aLimit(kind, limit)]
    expect(kinds(await inOneTurn(100, () => aRequest({ limits })))).toEqual({ admitted: room, limit: 100 - room })
  })

  test('are judged one after the other: each sees those before it', async () => {
    const limits = [aLimit('rpd', 1_000)]
    const replies = await inOneTurn(20, () => aRequest({ limits }))
    expect(replies.map((reply) => 'limits' in reply && reply.limits[0]?.used)).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    )
  })

  test('under different rules do not mix them', async () => {
    const narrow = [aLimit('rpm', 3)]
    const wide = [aLimit('rpm', 1_000)]
    const replies = await inOneTurn(40, (n) => aRequest({ limits: n % 2 === 0 ? narrow : wide }))
    expect(kinds(replies.filter((_, n) => n % 2 === 0))).toEqual({ admitted: 3, limit: 17 })
    expect(kinds(replies.filter((_, n) => n % 2 === 1))).toEqual({ admitted: 20 })
  })

  test('are not harmed by one whose record Redis cannot read', async () => {
    const broken = aLimit('concurrency', 10)
    await redis.set(limitKey(broken, always), 'no leases')
    const good = [aLimit('concurrency', 10)]
    const answers = await Promise.allSettled([good, [broken], good].map((limits) => admit(redis, aRequest({ limits }))))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[0]).toMatchObject({ value: { kind: 'admitted', limits: [{ used: 0 }] } })
    expect(answers[2]).toMatchObject({ value: { kind: 'admitted', limits: [{ used: 1 }] } })
  })
})

test('a turn that Redis cannot take for one call counts nothing twice for the others', async () => {
  const limits = [aLimit('rpm', 100), aLimit('rpd', 100)]
  const budgets = [aBudget(100_000)]
  const first = await admittedCall({ limits, budgets })
  const broken = aLimit('concurrency', 10)
  await redis.set(limitKey(broken, always), 'no leases')
  const answers = await Promise.allSettled([
    settle(redis, aSettlement(first, 40), 'final'),
    admit(redis, aRequest({ limits, budgets })),
    admit(redis, aRequest({ limits: [broken] })),
  ])
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(await admit(redis, aRequest({ limits, budgets }))).toMatchObject({
    limits: [{ used: 2 }, { used: 2 }],
    budgets: [{ spent: 40, held: 100 }],
  })
})

async function admittedCall(wish: Parameters<typeof aRequest>[0]) {
  const request = aRequest(wish)
  expect((await admitSeeded(redis, request)).kind).toBe('admitted')
  return request
}

describe('a settlement', () => {
  test('goes before the admissions of its turn', async () => {
    const budgets = [aBudget(100)]
    const limits = [aLimit('concurrency', 1)]
    const first = await admittedCall({ budgets, limits })
    const settled = settle(redis, aSettlement(first, 0), 'final')
    expect((await admit(redis, aRequest({ budgets, limits }))).kind).toBe('admitted')
    expect(await settled).toBe('settled')
  })

  test('that may linger lets a caller who is alone go first', async () => {
    const budgets = [aBudget(1_000_000)]
    const first = await admittedCall({ budgets })
    const settled = settle(redis, { ...aSettlement(first, 60), mayLinger: true }, 'final')
    expect(await admit(redis, aRequest({ budgets }))).toMatchObject({ budgets: [{ spent: 0, held: 100 }] })
    expect(await settled).toBe('settled')
  })

  test('that may linger goes along with several callers, before them', async () => {
    const budgets = [aBudget(1_000_000)]
    const first = await admittedCall({ budgets })
    const settled = settle(redis, { ...aSettlement(first, 60), mayLinger: true }, 'final')
    const replies = await inOneTurn(2, () => aRequest({ budgets }))
    expect(replies).toMatchObject([{ budgets: [{ spent: 60, held: 0 }] }, { budgets: [{ spent: 60, held: 100 }] }])
    expect(await settled).toBe('settled')
  })

  test('that may linger leaves by itself where nobody comes', async () => {
    const first = await admittedCall({ budgets: [aBudget(1_000_000)] })
    const startedMs = performance.now()
    expect(await settle(redis, { ...aSettlement(first, 60), mayLinger: true }, 'final')).toBe('settled')
    expect(performance.now() - startedMs).toBeLessThan(defaultDeadlineMs)
  })

  test('told twice in one turn counts once', async () => {
    const budgets = [aBudget(1_000_000)]
    const first = await admittedCall({ budgets })
    const twice = await Promise.all([1, 2].map(() => settle(redis, aSettlement(first, 60), 'final')))
    expect(twice).toEqual(['settled', 'duplicate'])
    expect(await admit(redis, aRequest({ budgets }))).toMatchObject({ budgets: [{ spent: 60, held: 0 }] })
  })
})

test('who waits behind a Redis that does not answer waits no longer than the deadline', async () => {
  const pausing = openRedis(server.url, 'portal')
  await pausing.call('CLIENT', 'PAUSE', 4 * defaultDeadlineMs, 'ALL')
  try {
    const waits: Promise<number>[] = []
    for (let n = 0; n < 12; n++) {
      const startedMs = performance.now()
      const failed = admit(redis, aRequest()).then(
        () => Infinity,
        () => performance.now() - startedMs,
      )
      waits.push(failed)
      await new Promise((resolve) => setTimeout(resolve, defaultDeadlineMs / 10))
    }
    for (const wait of await Promise.all(waits)) expect(wait).toBeLessThan(1.5 * defaultDeadlineMs)
  } finally {
    pausing.disconnect()
  }
})
