/** The log and the receipt tell what the ledger holds, to those who may know. Real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { insertEvents } from '#lib/ledger/store.ts'
import { AppError } from '#lib/platform/errors.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { decisionIdOf } from '#lib/platform/ids.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import { listCallsQuery, type CallItem } from '#lib/reports/calls-contract.ts'
import { usageQuery } from '#lib/reports/contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'
import { readReceipt } from '#lib/reports/read-receipt.ts'
import { readUsage } from '#lib/reports/read-usage.ts'
import { freshDatabase, type TestDatabase } from '#lib/testing/services.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.now()
let service: TestDatabase
let database: Database
let events: UsageEvent[]
let interrupted: UsageEvent
let dana: Actor
let tess: Actor
let cole: Actor

async function book(booked: readonly UsageEvent[]): Promise<void> {
  const readings = booked.map((event) => readEntry(JSON.stringify(event), nowMs))
  await insertEvents(
    database.sql,
    readings.flatMap((reading) => (reading.kind === 'event' ? [reading.row] : [])),
  )
}

beforeAll(async () => {
  service = await freshDatabase()
  database = openDatabase(service.url)
  const { profiles } = await createSmallCompany(database.db)
  dana = await actorNamed(database.db, 'Dana')
  tess = await actorNamed(database.db, 'Tess')
  cole = await actorNamed(database.db, 'Cole')
  events = Array.from({ length: 120 }, (_, n) =>
    anEvent({
      at: nowMs - n * 60_000,
      userId: ['user_dana', null, 'user_cole'][n % 3]!,
      teamId: n % 4 === 0 ? 'team_platform' : 'team_search',
      keyId: `key_${n % 3}`,
      model: n % 2 === 0 ? 'gpt-4o' : 'gpt-4o-mini',
      outcome: n % 10 === 0 ? 'refused' : 'served',
      status: n % 10 === 0 ? 429 : 200,
      errorCode: n % 10 === 0 ? 'insufficient_quota' : null,
      profileId: profiles.experiment,
    }),
  )
  interrupted = anEvent({
    at: nowMs - 500_000,
    outcome: 'interrupted',
    status: 502,
    errorCode: 'gateway_interrupted',
    estimated: true,
    estimatedWhy: 'the gateway stopped',
    tokens: { input: 100 },
    costNanos: '15000',
    priceLines: [{ unit: 'input', quantity: 100, nanosPerMillion: 150_000_000 }],
    userId: 'user_dana',
  })
  const truth: UsageEvent = {
    ...interrupted,
    id: `adj_${interrupted.id.slice(5)}`,
    kind: 'adjustment',
    adjusts: interrupted.id,
    outcome: 'served',
    status: 200,
    errorCode: null,
    estimated: false,
    estimatedWhy: null,
    tokens: { input: -20, output: 30 },
    costNanos: '15000',
    priceLines: [
      { unit: 'input', quantity: -20, nanosPerMillion: 150_000_000 },
      { unit: 'output', quantity: 30, nanosPerMillion: 600_000_000 },
    ],
  }
  await book([...events, interrupted, truth])
})
afterAll(async () => {
  await database.close()
  await service.drop()
})

const list = (query: object = {}, actor: Actor = bootstrap) =>
  listCalls({ sql: database.sql }, actor, listCallsQuery.parse(query))
const receiptOf = (id: string, actor: Actor = bootstrap) =>
  readReceipt({ sql: database.sql, db: database.db }, actor, id)

async function all(query: object = {}, actor: Actor = bootstrap): Promise<CallItem[]> {
  const calls: CallItem[] = []
  let cursor: string | undefined
  do {
    const page = await list({ ...query, limit: '33', ...(cursor ? { cursor } : {}) }, actor)
    calls.push(...page.data)
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return calls
}

describe('the log of calls', () => {
  test('is newest first, page by page, each call once, corrections not as calls', async () => {
    const calls = await all()
    expect(calls).toHaveLength(121)
    expect(new Set(calls.map(({ id }) => id)).size).toBe(121)
    const times = calls.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  })

  test('adds up to what usage says', async () => {
    const sum = (await all()).reduce((total, { costUsd }) => total + nanosOfUsd(costUsd), 0n)
    const { totals } = await readUsage(
      { sql: database.sql, clock: { nowMs: () => nowMs } },
      bootstrap,
      usageQuery.parse({}),
    )
    expect(nanosOfUsd(totals.costUsd)).toBe(sum)
  })

  test.each<[string, object, (event: UsageEvent) => boolean]>([
    ['key', { filter: { key: ['key_1'] } }, ({ keyId }) => keyId === 'key_1'],
    ['person', { filter: { user: ['user_cole'] } }, ({ userId }) => userId === 'user_cole'],
    [
      'team and model',
      { filter: { team: ['team_platform'], model: ['gpt-4o'] } },
      ({ teamId, model }) => teamId === 'team_platform' && model === 'gpt-4o',
    ],
    ['outcome', { filter: { outcome: ['refused'] } }, ({ outcome }) => outcome === 'refused'],
    ['status', { filter: { status: ['429', '503'] } }, ({ status }) => status === 429],
    ['error code', { filter: { code: ['insufficient_quota'] } }, ({ errorCode }) => errorCode === 'insufficient_quota'],
    [
      'error code in the search box',
      { q: 'insufficient_quota' },
      ({ errorCode }) => errorCode === 'insufficient_quota',
    ],
    [
      'time',
      { from: new Date(nowMs - 30 * 60_000).toISOString(), to: new Date(nowMs - 10 * 60_000).toISOString() },
      ({ at }) => at >= nowMs - 30 * 60_000 && at < nowMs - 10 * 60_000,
    ],
  ])('is filtered by %s', async (_title, query, isMeant) => {
    const expected = [...events, interrupted].filter(isMeant).map(({ id }) => id)
    expect((await all(query)).map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
  })

  test('finds a call by its id and by the id of its decision', async () => {
    const { id } = events[17]!
    expect((await all({ q: id })).map((call) => call.id)).toEqual([id])
    expect((await all({ q: decisionIdOf(id) })).map((call) => call.id)).toEqual([id])
  })

  test('shows people their own calls and those that nobody owns in their team, leads the team', async () => {
    const search = events.filter(({ teamId }) => teamId === 'team_search')
    const ofDana = (await all({}, dana)).map(({ id }) => id)
    expect(ofDana.toSorted()).toEqual(
      [
        ...events.filter(({ userId }) => userId === 'user_dana'),
        ...search.filter(({ userId }) => userId === null),
        interrupted,
      ]
        .map(({ id }) => id)
        .toSorted(),
    )
    expect((await all({}, tess)).length).toBe(search.length + 1)
    expect((await all({}, { ...cole, teamIds: [] })).every(({ principal }) => principal?.id === 'user_cole')).toBe(true)
  })

  test.each([
    [{ filter: { colour: ['red'] } }],
    [{ filter: { outcome: ['lost'] } }],
    [{ filter: { status: ['abc'] } }],
    [{ limit: '500' }],
    [{ from: 'now' }],
  ])('refuses %o', (query) => {
    expect(listCallsQuery.safeParse(query).success).toBe(false)
  })

  test('refuses a cursor of nobody’s making, and takes hostile values for values', async () => {
    await expect(list({ cursor: 'abc' })).rejects.toBeInstanceOf(AppError)
    expect(await all({ filter: { key: [`' OR 1=1 --`] }, q: `$1; DROP TABLE usage_event` })).toEqual([])
  })
})

describe('the receipt', () => {
  test('has every figure of the call, exact', async () => {
    const call = events[1]!
    expect(await receiptOf(call.id)).toMatchObject({
      id: call.id,
      outcome: 'served',
      status: 200,
      model: 'gpt-4o-mini',
      costUsd: '0.000027',
      priceVersion: 'price_one',
      tokens: { input: 100, cachedRead: 0, cacheWrite: 0, output: 20, reasoning: 0 },
      priceLines: [
        { unit: 'input', quantity: 100, usdPerMillion: '0.15', usd: '0.000015' },
        { unit: 'output', quantity: 20, usdPerMillion: '0.6', usd: '0.000012' },
      ],
      principal: { type: 'team', id: 'team_search', name: 'Search' },
      profile: { name: 'Experiment', version: 1 },
      decisionId: decisionIdOf(call.id),
      timing: { totalMs: 42 },
      adjustments: [],
    })
  })

  test('shows the values that rules had at that moment, money in USD', async () => {
    const { rules } = await receiptOf(events[1]!.id)
    expect(rules[0]).toMatchObject({ rule: 'budget', passed: true, resetsAt: expect.stringMatching(/Z$/) as string })
  })

  test('contains what was corrected later', async () => {
    expect(await receiptOf(interrupted.id)).toMatchObject({
      outcome: 'served',
      status: 200,
      estimated: false,
      costUsd: '0.00003',
      tokens: { input: 80, output: 30 },
      priceLines: [{ usd: '0.000012' }, { usd: '0.000018' }],
      adjustments: [{ kind: 'adjustment', costUsd: '0.000015' }],
    })
  })

  test('never names a credential', async () => {
    expect(JSON.stringify(await receiptOf(events[1]!.id))).not.toContain('cred_')
  })

  test.each(['call_00000000000000000000000000', 'call_x', 'nonsense', `call_' OR 1=1`, ''])(
    'of "%s" is not found',
    async (id) => {
      await expect(receiptOf(id)).rejects.toMatchObject({ code: 'not_found' })
    },
  )

  test('of somebody else is not found, as if it did not exist', async () => {
    const foreign = events.find(({ userId, teamId }) => userId === 'user_cole' && teamId === 'team_platform')!
    await expect(receiptOf(foreign.id, dana)).rejects.toMatchObject({ code: 'not_found' })
    await expect(receiptOf(foreign.id, cole)).resolves.toMatchObject({ id: foreign.id })
  })
})
