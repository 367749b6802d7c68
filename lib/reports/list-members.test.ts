/** Who of a team sees whom, with what they have and spend in it. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import { memberBudgetId } from '#lib/limits/rules/member-budget-id.ts'
import { budgetKey } from '#lib/limits/keys.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { memberEndpoints } from '#lib/reports/member-endpoints.ts'
import type { MemberView } from '#lib/reports/members-contract.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 16, 10, 30)
const dayMs = 86_400_000
const dollar = 1_000_000_000n
let fixture: TestContext
let ask: Ask
const people: Record<string, Actor> = {}

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db } = fixture.context
  await createSmallCompany(db, nowMs)
  for (const name of ['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const) people[name] = await actorNamed(db, name)
  ask = apiOf(fixture.context, memberEndpoints)
  const { id: profileId } = await db.accessProfile.findFirstOrThrow({ select: { id: true } })
  const key = (id: string, differences: object) => ({
    id,
    name: id,
    kind: 'personal',
    teamId: 'team_search',
    ownerUserId: 'user_dana',
    profileId,
    createdBy: 'test',
    createdAt: new Date(nowMs - 90 * dayMs),
    ...differences,
  })
  await db.virtualKey.createMany({
    data: [
      key('laptop', { lastUsedAt: new Date(nowMs - dayMs) }),
      key('old', { status: 'revoked', lastUsedAt: new Date(nowMs - 9 * dayMs) }),
      key('over', { expiresAt: new Date(nowMs - dayMs) }),
      key('elsewhere', { teamId: 'team_platform' }),
    ],
  })
  await book('user_dana', 'team_search', 7, nowMs - dayMs)
  await book('user_dana', 'team_platform', 50, nowMs - dayMs)
  await book('user_tess', 'team_search', 3, nowMs - dayMs)
  await book('user_tess', 'team_search', 90, nowMs - 40 * dayMs)
})
afterAll(() => fixture.close())

async function book(user: string, team: string, usd: number, at: number): Promise<void> {
  await fixture.context.sql.query(
    `INSERT INTO usage_hourly (start, dims_hash, key_id, user_id, team_id, tags, calls, refused, input_tokens, cached_tokens,
       output_tokens, cost_nanos, estimated_calls)
     VALUES ($1, $2, 'key_x', $3, $4, '{}', 1, 0, 1, 0, 1, $5, 0)`,
    [new Date(at - (at % 3_600_000)), randomBytes(16), user, team, BigInt(usd) * dollar],
  )
}

const read = (name: string, query = '') => ask(people[name]!, 'GET', `/teams/team_search/members${query}`)
const seen = async (name: string, query = '') =>
  ((await read(name, query)).body.data as MemberView[]).map(({ user, spentUsd }) => `${user.name} ${spentUsd}`)

describe('the members of a team', () => {
  test('are told to its lead with their keys, what they spent in it this month and when they called last', async () => {
    expect(await seen('Tess')).toEqual(['Dana 7', 'Tess 3', 'Cole 0'])
    const { body } = await read('Tess', '?q=dana')
    expect(body.data).toMatchObject([
      {
        user: { id: 'user_dana' },
        isLead: false,
        keys: 1,
        firstKeys: [{ name: 'laptop' }],
        lastCallAt: new Date(nowMs - dayMs).toISOString(),
        budget: null,
      },
    ])
  })

  test('are told to admins and finance; a member sees themself, and a stranger no team', async () => {
    expect(await seen('Ada')).toHaveLength(3)
    expect(await seen('Finn')).toHaveLength(3)
    expect(await seen('Dana')).toEqual(['Dana 7'])
    expect((await ask(people.Dana!, 'GET', '/teams/team_platform/members')).status).toBe(404)
  })

  test.each(['-spent', 'spent', 'name', '-name'])('are paged in the order of %s, each once', async (sort) => {
    const names: string[] = []
    for (let cursor = ''; ;) {
      const { body } = await read('Ada', `?limit=1&sort=${sort}${cursor && `&cursor=${cursor}`}`)
      names.push(...(body.data as MemberView[]).map(({ user }) => user.name))
      if (typeof body.nextCursor !== 'string') break
      cursor = body.nextCursor
    }
    const upward = sort.endsWith('spent') ? ['Cole', 'Tess', 'Dana'] : ['Cole', 'Dana', 'Tess']
    expect(names).toEqual(sort.startsWith('-') ? upward.toReversed() : upward)
  })

  test('have the budget for each of them, by what the call path has counted', async () => {
    const { db, redis } = fixture.context
    await db.budget.create({
      data: {
        id: 'bud_each',
        scopeType: 'team',
        scopeId: 'team_search',
        amountNanos: 20n * dollar,
        period: 'month',
        posture: 'hard',
        timeZone: 'Europe/Berlin',
        perMember: true,
        createdAt: new Date(nowMs),
      },
    })
    const window = budgetWindow('month', 'Europe/Berlin', nowMs)
    const danas = budgetKey({ id: memberBudgetId('bud_each', 'user_dana') }, window)
    await redis.set(danas, `${8n * dollar} ${2n * dollar}`)
    expect((await read('Tess')).body.data).toMatchObject([
      { user: { name: 'Dana' }, spentUsd: '8', budget: { amountUsd: '20', heldUsd: '2', period: 'month' } },
      { user: { name: 'Tess' }, spentUsd: '3', budget: { amountUsd: '20', heldUsd: '0' } },
      { user: { name: 'Cole' }, spentUsd: '0', budget: { amountUsd: '20', heldUsd: '0' } },
    ])
  })

  test('stand every nasty string', async () => {
    for (const text of nastyStrings) {
      for (const name of ['q', 'cursor', 'sort']) {
        const { status } = await read('Ada', `?${name}=${encodeURIComponent(Buffer.from(text).toString())}`)
        expect([200, 400, 414, 422], `${name} ${text.slice(0, 20)}`).toContain(status)
      }
    }
  })
})
