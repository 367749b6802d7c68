/** Limits that several keys share, on the call path. Real Redis, PostgreSQL and simulator. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ingestEntries } from '#lib/ledger/ingest-entries.ts'
import { ensureGroup, takeNew } from '#lib/ledger/usage-stream.ts'
import type { ScopeLimits, ScopeType } from '#lib/limits/contract.ts'
import { restoreWindows } from '#lib/limits/restore-windows.ts'
import { limitWindow } from '#lib/limits/windows.ts'
import { call, eventsOf, type Answer } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
})
afterEach(() => g.change(['organisation'], async ({ db }) => void (await db.scopeLimit.deleteMany({}))))
afterAll(() => g?.close())

function limit(scopeType: ScopeType, scopeId: string, limits: ScopeLimits): Promise<void> {
  return g.change(['organisation'], async ({ db }) => {
    await db.scopeLimit.create({ data: { scopeType, scopeId, limits } })
  })
}

const calls = (key: TestKey, count: number): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, () => call(g, key, 'gpt-4o-mini')))

describe('a limit of some models', () => {
  test('counts all keys of the scope together, calls of those models alone, and says so', async () => {
    await limit('team', 'team_search', { rpd: 100, models: { 'gpt-4o-*': { rpd: 2 } } })
    const [one, two] = [await g.makeKey(), await g.makeKey()]
    expect((await call(g, one, 'gpt-4o-mini')).status).toBe(200)
    expect((await call(g, two, 'gpt-4o-mini')).status).toBe(200)
    const refused = await call(g, two, 'gpt-4o-mini')
    expect(refused.status).toBe(429)
    expect(refused.text).toContain('Team \\"Search, gpt-4o-*\\" may use 2 requests a day')
    const events = await eventsOf(g, two, 2)
    expect(events.flatMap(({ decision }) => decision.rules).find(({ passed }) => !passed)).toMatchObject({
      rule: 'rpd',
      scope: { type: 'team', id: 'team_search', name: 'Search, gpt-4o-*' },
      limit: 2,
      used: 2,
    })
    expect((await call(g, two, 'gpt-4o')).status).toBe(200)
  })

  test('of a key counts its own calls of them, and is told as the limit that refused', async () => {
    const key = await g.makeKey({ limits: { rpd: 100, models: { 'gpt-4o-*': { rpd: 1 } } } })
    expect((await call(g, key, 'gpt-4o-mini')).status).toBe(200)
    const refused = await call(g, key, 'gpt-4o-mini')
    expect(refused.status).toBe(429)
    expect(refused.text).toContain(', gpt-4o-*\\" may use 1 requests a day')
    expect((await call(g, key, 'gpt-4o')).status).toBe(200)
    expect((await call(g, await g.makeKey(), 'gpt-4o-mini')).status).toBe(200)
  })

  test('is exact under many calls at once, whichever model they name', async () => {
    await limit('organisation', 'org_small', { models: { 'gpt-*': { rpd: 25 }, 'gpt-4o': { rpd: 10 } } })
    const keys = [await g.makeKey(), await g.makeKey()]
    const models = ['gpt-4o-mini', 'gpt-4o']
    const answers = await Promise.all(
      Array.from({ length: 80 }, async (_, n) => {
        const model = models[n % 2]!
        return { model, status: (await call(g, keys[n % 3 === 0 ? 0 : 1]!, model)).status }
      }),
    )
    const served = (model: string) => answers.filter((one) => one.model === model && one.status === 200).length
    expect(served('gpt-4o') + served('gpt-4o-mini')).toBe(25)
    expect(served('gpt-4o')).toBeLessThanOrEqual(10)
  })
})

test('people of a group share its limit, whatever team they are in, from the next call on', async () => {
  await g.change(['user:user_dana'], async ({ db }) => {
    await db.user.update({ where: { id: 'user_dana' }, data: { groups: ['contractors'] } })
  })
  const [one, two] = [await g.makeKey({ kind: 'personal' }), await g.makeKey({ kind: 'personal' })]
  expect((await calls(one, 3)).every(({ status }) => status === 200)).toBe(true)
  await limit('group', 'contractors', { rpd: 4 })
  const answers = [...(await calls(one, 5)), ...(await calls(two, 5))]
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
  expect(answers.find(({ status }) => status === 429)?.text).toContain('Group \\"contractors\\" may use 4')
  await g.change(['user:user_dana'], async ({ db }) => {
    await db.user.update({ where: { id: 'user_dana' }, data: { groups: [] } })
  })
  expect((await call(g, two, 'gpt-4o-mini')).status).toBe(200)
})

test('windows that Redis lost count again what they counted: of groups, environments, tags, and models apart', async () => {
  await g.change(['user:user_cole'], async ({ db }) => {
    await db.user.update({ where: { id: 'user_cole' }, data: { groups: ['auditors of a day'] } })
  })
  const models = { 'gpt-4o': { tpd: 90_000, rph: 50 }, 'gpt-*': { rpd: 60 }, 'claude-*': { rpd: 5 } }
  await limit('group', 'auditors of a day', { rpd: 100, rph: 100, models })
  await limit('environment', 'team_search:audit', { itpd: 100_000, rpd: 100, models })
  await limit('tag', 'customer=Acme & Sons', { otpd: 100_000, models })
  const place = { ownerUserId: 'user_cole', teamId: 'team_search' }
  const [one, two] = [await g.makeKey({ place, limits: { models } }), await g.makeKey({ place })]
  await g.change(['organisation'], async ({ db }) => {
    const data = { environment: 'audit', tags: { customer: 'Acme & Sons' } }
    await db.virtualKey.updateMany({ where: { id: { in: [one.id, two.id] } }, data })
  })
  const { db, sql } = g.database
  await ensureGroup(g.redis)
  for (const model of ['gpt-4o', 'gpt-4o-mini', 'gpt-4o']) await call(g, one, model)
  await call(g, two, 'gpt-4o-mini')
  await eventsOf(g, one, 3)
  await eventsOf(g, two, 1)
  await ingestEntries({ sql, redis: g.redis, nowMs: Date.now }, await takeNew(g.redis, 'test', 1000, 1))
  expect(await db.usageEvent.count({ where: { keyId: one.id } })).toBe(3)
  // These are still on their way.
  await call(g, one, 'gpt-4o')
  await call(g, two, 'gpt-4o')
  await Promise.all([eventsOf(g, one, 1), eventsOf(g, two, 1)])

  const nowMs = Date.now()
  const { timeZone } = await db.organisation.findFirstOrThrow()
  // Should an hour end meanwhile: only windows that are still open are restored.
  const starts = (['rph', 'rpd'] as const).map((kind) => `:${limitWindow(kind, timeZone, nowMs).startMs}`)
  const windows = async (): Promise<(readonly [string, string | null])[]> => {
    const records = (await g.redis.keys('{gh}:l:*')).filter((record) => starts.some((end) => record.endsWith(end)))
    const ours = records.filter((record) => [one.id, 'audit', 'Acme'].some((word) => record.includes(word)))
    return Promise.all(ours.toSorted().map(async (record) => [record, await g.redis.get(record)] as const))
  }
  const lost = await windows()
  expect(lost.length).toBeGreaterThanOrEqual(12)
  await g.redis.del(...lost.map(([record]) => record))
  await restoreWindows({ db, sql, redis: g.redis, clock: { nowMs: () => nowMs } })
  expect((await windows()).filter(([record]) => lost.some(([name]) => name === record))).toEqual(lost)
})
