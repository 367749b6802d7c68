/** Alerts as the worker raises them and as people see them. Real PostgreSQL and Redis. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alertEndpoints } from '#lib/alerts/endpoints.ts'
import { countWaitingAlerts } from '#lib/alerts/list-alerts.ts'
import type { AlertView } from '#lib/alerts/contract.ts'
import type { Actor, Role } from '#lib/identity/contract.ts'
import { raiseAlerts, raiseSlowAlerts } from '#lib/jobs/raise-alerts.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { ensurePartitions, insertEvents } from '#lib/ledger/store.ts'
import { budgetEndpoints } from '#lib/limits/budget-endpoints.ts'
import { budgetKey } from '#lib/limits/keys.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.UTC(2026, 10, 16, 10, 30)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const dollar = 1_000_000_000n

let fixture: TestContext
let ask: Ask
const people: Partial<Record<string, Actor>> = {}
const who = (name: string): Actor => people[name]!
const inRole = (role: Role): Actor => ({
  ...who('Finn'),
  id: `user_${role}`,
  roles: new Set([role]),
  teamIds: [],
})

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { context } = fixture
  await createSmallCompany(context.db, nowMs)
  for (const name of ['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const) people[name] = await actorNamed(context.db, name)
  people.Sam = inRole('sre')
  people.Vera = inRole('viewer')
  people.Audrey = inRole('auditor')
  await context.db.provider.create({
    data: { id: 'prov_openai', name: 'openai', displayName: 'OpenAI', kind: 'openai', baseUrl: 'http://127.0.0.1:9' },
  })
  await ensurePartitions(context.sql, new Date(nowMs - 40 * dayMs), new Date(nowMs + dayMs))
  ask = apiOf(context, [...alertEndpoints, ...budgetEndpoints])
})
afterAll(() => fixture.close())
beforeEach(async () => {
  fixture.setNow(nowMs)
  const { db, redis } = fixture.context
  await db.alert.deleteMany()
  await db.budget.deleteMany()
  await db.virtualKey.deleteMany()
  await db.$executeRaw`TRUNCATE usage_hourly, usage_daily`
  for (const key of await redis.keys('{gh}:p:*')) await redis.del(key)
})

type Dims = { key?: string; user?: string | null; team?: string; at: number; usd: number; calls?: number }

/** Books use in both rollups, as ingestion does. */
async function book({ key = 'key_x', user = null, team = 'team_search', at, usd, calls = 1 }: Dims): Promise<void> {
  const nanos = BigInt(Math.round(usd * 1e9))
  for (const [table, length] of [
    ['usage_hourly', hourMs],
    ['usage_daily', dayMs],
  ] as const) {
    await fixture.context.sql.query(
      `INSERT INTO ${table} (start, dims_hash, key_id, user_id, team_id, business_unit_id, tags, calls, refused,
         input_tokens, cached_tokens, output_tokens, cost_nanos, estimated_calls, environment, groups)
       VALUES ($1, $2, $3, $4, $5, 'bu_logistics', '{"customer": "Acme"}', $6, 0, 1, 0, 1, $7, 0, 'production', '["eng-search"]')`,
      [new Date(at - (at % length)), randomBytes(16), key, user, team, calls, nanos],
    )
  }
}

async function aBudget(body: Record<string, unknown> = {}): Promise<string> {
  const given = { scopeType: 'team', scopeId: 'team_search', amountUsd: '100', period: 'month', ...body }
  const answer = await ask(who('Ada'), 'POST', '/budgets', given)
  expect([answer.status, answer.body.errors]).toEqual([201, undefined])
  return String(answer.body.id)
}

async function aKey(id: string, differences: Record<string, unknown> = {}): Promise<void> {
  const { db } = fixture.context
  const profile = await db.accessProfile.findFirstOrThrow({ select: { id: true } })
  await db.virtualKey.create({
    data: {
      id,
      name: id,
      kind: 'personal',
      teamId: 'team_search',
      ownerUserId: 'user_dana',
      profileId: profile.id,
      createdBy: 'test',
      createdAt: new Date(nowMs - 90 * dayMs),
      lastUsedAt: new Date(nowMs - dayMs),
      ...differences,
    },
  })
}

async function seenBy(actor: Actor, query = ''): Promise<AlertView[]> {
  const answer = await ask(actor, 'GET', `/alerts${query}`)
  expect(answer.status).toBe(200)
  return answer.body.data as AlertView[]
}
const words = (alerts: readonly AlertView[]) =>
  alerts.map(({ kind, subject, threshold, state }) => [kind, subject.id, threshold, state].join(' '))

describe('a budget that passes its thresholds', () => {
  test('raises each once a period, however many workers look, and the higher one takes over', async () => {
    const id = await aBudget()
    await book({ at: nowMs - hourMs, usd: 80 })
    const runs = await Promise.all(Array.from({ length: 4 }, () => raiseAlerts(fixture.context)))
    expect(runs.reduce((sum, { raised }) => sum + raised, 0)).toBe(1)
    expect(words(await seenBy(who('Ada')))).toEqual(['budget_threshold team_search 75 open'])
    expect(await countWaitingAlerts(fixture.context, who('Ada'))).toBe(0)

    await book({ at: nowMs - hourMs, usd: 15 })
    fixture.setNow(nowMs + 60_000)
    expect(await raiseAlerts(fixture.context)).toEqual({ raised: 1, open: 1, closed: 1 })
    expect(await raiseAlerts(fixture.context)).toEqual({ raised: 0, open: 1, closed: 0 })
    const [alert] = await seenBy(who('Ada'))
    expect(alert).toMatchObject({
      kind: 'budget_threshold',
      level: 'warning',
      threshold: 90,
      budgetId: id,
      subject: { type: 'team', id: 'team_search', name: 'Search' },
      facts: { spentUsd: '95', heldUsd: '0', amountUsd: '100', period: 'month' },
    })
    expect(await countWaitingAlerts(fixture.context, who('Ada'))).toBe(1)
  })

  test('is judged by what the call path has counted, where it has', async () => {
    const id = await aBudget()
    const window = budgetWindow('month', 'Europe/Berlin', nowMs)
    await fixture.context.redis.set(budgetKey({ id }, window), `${99n * dollar} ${1n * dollar}`)
    await raiseAlerts(fixture.context)
    expect((await seenBy(who('Ada')))[0]?.facts).toMatchObject({ spentUsd: '99', heldUsd: '1' })
    expect((await ask(who('Ada'), 'GET', `/budgets/${id}`)).body).toMatchObject({ spentUsd: '99', heldUsd: '1' })
  })

  test('closes when the budget is raised, and comes back as the same alert', async () => {
    const id = await aBudget()
    await book({ at: nowMs - hourMs, usd: 80 })
    await raiseAlerts(fixture.context)
    const [first] = await seenBy(who('Ada'))
    await ask(who('Ada'), 'POST', `/alerts/${first!.id}/acknowledge`)
    await ask(who('Ada'), 'PATCH', `/budgets/${id}`, { amountUsd: '1000' })
    fixture.setNow(nowMs + 60_000)
    expect(await raiseAlerts(fixture.context)).toEqual({ raised: 0, open: 0, closed: 1 })
    expect(words(await seenBy(who('Ada')))).toEqual([])
    expect(words(await seenBy(who('Ada'), '?filter[state]=closed'))).toEqual(['budget_threshold team_search 75 closed'])

    await ask(who('Ada'), 'PATCH', `/budgets/${id}`, { amountUsd: '100' })
    expect((await raiseAlerts(fixture.context)).raised).toBe(0)
    const [again] = await seenBy(who('Ada'))
    expect(again).toMatchObject({ id: first!.id, openedAt: first!.openedAt, state: 'open' })
  })

  test('begins anew with the next period', async () => {
    await aBudget({ period: 'day' })
    await book({ at: nowMs - hourMs, usd: 80 })
    await raiseAlerts(fixture.context)
    fixture.setNow(nowMs + dayMs)
    expect(await raiseAlerts(fixture.context)).toEqual({ raised: 0, open: 0, closed: 1 })
    await book({ at: nowMs + dayMs - hourMs, usd: 76 })
    expect((await raiseAlerts(fixture.context)).raised).toBe(1)
  })

  test('has the thresholds that it was given, and none where it was given none', async () => {
    const id = await aBudget({ thresholds: [50, 20, 50] })
    await book({ at: nowMs - hourMs, usd: 30 })
    await raiseAlerts(fixture.context)
    expect(words(await seenBy(who('Ada')))).toEqual(['budget_threshold team_search 20 open'])
    expect((await ask(who('Ada'), 'PATCH', `/budgets/${id}`, { thresholds: [] })).body.thresholds).toEqual([])
    fixture.setNow(nowMs + 60_000)
    expect(await raiseAlerts(fixture.context)).toEqual({ raised: 0, open: 0, closed: 1 })
  })

  test('for each member is one alert for each person', async () => {
    await aBudget({ perMember: true, amountUsd: '10' })
    await book({ at: nowMs - hourMs, usd: 9.5, user: 'user_dana' })
    await book({ at: nowMs - hourMs, usd: 5, user: 'user_cole' })
    await raiseAlerts(fixture.context)
    expect(words(await seenBy(who('Tess')))).toEqual(['budget_threshold user_dana 90 open'])
    expect(words(await seenBy(who('Dana')))).toHaveLength(1)
    expect(words(await seenBy(who('Cole')))).toEqual([])
  })
})

describe('a budget that will not last', () => {
  test('says so, with the day, from four weeks of history', async () => {
    await aBudget({ amountUsd: '250' })
    for (let ago = 0; ago <= 28; ago++) await book({ at: nowMs - hourMs - ago * dayMs, usd: 10 })
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ raised: 1 })
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ raised: 0, open: 1 })
    const [alert] = await seenBy(who('Tess'))
    expect(alert).toMatchObject({ kind: 'budget_forecast', level: 'warning', facts: { reachesOn: '2026-11-25' } })
  })

  test('of each member is judged from that person’s calls in the team, and told to them', async () => {
    await aBudget({ perMember: true, amountUsd: '250' })
    for (let ago = 0; ago <= 28; ago++) {
      const at = nowMs - hourMs - ago * dayMs
      await book({ at, usd: 10, user: 'user_dana' })
      await book({ at, usd: 4, user: 'user_cole' })
      await book({ at, usd: 10, user: 'user_cole', team: 'team_platform' })
    }
    await raiseSlowAlerts(fixture.context)
    const [alert, ...others] = await seenBy(who('Dana'))
    expect(others).toEqual([])
    expect(alert).toMatchObject({
      kind: 'budget_forecast',
      subject: { type: 'user', id: 'user_dana' },
      facts: { reachesOn: '2026-11-25', perMemberOf: 'Search' },
    })
    expect(words(await seenBy(who('Cole')))).toEqual([])
    expect(words(await seenBy(who('Tess')))).toEqual(['budget_forecast user_dana  open'])
  })

  test.each([
    ['environment', 'team_search:production'],
    ['group', 'eng-search'],
    ['tag', 'customer=Acme'],
  ])('of a %s warns, and is at its threshold, like any other', async (scopeType, scopeId) => {
    await aBudget({ scopeType, scopeId, amountUsd: '250', thresholds: [50] })
    for (let ago = 0; ago <= 28; ago++) await book({ at: nowMs - hourMs - ago * dayMs, usd: 10 })
    await raiseSlowAlerts(fixture.context)
    await raiseAlerts(fixture.context)
    expect(words(await seenBy(who('Ada'))).toSorted()).toEqual([
      `budget_forecast ${scopeId}  open`,
      `budget_threshold ${scopeId} 50 open`,
    ])
    expect((await seenBy(who('Dana'))).length).toBe(scopeType === 'environment' ? 2 : 0)
  })

  test('of the organisation is judged from everybody', async () => {
    await aBudget({ scopeType: 'organisation', scopeId: undefined, amountUsd: '250' })
    for (let ago = 0; ago <= 28; ago++)
      await book({ at: nowMs - hourMs - ago * dayMs, usd: 10, team: ago % 2 ? 'team_platform' : 'team_search' })
    await raiseSlowAlerts(fixture.context)
    expect(words(await seenBy(who('Finn')))).toEqual(['budget_forecast org_small  open'])
    expect(words(await seenBy(who('Dana')))).toEqual([])
  })
})

describe('use unlike its own history', () => {
  test('is told of the key, not of its team too, once a day', async () => {
    await aKey('key_wild')
    for (let ago = 2; ago < 100; ago++)
      await book({ key: 'key_wild', user: 'user_dana', at: nowMs - ago * hourMs, usd: 1 })
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ raised: 0 })
    await book({ key: 'key_wild', user: 'user_dana', at: nowMs - hourMs, usd: 30 })
    await raiseSlowAlerts(fixture.context)
    const alerts = await seenBy(who('Ada'))
    expect(words(alerts)).toEqual(['anomaly key_wild  open'])
    expect(alerts[0]?.facts).toMatchObject({ measure: 'spend', window: 'hour', value: '30', usual: '1' })
    fixture.setNow(nowMs + 3 * hourMs)
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ open: 0, closed: 1 })
  })
})

describe('keys and providers', () => {
  test('a key that ends and one that rests are told to their owner; extending and using closes it', async () => {
    await aKey('key_ends', { expiresAt: new Date(nowMs + 2 * dayMs) })
    await aKey('key_rests', { lastUsedAt: new Date(nowMs - 31 * dayMs) })
    await aKey('key_revoked', { lastUsedAt: null, status: 'revoked' })
    await raiseSlowAlerts(fixture.context)
    expect(words(await seenBy(who('Dana'))).toSorted()).toEqual([
      'key_ending key_ends 3 open',
      'key_idle key_rests  open',
    ])
    // The nearer threshold is another alert, once, and takes over from the one before.
    fixture.setNow(nowMs + 1.5 * dayMs)
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ raised: 1, open: 2, closed: 1 })
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ raised: 0, open: 2, closed: 0 })
    expect(words(await seenBy(who('Dana')))).toContain('key_ending key_ends 1 open')
    await fixture.context.db.virtualKey.updateMany({
      data: { expiresAt: new Date(nowMs + 60 * dayMs), lastUsedAt: new Date(nowMs) },
    })
    expect(await raiseSlowAlerts(fixture.context)).toMatchObject({ open: 0, closed: 2 })
  })

  test('a provider that fails is told to those who run it, and closes when it works', async () => {
    // The ledger keeps what is in it: a time of its own for this test.
    const then = nowMs - 5 * dayMs
    fixture.setNow(then)
    const failed = Array.from({ length: 12 }, (_, i) => {
      const event = anEvent({ at: then - 60_000 - i })
      return { ...event, attempts: event.attempts.map((attempt) => ({ ...attempt, status: 503 })) }
    })
    const readings = failed.map((event) => readEntry(JSON.stringify(event), then))
    await insertEvents(
      fixture.context.sql,
      readings.flatMap((one) => (one.kind === 'event' ? [one.row] : [])),
    )
    await raiseAlerts(fixture.context)
    const [alert] = await seenBy(who('Sam'))
    expect(alert).toMatchObject({
      kind: 'provider_trouble',
      level: 'critical',
      subject: { type: 'provider', name: 'OpenAI' },
      facts: { tries: 12, failed: 12 },
    })
    expect(words(await seenBy(who('Tess')))).toEqual([])
    fixture.setNow(then + 15 * 60_000)
    expect(await raiseAlerts(fixture.context)).toMatchObject({ open: 0, closed: 1 })
  })
})

describe('the management API', () => {
  test('shows and lets acknowledge to each persona what is theirs', async () => {
    await aKey('key_ends', { expiresAt: new Date(nowMs + 2 * dayMs) })
    await aKey('key_of_team', { kind: 'team', ownerUserId: null, expiresAt: new Date(nowMs + 2 * dayMs) })
    await aBudget()
    await book({ at: nowMs - hourMs, usd: 95 })
    await raiseAlerts(fixture.context)
    await raiseSlowAlerts(fixture.context)
    const all = ['budget_threshold team_search', 'key_ending key_ends', 'key_ending key_of_team']
    const expected: Record<string, string[]> = {
      Ada: all,
      Audrey: all,
      Tess: all,
      Dana: all,
      Cole: [all[0]!, all[2]!],
      Finn: [all[0]!],
      Sam: [],
      Vera: [],
    }
    for (const [name, visible] of Object.entries(expected)) {
      const seen = await seenBy(who(name))
      expect([name, ...seen.map(({ kind, subject }) => `${kind} ${subject.id}`).toSorted()]).toEqual([name, ...visible])
    }
    const acknowledge = async (name: string, kind: string) => {
      const alert = (await seenBy(who('Ada'))).find((one) => `${one.kind} ${one.subject.id}` === kind)!
      const { status } = await ask(who(name), 'POST', `/alerts/${alert.id}/acknowledge`)
      const theirs = (await seenBy(who(name))).find(({ id }) => id === alert.id)
      return [status, theirs?.mayAcknowledge ?? null]
    }
    expect(await acknowledge('Vera', all[0]!)).toEqual([404, null])
    expect(await acknowledge('Sam', all[0]!)).toEqual([404, null])
    expect(await acknowledge('Audrey', all[0]!)).toEqual([403, false])
    expect(await acknowledge('Dana', all[0]!)).toEqual([403, false])
    expect(await acknowledge('Dana', all[1]!)).toEqual([200, false])
    expect(await acknowledge('Tess', all[0]!)).toEqual([200, false])
    expect(await acknowledge('Tess', all[0]!)).toEqual([200, false])
    expect(words(await seenBy(who('Ada'), '?filter[state]=open'))).toEqual(['key_ending key_of_team 3 open'])
    expect(await countWaitingAlerts(fixture.context, who('Ada'))).toBe(1)
    expect(
      await fixture.context.db.auditEntry.findMany({
        where: { action: 'alert.acknowledge' },
        select: { actorName: true },
        orderBy: { seq: 'desc' },
        take: 2,
      }),
    ).toEqual([{ actorName: 'Tess' }, { actorName: 'Dana' }])
  })

  test.each(['-level', '-openedAt'])('pages by cursor in the order of %s, each alert once', async (sort) => {
    for (let n = 0; n < 5; n++) await aKey(`key_${n}`, { expiresAt: new Date(nowMs + (5 - n) * dayMs) })
    await raiseSlowAlerts(fixture.context)
    const seen: AlertView[] = []
    for (let cursor = ''; ;) {
      const { body } = await ask(who('Ada'), 'GET', `/alerts?limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`)
      seen.push(...(body.data as AlertView[]))
      if (typeof body.nextCursor !== 'string') break
      cursor = body.nextCursor
    }
    expect(seen.map(({ subject }) => subject.id).toSorted()).toEqual(['key_0', 'key_1', 'key_2', 'key_3', 'key_4'])
    // Those that end within three days come first.
    const gravest = seen.slice(0, 3).map(({ subject }) => subject.id)
    expect(sort !== '-level' || gravest.toSorted().join() === 'key_2,key_3,key_4').toBe(true)
  })

  test.each([
    '?filter[state]=asleep',
    '?filter[kind]=x',
    '?filter[level]=loud',
    '?sort=name',
    '?cursor=x',
    '?filter[x]=1',
  ])('refuses %s', async (query) => expect((await ask(who('Ada'), 'GET', `/alerts${query}`)).status).toBe(422))

  test('stands every nasty string', async () => {
    for (const text of nastyStrings) {
      for (const name of ['q', 'filter[subjectId]', 'cursor']) {
        const { status } = await ask(
          who('Ada'),
          'GET',
          `/alerts?${name}=${encodeURIComponent(Buffer.from(text).toString())}`,
        )
        expect([200, 400, 414, 422], `${name} ${text.slice(0, 20)}`).toContain(status)
      }
    }
  })
})
