/** While Redis does not answer: what callers of each degraded mode meet, on a real socket. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { profilePolicy, type DegradedMode } from '#lib/policy/contract.ts'
import { call, eventsOf } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => (g = await startTestGateway()), 60_000)
afterAll(() => g?.close())

async function profileSays(degradedMode: DegradedMode): Promise<void> {
  const id = g.company.profiles.experiment
  await g.change([`profile:${id}`], async ({ db }) => {
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where: { id }, select: { policy: true } })
    await db.accessProfile.update({
      where: { id },
      data: { policy: { ...profilePolicy.parse(policy), degradedMode } },
    })
  })
}

/** Redis answers nobody meanwhile; the gateway waits for it for a second at most. */
async function whileRedisIsSilent<T>(work: () => Promise<T>): Promise<T> {
  await g.redis.call('CLIENT', 'PAUSE', '3500', 'ALL')
  const startedMs = Date.now()
  const result = await work()
  await sleep(Math.max(0, 3_700 - (Date.now() - startedMs)))
  return result
}

test('a closed key is refused with 503, and its budget is as before', async () => {
  await profileSays('closed')
  const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
  expect((await call(g, key, 'gpt-4o-mini')).status).toBe(200)
  const answer = await whileRedisIsSilent(() => call(g, key, 'gpt-4o-mini'))
  expect(answer.status).toBe(503)
  expect(answer.headers['retry-after']).toBe('2')
  expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'gateway_unavailable' } })
  await eventsOf(g, key, 2)
  expect(await g.heldOn(key)).toBe(0n)
}, 15_000)

test('an open-capped key is served, and what it cost is counted when Redis is back', async () => {
  await profileSays('open-capped')
  const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
  expect((await call(g, key, 'gpt-4o-mini')).status).toBe(200)
  const answers = await whileRedisIsSilent(async () => {
    const first = await call(g, key, 'gpt-4o-mini')
    const startedMs = performance.now()
    const second = await call(g, key, 'gpt-4o-mini')
    return { statuses: [first.status, second.status], waitedMs: performance.now() - startedMs }
  })
  expect(answers.statuses).toEqual([200, 200])
  const events = await eventsOf(g, key, 3)
  expect(events.map(({ decision }) => decision.degraded)).toEqual([false, true, true])
  expect(await g.heldOn(key)).toBe(0n)
  const spent = events.reduce((sum, { costNanos }) => sum + BigInt(costNanos ?? 0), 0n)
  const periods = await g.redis.mget(await g.redis.keys('{gh}:p:*'))
  expect(periods).toContain(`${spent} 0`)
}, 15_000)

test('an open-capped key that was revoked meanwhile is refused', async () => {
  await profileSays('open-capped')
  const key = await g.makeKey()
  expect((await call(g, key, 'gpt-4o-mini')).status).toBe(200)
  const answer = await whileRedisIsSilent(async () => {
    await g.database.db.virtualKey.update({ where: { id: key.id }, data: { status: 'revoked' } })
    return call(g, key, 'gpt-4o-mini')
  })
  expect(answer.status).toBe(401)
  expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'key_revoked' } })
}, 15_000)
