/** What the overview says agrees with the ledger, and is only told to those who may know. Real PostgreSQL and Redis. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor, Role } from '#lib/identity/contract.ts'
import { usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { insertEvents } from '#lib/ledger/store.ts'
import { budgetKey, openHolds } from '#lib/limits/keys.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { readOverview, readProviderHealth } from '#lib/reports/overview.ts'
import { actorNamed, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.UTC(2026, 10, 21, 12, 30)
const hour = 3_600_000
const day = 24 * hour

let fixture: TestContext
let company: SmallCompany
let ada: Actor
const withRoles = (...roles: Role[]): Actor => ({
  ...ada,
  id: 'user_dana',
  roles: new Set(roles),
  teamIds: [],
  leadOf: [],
})

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, sql } = fixture.context
  company = await createSmallCompany(db)
  ada = await actorNamed(db, 'Ada')
  await db.provider.createMany({
    data: [
      {
        id: 'prov_openai',
        name: 'openai',
        displayName: 'OpenAI',
        kind: 'openai',
        baseUrl: 'https://api.openai.com/v1',
      },
      {
        id: 'prov_other',
        name: 'other',
        displayName: 'Other',
        kind: 'openai_compatible',
        baseUrl: 'https://other.example/v1',
      },
    ],
  })
  await insertEvents(
    sql,
    theEvents()
      .map((event) => readEntry(JSON.stringify(event), nowMs))
      .flatMap((reading) => (reading.kind === 'event' ? [reading.row] : [])),
  )
})
afterAll(() => fixture.close())

/** Today 20 served calls, one that failed over from `other`, one refused; 10 calls the day before; one a month ago. */
function theEvents(): UsageEvent[] {
  const served = Array.from({ length: 20 }, (_, n) =>
    anEvent({
      at: nowMs - n * hour,
      environment: n < 5 ? 'production' : 'development',
      costNanos: '1000000000',
      stream: true,
      timing: { admittedMs: 1 + n / 10, firstByteMs: 101, totalMs: 900 },
    }),
  )
  const [attempt] = anEvent().attempts
  const failedOver = anEvent({
    at: nowMs - 2 * hour,
    costNanos: '500000000',
    attempts: [
      { ...attempt!, provider: 'other', status: 429, error: null },
      { ...attempt!, provider: 'openai', startMs: 50, durationMs: 200 },
    ],
  })
  const refused = anEvent({
    at: nowMs - 3 * hour,
    outcome: 'refused',
    status: 429,
    errorCode: 'rate_limit_exceeded',
    provider: null,
    costNanos: '0',
    tokens: {},
    attempts: [],
    timing: { admittedMs: null, firstByteMs: null, totalMs: 1 },
  })
  const yesterday = Array.from({ length: 10 }, (_, n) => anEvent({ at: nowMs - day - n * hour - hour, costNanos: '0' }))
  const lastMonth = anEvent({ at: Date.UTC(2026, 9, 3), costNanos: '7000000000' })
  return [...served, failedOver, refused, ...yesterday, lastMonth]
}

const look = (actor: Actor = ada, environment: string | null = null) =>
  readOverview(fixture.context, actor, { period: '24h', environment })

describe('the overview', () => {
  test('counts the calls of the period and of the one before', async () => {
    expect((await look()).traffic).toEqual({ calls: 21, refused: 1, callsBefore: 10, people: 1, workloads: 0 })
  })

  test('knows the money of the month to the nano, and of the month before to the same hour', async () => {
    expect((await look()).spend).toMatchObject({ spentNanos: 20_500_000_000n, lastMonthNanos: 7_000_000_000n })
  })

  test('narrows to one environment', async () => {
    const { traffic, spend } = await look(ada, 'production')
    expect(traffic).toMatchObject({ calls: 5, refused: 0 })
    expect(spend).toMatchObject({ spentNanos: 5_000_000_000n })
  })

  test('tells what the gateway added, over admitted calls only', async () => {
    const { timing } = await look()
    expect(timing?.addedP50Ms).toBeCloseTo(1.9, 1)
    expect(timing?.addedP95Ms).toBeCloseTo(2.8, 1)
    expect(timing).toMatchObject({ firstTokenP50Ms: 101, calls: 22, sinceMs: null })
  })

  test('tells why calls were refused, how often, and which key met it', async () => {
    expect((await look()).refusals).toEqual([
      expect.objectContaining({ code: 'rate_limit_exceeded', calls: 1, keys: 1, lastMs: nowMs - 3 * hour }),
    ])
  })

  test('counts a try at each provider that was tried, and their 429s as errors', async () => {
    const { providers } = await look()
    expect(
      providers?.map(({ name, calls, tries, errors, throttled }) => ({ name, calls, tries, errors, throttled })),
    ).toEqual([
      { name: 'openai', calls: 21, tries: 21, errors: 0, throttled: 0 },
      { name: 'other', calls: 0, tries: 1, errors: 1, throttled: 1 },
    ])
    expect(providers?.[0]).toMatchObject({ share: 1, condition: 'normal' })
    expect(providers?.[0]?.trend).toHaveLength(24)
    expect(providers?.[0]?.trend.reduce((sum, calls) => sum + calls, 0)).toBe(21)
  })

  test('has everything in its place while nothing was ever called', async () => {
    const empty = await openTestContext(nowMs)
    const { traffic, timing, spend, providers, refusals, attention, exactness } = await readOverview(
      empty.context,
      ada,
      {
        period: '30d',
        environment: null,
      },
    )
    expect({ traffic, providers, refusals, attention }).toEqual({
      traffic: { calls: 0, refused: 0, callsBefore: 0, people: 0, workloads: 0 },
      providers: [],
      refusals: [],
      attention: [],
    })
    expect(timing).toMatchObject({ addedP50Ms: null, calls: 0 })
    expect(spend).toMatchObject({ spentNanos: 0n, budgetNanos: null })
    expect(exactness).toEqual({ openHolds: 0, heldNanos: null, waitingEvents: 0, oldestMs: 0 })
    await empty.close()
  })
})

describe('what needs somebody', () => {
  test('is what is quarantined, without owner, without price or about to end', async () => {
    const { db } = fixture.context
    const key = {
      kind: 'personal',
      teamId: 'team_search',
      profileId: company.profiles.experiment,
      createdBy: 'user_ada',
    }
    await db.user.create({ data: { id: 'user_gone', email: 'gone@demo.test', name: 'Gone', status: 'disabled' } })
    await db.virtualKey.createMany({
      data: [
        {
          ...key,
          id: 'key_quarantined',
          name: 'loops',
          status: 'quarantined',
          ownerUserId: 'user_dana',
          statusAt: new Date(nowMs - hour),
          statusReason: 'looped',
        },
        { ...key, id: 'key_orphan', name: 'orphan', ownerUserId: 'user_gone' },
        { ...key, id: 'key_ending', name: 'ending', ownerUserId: 'user_dana', expiresAt: new Date(nowMs + 3 * day) },
        { ...key, id: 'key_later', name: 'later', ownerUserId: 'user_dana', expiresAt: new Date(nowMs + 60 * day) },
        {
          ...key,
          id: 'key_dead',
          name: 'dead',
          status: 'revoked',
          ownerUserId: 'user_gone',
          expiresAt: new Date(nowMs + day),
        },
      ],
    })
    await db.model.create({
      data: {
        id: 'model_unpriced',
        name: 'unpriced',
        displayName: 'Unpriced',
        vendor: 'Other',
        endpoints: ['chat'],
        deployments: { create: { id: 'depl_unpriced', providerId: 'prov_other', upstreamModel: 'unpriced' } },
      },
    })
    const { attention } = await look()
    expect(attention?.map(({ kind, total, first }) => [kind, total, first.map(({ name }) => name)])).toEqual([
      ['quarantined_key', 1, ['loops']],
      ['keys_without_owner', 1, ['orphan']],
      ['models_without_price', 1, ['unpriced']],
      ['keys_ending', 1, ['ending']],
    ])
  })

  test('is counted for a viewer, who may not see keys one by one', async () => {
    const { attention, refusals } = await look(withRoles('viewer'))
    expect(attention?.filter(({ kind }) => kind.includes('key')).map(({ total, first }) => [total, first])).toEqual([
      [1, []],
      [1, []],
      [1, []],
    ])
    expect(refusals?.[0]).toMatchObject({ key: null, decisionId: null })
  })
})

describe('exactness', () => {
  test('shows holds, what they hold, and what waits to be booked', async () => {
    const { context } = fixture
    const { redis, db } = context
    await db.budget.create({
      data: {
        id: 'bud_all',
        scopeType: 'organisation',
        scopeId: company.organisationId,
        amountNanos: 1_000_000_000_000n,
        period: 'month',
        timeZone: 'Europe/Berlin',
      },
    })
    await redis.zadd(openHolds, nowMs + hour, 'call_1', nowMs + hour, 'call_2')
    await redis.set(budgetKey({ id: 'bud_all' }, budgetWindow('month', 'Europe/Berlin', nowMs)), '5 3400000000')
    await redis.xadd(usageStream, `${nowMs - 1_200}-0`, 'e', '{}')
    const { exactness, spend, ledger } = await look()
    expect(exactness).toEqual({ openHolds: 2, heldNanos: 3_400_000_000n, waitingEvents: 1, oldestMs: 1_200 })
    expect(spend?.budgetNanos).toBe(1_000_000_000_000n)
    expect(ledger).toEqual({ setAside: 0 })
  })

  test('hides the budget from those who may not see budgets', async () => {
    const { exactness, spend } = await look(withRoles('viewer'))
    expect([exactness?.heldNanos, spend?.budgetNanos]).toEqual([null, null])
  })
})

describe('a part that cannot be read', () => {
  test('is null, and the others stand', async () => {
    const redis = openRedis('redis://127.0.0.1:1', 'portal')
    const overview = await readOverview({ ...fixture.context, redis }, ada, { period: '24h', environment: null })
    redis.disconnect()
    expect(overview.exactness).toBeNull()
    expect(overview.traffic?.calls).toBe(21)
  })
})

describe('those who may not', () => {
  test.each([['developer'], ['finance'], ['auditor']] as const)('a %s is refused the overview', async (role) => {
    await expect(look(withRoles(role))).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('a developer is refused the health of providers, an auditor is not', async () => {
    await expect(readProviderHealth(fixture.context, withRoles('developer'))).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(await readProviderHealth(fixture.context, withRoles('auditor'))).toHaveLength(2)
  })
})
