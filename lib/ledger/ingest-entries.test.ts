/** Promises about money: every event once, whatever dies in between. Real PostgreSQL and Redis. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findCall, findCorrections } from '#lib/ledger/call-store.ts'
import { usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { ingestEntries, mostDeliveries } from '#lib/ledger/ingest-entries.ts'
import { findDrift, insertEvents } from '#lib/ledger/store.ts'
import { ensureGroup, takeNew, takeOver, type Entry } from '#lib/ledger/usage-stream.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { freshDatabase, freshRedis, type TestDatabase, type TestRedis } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

let services: { database: TestDatabase; redis: TestRedis }
let database: Database
let redis: RedisClient
const ledger = () => ({ sql: database.sql, redis, nowMs: Date.now })

beforeAll(async () => {
  services = { database: await freshDatabase(), redis: await freshRedis() }
  database = openDatabase(services.database.url)
  redis = openRedis(services.redis.url, 'patient')
})
afterAll(async () => {
  redis.disconnect()
  await database.close()
  await Promise.all([services.database.drop(), services.redis.drop()])
})
beforeEach(async () => {
  await redis.flushdb()
  await ensureGroup(redis)
  await database.sql.query(
    `SET session_replication_role = replica; TRUNCATE usage_event, late_event, usage_hourly, usage_daily, dead_letter; SET session_replication_role = origin`,
  )
})

async function put(...events: readonly (UsageEvent | string)[]): Promise<void> {
  for (const event of events) {
    await redis.xadd(usageStream, '*', 'e', typeof event === 'string' ? event : JSON.stringify(event))
  }
}

const take = (consumer: string = 'a', count: number = 10_000): Promise<Entry[]> => takeNew(redis, consumer, count, 1)

async function totals(table: 'usage_hourly' | 'usage_daily' = 'usage_hourly') {
  const { rows } = await database.sql.query(
    `SELECT coalesce(sum(calls), 0)::int AS calls, coalesce(sum(refused), 0)::int AS refused,
            coalesce(sum(cost_nanos), 0)::text AS cost, coalesce(sum(estimated_calls), 0)::int AS estimated
     FROM ${table}`,
  )
  return rows[0] as { calls: number; refused: number; cost: string; estimated: number }
}

async function rowsIn(table: string): Promise<number> {
  const { rows } = await database.sql.query<{ n: bigint }>(`SELECT count(*) AS n FROM ${table}`)
  return Number(rows[0]!.n)
}

async function expectAgreement(): Promise<void> {
  const range = [new Date(0), new Date(Date.now() + 10 * 86_400_000)] as const
  expect(await findDrift(database.sql, 'usage_hourly', ...range)).toEqual([])
  expect(await findDrift(database.sql, 'usage_daily', ...range)).toEqual([])
}

describe('booking usage events', () => {
  test('puts each event into the ledger and both rollups, and empties the stream', async () => {
    await put(anEvent({ costNanos: '5' }), anEvent({ costNanos: '7', model: 'gpt-4o' }))
    expect((await ingestEntries(ledger(), await take())).booked).toBe(2)
    expect(await rowsIn('usage_event')).toBe(2)
    expect(await totals()).toMatchObject({ calls: 2, cost: '12' })
    expect(await totals('usage_daily')).toMatchObject({ calls: 2, cost: '12' })
    expect(await redis.xlen(usageStream)).toBe(0)
    await expectAgreement()
  })

  test('counts an event once though it comes ten times and out of order', async () => {
    const events = Array.from({ length: 50 }, (_, n) => anEvent({ costNanos: String(n) }))
    const copies = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? events : events.toReversed())).flat()
    await put(...copies)
    for (let entries = await take('a', 120); entries.length > 0; entries = await take('a', 120)) {
      await ingestEntries(ledger(), entries)
    }
    expect(await totals()).toMatchObject({ calls: 50, cost: '1225' })
    expect(await redis.xlen(usageStream)).toBe(0)
    await expectAgreement()
  })

  test('counts calls, refusals, estimates and corrections each in their place', async () => {
    const estimated = anEvent({
      outcome: 'interrupted',
      estimated: true,
      costNanos: '100',
      tokens: { input: 10, output: 9 },
    })
    await put(
      anEvent({ outcome: 'failed', costNanos: '0', tokens: {} }),
      anEvent({ outcome: 'refused', status: 429, costNanos: '0', tokens: {} }),
      anEvent({ outcome: 'refused', status: 401, costNanos: '0', tokens: {}, keyId: null }),
      estimated,
      {
        ...estimated,
        id: `adj_${estimated.id.slice(5)}`,
        kind: 'adjustment',
        adjusts: estimated.id,
        costNanos: '-40',
        tokens: { output: -3 },
      },
      anEvent({ kind: 'attempt', costNanos: '3', tokens: { input: 1 } }),
    )
    await ingestEntries(ledger(), await take())
    expect(await totals()).toEqual({ calls: 2, refused: 1, cost: '63', estimated: 1 })
    const { rows } = await database.sql.query(
      'SELECT sum(input_tokens)::int AS i, sum(output_tokens)::int AS o FROM usage_daily',
    )
    expect(rows[0]).toEqual({ i: 11, o: 6 })
    expect(await rowsIn('usage_event')).toBe(6)
    await expectAgreement()
  })

  test('keeps tags apart, whatever the order of their members', async () => {
    await put(
      anEvent({ tags: { app: 'web', tier: 'gold' } }),
      anEvent({ tags: { tier: 'gold', app: 'web' } }),
      anEvent({ tags: { app: 'web' } }),
    )
    await ingestEntries(ledger(), await take())
    expect(await rowsIn('usage_hourly')).toBe(2)
  })

  test('books an event that comes months late', async () => {
    const at = Date.now() - 300 * 86_400_000
    await put(anEvent({ at }), anEvent())
    expect((await ingestEntries(ledger(), await take())).booked).toBe(2)
    await expectAgreement()
  })
})

describe('an event whose gateway’s clock was an hour ahead', () => {
  const hourMs = 3_600_000

  test('has the time at which it reached Redis, says so, and is found by its id with what corrects it', async () => {
    const before = Date.now()
    const event = anEvent({ at: before + hourMs, costNanos: '5' })
    const correction = {
      ...event,
      id: `adj_${event.id.slice(5)}`,
      kind: 'adjustment' as const,
      adjusts: event.id,
      costNanos: '-2',
    }
    await put(event, correction)
    expect((await ingestEntries(ledger(), await take())).booked).toBe(2)
    const call = await findCall(database.sql, event.id)
    expect(call!.at.getTime()).toBeGreaterThanOrEqual(before - 1_000)
    expect(call!.at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000)
    expect((call!.timing as { clockAheadMs: number }).clockAheadMs).toBeGreaterThan(hourMs - 5_000)
    expect(await findCorrections(database.sql, [call!])).toMatchObject([{ id: correction.id, costNanos: -2n }])
    expect(await totals()).toMatchObject({ calls: 1, cost: '3' })
    await expectAgreement()
  })

  test('counts once, though it comes again: in the same batch, later, and when the clock has caught up', async () => {
    const event = anEvent({ at: Date.now() + hourMs, costNanos: '5' })
    const arrives = (ms: number) => redis.xadd(usageStream, `${Date.now() + ms}-0`, 'e', JSON.stringify(event))
    await arrives(0)
    await arrives(1_000)
    expect((await ingestEntries(ledger(), await take())).booked).toBe(1)
    await arrives(2_000)
    expect((await ingestEntries(ledger(), await take())).booked).toBe(0)
    await arrives(hourMs)
    expect((await ingestEntries(ledger(), await take())).booked).toBe(0)
    expect(await totals()).toMatchObject({ calls: 1, cost: '5' })
  })

  test('by four minutes stays as it is, and so does one of yesterday', async () => {
    const [ahead, late] = [anEvent({ at: Date.now() + 240_000 }), anEvent({ at: Date.now() - 24 * hourMs })]
    await put(ahead, late)
    await ingestEntries(ledger(), await take())
    for (const { id, at } of [ahead, late]) {
      expect(await findCall(database.sql, id)).toMatchObject({ at: new Date(at), timing: { totalMs: 42 } })
    }
  })
})

describe('a worker that dies', () => {
  test('before the commit loses nothing: another takes the batch over', async () => {
    await put(anEvent(), anEvent())
    const batch = await take('dead')
    await redis.call('XCLAIM', usageStream, 'ledger', 'dead', 0, ...batch.map((e) => e.id), 'IDLE', 60_000, 'JUSTID')
    const taken = await takeOver(redis, 'b', 100)
    expect(taken.map((e) => e.id)).toEqual(batch.map((e) => e.id))
    expect((await ingestEntries(ledger(), taken)).booked).toBe(2)
  })

  test('between the commit and the acknowledgement counts nothing twice', async () => {
    const events = [anEvent({ costNanos: '5' }), anEvent({ costNanos: '6' })]
    await put(...events)
    const batch = await take('dead')
    const broken = {
      ...ledger(),
      redis: {
        ...redis,
        multi: () => {
          throw new Error('killed')
        },
      } as unknown as RedisClient,
    }
    await expect(ingestEntries(broken, batch)).rejects.toThrow('killed')
    expect(await rowsIn('usage_event')).toBe(2)
    expect(await redis.xlen(usageStream)).toBe(2)

    expect((await ingestEntries(ledger(), batch)).booked).toBe(0)
    expect(await totals()).toMatchObject({ calls: 2, cost: '11' })
    expect(await redis.xlen(usageStream)).toBe(0)
  })

  test('inside the transaction leaves neither event nor rollup behind', async () => {
    const client = await database.sql.connect()
    await client.query('BEGIN')
    await insertEvents(client, [])
    await client.query('ROLLBACK')
    await put(anEvent())
    await database.sql.query('ALTER TABLE usage_daily RENAME TO usage_daily_away')
    const batch = await take()
    await expect(ingestEntries(ledger(), batch)).rejects.toThrow('usage_daily')
    await database.sql.query('ALTER TABLE usage_daily_away RENAME TO usage_daily')
    client.release()
    expect(await rowsIn('usage_event')).toBe(0)
    expect(await rowsIn('usage_hourly')).toBe(0)
    expect((await ingestEntries(ledger(), batch)).booked).toBe(1)
  })
})

describe('two workers with the same batch', () => {
  test('do not block each other for ever, and count each event once, 20 times out of 20', async () => {
    for (let round = 0; round < 20; round++) {
      const hours = Array.from({ length: 200 }, (_, n) =>
        anEvent({ at: Date.now() - (n % 7) * 3_600_000, keyId: `key_${n % 13}`, costNanos: '1' }),
      )
      await put(...hours)
      const batch = await take()
      const results = await Promise.all([
        ingestEntries(ledger(), batch),
        ingestEntries(ledger(), batch.toReversed()),
        ingestEntries(ledger(), batch.slice(50, 150)),
      ])
      expect(results.reduce((sum, one) => sum + one.booked, 0)).toBe(200)
    }
    expect(await totals()).toMatchObject({ calls: 4000, cost: '4000' })
    await expectAgreement()
  })
})

describe('an entry that cannot be booked', () => {
  test('is set aside at once when nobody can ever read it, and blocks nobody', async () => {
    await put(anEvent(), 'not json', anEvent())
    await redis.xadd(usageStream, '*', 'other', 'field')
    const { booked, dead } = await ingestEntries(ledger(), await take())
    expect([booked, dead.length]).toEqual([2, 2])
    expect(await redis.xlen(usageStream)).toBe(0)
    const { rows } = await database.sql.query<{ payload: string }>('SELECT payload FROM dead_letter ORDER BY payload')
    expect(rows.map((row) => row.payload)).toEqual(['', 'not json'])
  })

  test('waits for a worker that understands it, and is set aside after five tries', async () => {
    await put(JSON.stringify({ ...anEvent(), v: 2 }), anEvent())
    let outcome = await ingestEntries(ledger(), await take())
    expect([outcome.booked, outcome.postponed.length]).toEqual([1, 1])
    for (let tries = 2; tries <= mostDeliveries; tries++) {
      expect(await rowsIn('dead_letter')).toBe(0)
      const [entry] = outcome.postponed
      await redis.call('XCLAIM', usageStream, 'ledger', 'a', 0, entry!.streamId, 'IDLE', 60_000, 'JUSTID')
      outcome = await ingestEntries(ledger(), await takeOver(redis, 'a', 100))
    }
    expect(outcome.dead).toHaveLength(1)
    expect(await rowsIn('dead_letter')).toBe(1)
    expect(await redis.xlen(usageStream)).toBe(0)
  })

  test('is found among the others when only PostgreSQL refuses it', async () => {
    const whole = Array.from({ length: 20 }, () => anEvent())
    // An id that no index holds passes the schema, which knows no page sizes.
    await put(...whole.slice(0, 10), anEvent({ userId: randomBytes(9_000).toString('hex') }), ...whole.slice(10))
    const { booked, postponed } = await ingestEntries(ledger(), await take())
    expect([booked, postponed.length]).toEqual([20, 1])
    expect(await redis.xlen(usageStream)).toBe(1)
    await expectAgreement()
  })
})

describe('the consumer group', () => {
  test('is made again after Redis lost everything', async () => {
    await redis.flushdb()
    await put(anEvent())
    expect(await take()).toHaveLength(1)
    await redis.flushdb()
    await put(anEvent())
    expect(await takeOver(redis, 'a', 10)).toEqual([])
    expect(await take()).toHaveLength(1)
  })
})
