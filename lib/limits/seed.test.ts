/** A budget period that Redis does not know is found again, to the nano, whatever happens meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { startDrain } from '#lib/ledger/drain-usage.ts'
import { ingestEntries } from '#lib/ledger/ingest-entries.ts'
import { ensureGroup, takeNew } from '#lib/ledger/usage-stream.ts'
import type { BudgetPeriod, BudgetRule, ScopeType } from '#lib/limits/contract.ts'
import { callFunction, loadFunctions } from '#lib/limits/functions.ts'
import { budgetKey, expiryIndex, readPeriod } from '#lib/limits/keys.ts'
import { createSeeder, type SpentInLedger } from '#lib/limits/seed.ts'
import { settle } from '#lib/limits/settle.ts'
import { spentByScope, spentInLedger } from '#lib/limits/spent-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { aBound, aBudget, admitSeeded, aRequest, aScope, aSettlement } from '#lib/testing/limits.ts'
import { freshDatabase, freshRedis, type TestDatabase, type TestRedis } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.now()
let servers: [TestDatabase, TestRedis]
let database: Database
let redis: RedisClient
let reader: RedisClient
beforeAll(async () => {
  servers = await Promise.all([freshDatabase(), freshRedis()])
  database = openDatabase(servers[0].url, 4)
  redis = openRedis(servers[1].url, 'patient')
  reader = openRedis(servers[1].url, 'patient')
  await loadFunctions(redis)
})
beforeEach(() => redis.flushdb())
afterAll(async () => {
  redis?.disconnect()
  reader?.disconnect()
  await database?.close()
  await Promise.all(servers?.map((server) => server.drop()) ?? [])
})

const ledger: SpentInLedger = (scope, window, except) => spentInLedger(database.sql, scope, window, except)

const put = (event: object): Promise<unknown> => redis.xadd(usageStream, '*', 'e', JSON.stringify(event))

/** Books what is in the stream; `forget`: false leaves the entries there, as a worker that dies after its commit. */
async function book(forget = true): Promise<void> {
  await ensureGroup(redis)
  const entries = await takeNew(reader, 'one', 10_000, 1)
  if (entries.length === 0) return
  // A connection to nowhere: PostgreSQL commits, and Redis is never told.
  const gone = forget ? redis : openRedis(servers[1].url, 'patient')
  if (!forget) gone.disconnect()
  await ingestEntries({ sql: database.sql, redis: gone, nowMs: Date.now }, entries).catch(() => {})
}

async function seeded(rule: BudgetRule, spent: SpentInLedger = ledger): Promise<number> {
  const window = budgetWindow(rule.period, rule.timeZone, nowMs)
  await createSeeder(redis, spent)(rule, window)
  return Number(readPeriod(await redis.get(budgetKey(rule, window)))?.spentNanos)
}

const costOf = (events: readonly UsageEvent[]): number =>
  events.reduce((sum, event) => sum + Number(event.costNanos), 0)

describe('a period that Redis does not know', () => {
  test('of a person in a team leaves out what the person did in other teams', async () => {
    const user = aScope('user').id
    const event = (teamId: string, costNanos: string) => anEvent({ at: nowMs, userId: user, teamId, costNanos })
    await put(event(`${user}-red`, '10'))
    await put(event(`${user}-blue`, '100'))
    await book()
    await put(event(`${user}-red`, '1000'))
    await put(event(`${user}-blue`, '10000'))
    const scope = { ...aScope('user', user), teamId: `${user}-red` }
    expect(await seeded(aBudget(1_000_000, scope, { period: 'day', timeZone: 'UTC' }))).toBe(1010)
    // What settles while the ledger is read is counted by the function itself.
    const late = aBudget(1_000_000, scope, { period: 'month', timeZone: 'UTC' })
    const reading: SpentInLedger = async (...question) => {
      const spent = await ledger(...question)
      await put(event(`${user}-red`, '100000'))
      await put(event(`${user}-blue`, '1000000'))
      return spent
    }
    expect(await seeded(late, reading)).toBe(101_010)
  })

  test('is what the ledger has and what is on its way there, each event once', async () => {
    const place = fc.constantFrom('ledger', 'both', 'stream', 'twice in the stream')
    const event = fc.record({
      place,
      key: fc.constantFrom('one', 'two'),
      team: fc.constantFrom('red', 'blue'),
      environment: fc.constantFrom('production', 'staging'),
      groups: fc.subarray(['staff', 'guests']),
      tags: fc.subarray(['app=x', 'app', 'owner']),
      cost: fc.nat(1_000),
      isRefusal: fc.boolean(),
      // Within the day, and up to two days before it, by minutes.
      minutesAgo: fc.nat(3 * 1_440),
    })
    const zone = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns', 'Asia/Kathmandu')
    const scopeType = fc.constantFrom<ScopeType>('key', 'team', 'environment', 'group', 'tag', 'organisation')
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), zone, scopeType, async (wishes, timeZone, type) => {
        await redis.flushdb()
        // Ids of this round only: the ledger keeps what earlier rounds have booked.
        const round = aScope().id
        const made = wishes.map(({ place: where, key, team, groups, tags, cost, isRefusal, minutesAgo, ...wish }) => {
          const at = nowMs - minutesAgo * 60_000
          const made = anEvent({
            at,
            keyId: `${round}-${key}`,
            teamId: `${round}-${team}`,
            environment: wish.environment,
            groups: groups.map((group) => `${round}-${group}`),
            tags: Object.fromEntries(tags.map((name) => [`${round}-${name}`, 'x=y'])),
            costNanos: isRefusal ? '0' : String(cost),
          })
          const { costNanos, ...bare } = made
          // As the gateway writes it: a refusal says nothing of a cost.
          return { where, event: made, written: isRefusal ? { ...bare, outcome: 'refused' } : { ...bare, costNanos } }
        })
        const before =
          type === 'organisation' ? await ledger(aScope(type), budgetWindow('day', timeZone, nowMs), []) : 0n
        for (const where of ['ledger', 'both', 'stream', 'twice in the stream'] as const) {
          const those = made.filter((one) => one.where === where)
          for (const one of where === 'twice in the stream' ? [...those, ...those] : those) await put(one.written)
          if (where === 'ledger' || where === 'both') await book(where === 'ledger')
        }
        const { id: scopeId, has } = {
          key: { id: `${round}-one`, has: ({ keyId }: UsageEvent) => keyId === `${round}-one` },
          team: { id: `${round}-red`, has: ({ teamId }: UsageEvent) => teamId === `${round}-red` },
          environment: {
            id: `${round}-red:production`,
            has: ({ teamId, environment }: UsageEvent) => teamId === `${round}-red` && environment === 'production',
          },
          group: { id: `${round}-staff`, has: ({ groups }: UsageEvent) => groups.includes(`${round}-staff`) },
          // The name of a tag may have an equals sign in it, like its value.
          tag: { id: `${round}-app=x=x=y`, has: ({ tags }: UsageEvent) => `${round}-app=x` in tags },
          organisation: { id: 'org_small', has: () => true },
        }[type as 'key']
        const rule = aBudget(1_000_000, aScope(type, scopeId), { period: 'day', timeZone })
        const { startMs, endMs } = budgetWindow('day', timeZone, nowMs)
        const counted = made.map((one) => one.event).filter((one) => one.at >= startMs && one.at < endMs && has(one))
        expect((await seeded(rule)) - Number(before)).toBe(costOf(counted))
        // In bulk, as reconciliation and restoration ask, by whole hours.
        if (timeZone !== 'UTC') return
        await book()
        const bulk = await spentByScope(database.sql, { type }, [scopeId], { startMs, endMs })
        expect(Number(bulk.get(scopeId) ?? 0n) - Number(before)).toBe(costOf(counted))
      }),
      { numRuns: 40 },
    )
  })

  test.each<[ScopeType, string, Partial<UsageEvent>]>([
    ['environment', 'team_e:production', { teamId: 'team_e', environment: 'production' }],
    ['group', 'g-late', { groups: ['another', 'g-late'] }],
    ['tag', 'late=a=b', { tags: { other: 'late=a=b', late: 'a=b' } }],
  ])('of a %s counts what settles while the ledger is read', async (type, id, inScope) => {
    const rule = aBudget(1_000_000, aScope(type, id), { period: 'day', timeZone: 'UTC' })
    const reading: SpentInLedger = async (...question) => {
      const spent = await ledger(...question)
      await put(anEvent({ at: nowMs, costNanos: '5', ...inScope }))
      await put(anEvent({ at: nowMs, costNanos: '100', environment: 'production', tags: { other: 'late=a=b' } }))
      const { groups: _none, ...ofAnOlderGateway } = anEvent({ at: nowMs, costNanos: '1000' })
      await put(ofAnOlderGateway)
      return spent
    }
    expect(await seeded(rule, reading)).toBe(5)
  })

  test.each<BudgetPeriod>(['day', 'week', 'month', 'quarter', 'total'])(
    '%s has its bounds, and forgets itself long after them',
    async (period) => {
      const rule = aBudget(1_000, aScope(), { period })
      const { startMs, endMs } = budgetWindow(period, 'UTC', nowMs)
      const events = [startMs - 1, startMs, nowMs].map((at) =>
        anEvent({ at: Math.max(0, at), keyId: rule.scope.id, costNanos: '7' }),
      )
      for (const event of events) await put(event)
      expect(await seeded(rule)).toBe(period === 'total' ? 21 : 14)
      expect(await redis.zscore(expiryIndex, budgetKey(rule, { startMs, endMs }))).toBe(
        period === 'total' ? null : String(endMs + 45 * 86_400_000),
      )
    },
  )

  test('is not what a poison entry says', async () => {
    for (const text of ['{', 'null', '7', '"x"', '[]', '{"event":{}}', '{"costNanos":"5"}', '{"costNanos":5,"at":1}']) {
      await redis.xadd(usageStream, '*', 'e', text)
    }
    const rule = aBudget(1_000)
    await put(anEvent({ keyId: rule.scope.id, costNanos: '7' }))
    expect(await seeded(rule)).toBe(7)
  })

  test('is not taken for zero while PostgreSQL does not answer', async () => {
    const rule = aBudget(1_000)
    const down: SpentInLedger = () => Promise.reject(new Error('connect ECONNREFUSED'))
    await expect(seeded(rule, down)).rejects.toThrow('ECONNREFUSED')
    expect(await redis.exists(budgetKey(rule, budgetWindow(rule.period, 'UTC', nowMs)))).toBe(0)
  })

  test('is read once for the many calls that meet it at once', async () => {
    let readings = 0
    const seed = createSeeder(redis, async () => BigInt(++readings))
    const rule = aBudget(1_000)
    await Promise.all(Array.from({ length: 50 }, () => seed(rule, budgetWindow('month', 'UTC', nowMs))))
    expect(readings).toBe(1)
  })

  test('that another process has seeded meanwhile stays as it is', async () => {
    const rule = aBudget(1_000)
    const key = budgetKey(rule, budgetWindow('month', 'UTC', nowMs))
    await redis.set(key, '5 3')
    expect(await seeded(rule, async () => 0n)).toBe(5)
    expect(await redis.get(key)).toBe('5 3')
  })
})

describe('while a period is being read', () => {
  /** Acts between the reading of the stream and the reading of the ledger, or behind both. */
  function meddling(
    act: (reading: number) => Promise<unknown>,
    when: 'before the ledger' | 'behind it',
  ): SpentInLedger {
    let reading = 0
    return async (...question) => {
      reading += 1
      if (when === 'before the ledger') await act(reading)
      const spent = await ledger(...question)
      if (when === 'behind it') await act(reading)
      return spent
    }
  }

  test.each(['before the ledger', 'behind it'] as const)(
    'calls that are settled %s count, however many',
    async (when) => {
      const rule = aBudget(1_000_000)
      for (let i = 0; i < 5; i++) await put(anEvent({ keyId: rule.scope.id, costNanos: '7' }))
      let readings = 0
      const spent = await seeded(
        rule,
        meddling(async () => {
          readings += 1
          for (let i = 0; i < 100; i++) {
            await put(anEvent({ keyId: i % 2 === 0 ? rule.scope.id : 'key_other', costNanos: '3' }))
            await put(anEvent({ keyId: rule.scope.id, costNanos: '9', at: nowMs - 100 * 86_400_000 }))
          }
        }, when),
      )
      expect([spent, readings]).toEqual([5 * 7 + 50 * 3, 1])
    },
  )

  test.each(['before the ledger', 'behind it'] as const)(
    'calls that are settled and booked %s count once',
    async (when) => {
      for (const forget of [true, false]) {
        await redis.flushdb()
        const rule = aBudget(1_000_000)
        await put(anEvent({ keyId: rule.scope.id, costNanos: '7' }))
        const meddle = meddling(async (reading) => {
          if (reading > 3) return
          await put(anEvent({ keyId: rule.scope.id, costNanos: '3' }))
          await book(forget)
        }, when)
        expect(await seeded(rule, meddle)).toBe(7 + 3 * 3)
      }
    },
  )

  test('calls that were on their way and are booked now count once', async () => {
    const rule = aBudget(1_000_000)
    for (let i = 0; i < 20; i++) await put(anEvent({ keyId: rule.scope.id, costNanos: '7' }))
    expect(
      await seeded(
        rule,
        meddling(() => book(), 'before the ledger'),
      ),
    ).toBe(140)
  })

  test('refusals by the thousand keep nobody from seeding', async () => {
    const rule = aBudget(1_000)
    const refusal = JSON.stringify({ ...anEvent({ keyId: rule.scope.id, outcome: 'refused' }), costNanos: undefined })
    let flooding = true
    const flood = async () => {
      while (flooding) await callFunction(reader, 'gatehouse_record', [usageStream], Array<string>(20).fill(refusal))
    }
    const flooded = flood()
    expect(await seeded(rule)).toBe(0)
    flooding = false
    await flooded
  })
})

test('spending is exact when Redis forgets its budgets again and again while calls are settled and booked', async () => {
  const [key, team] = [aScope(), aScope('team', 'team_storm')]
  const budgets = [
    aBudget(1_000_000, key),
    aBudget(1_000_000, team),
    aBudget(1_000_000, key, { period: 'day', timeZone: 'Asia/Kolkata' }),
  ]
  const names = budgets.map((rule) => budgetKey(rule, budgetWindow(rule.period, rule.timeZone, Date.now())))
  const drainRedis = openRedis(servers[1].url, 'patient')
  const log = createLog('test', 'silent')
  const drain = startDrain({ sql: database.sql, redis: drainRedis, reader, consumer: 'storm', log, nowMs: Date.now })
  const seed = createSeeder(redis, ledger)

  let spent = 0
  const caller = async (n: number) => {
    for (let i = 0; i < 15; i++) {
      const request = aRequest({ budgets, bound: aBound(10, 90) })
      const reply = await admitSeeded(redis, request, seed)
      if (reply.kind !== 'admitted') throw new Error(reply.kind)
      await sleep((n * i) % 7)
      const cost = (n * 31 + i * 17) % 101
      await settle(redis, aSettlement(request, cost, reply.budgetKeys), 'final')
      spent += cost
    }
  }
  let storming = true
  const storm = async () => {
    for (let n = 0; storming; n++) {
      await redis.del(names[n % names.length]!)
      await sleep(20)
    }
  }
  const stormed = storm()
  await Promise.all(Array.from({ length: 40 }, (_, n) => caller(n)))
  storming = false
  await stormed

  // Nothing runs any more: one call of nothing seeds what is missing.
  const last = aRequest({ budgets, bound: aBound(0, 0) })
  await admitSeeded(redis, last, seed)
  await settle(redis, aSettlement(last, 0), 'final')
  const states = await Promise.all(names.map((name) => redis.get(name)))
  expect(states).toEqual(names.map(() => `${spent} 0`))

  const deadline = Date.now() + 15_000
  while ((await redis.xlen(usageStream)) > 0 && Date.now() < deadline) await sleep(20)
  await drain.stop()
  drainRedis.disconnect()
  for (const [i, rule] of budgets.entries()) {
    await redis.del(names[i]!)
    expect(await ledger(rule.scope, budgetWindow(rule.period, rule.timeZone, Date.now()), [])).toBe(BigInt(spent))
  }
})
