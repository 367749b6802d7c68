/** Limits that several keys share, on the call path. Real Redis, PostgreSQL and simulator. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ScopeLimits, ScopeType } from '#lib/limits/contract.ts'
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
