/** Events that come after their month was closed. Real PostgreSQL. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bookEvents } from '#lib/ledger/book-events.ts'
import { findCall, findCorrections } from '#lib/ledger/call-store.ts'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { findDrift } from '#lib/ledger/store.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { freshDatabase, type TestDatabase } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const hour = 3_600_000
/** The end of October in the organisation's zone: Berlin, an hour before UTC. */
const endMs = Date.parse('2026-11-01T00:00:00+01:00')

let server: TestDatabase
let database: Database
let key: string
beforeAll(async () => {
  server = await freshDatabase()
  database = openDatabase(server.url)
  await database.db.organisation.create({ data: { id: 'org_late', name: 'Late', timeZone: 'Europe/Berlin' } })
})
beforeEach(() => {
  key = newId('key')
})
afterAll(async () => {
  await database.close()
  await server.drop()
})

function book(nowMs: number, ...events: readonly UsageEvent[]): Promise<number> {
  const rows = events.flatMap((event) => {
    const reading = readEntry(JSON.stringify(event), nowMs)
    return reading.kind === 'event' ? [reading.row] : []
  })
  return bookEvents(database.sql, rows, nowMs)
}

const made = (atMs: number, differences: Partial<UsageEvent> = {}) =>
  anEvent({ at: atMs, keyId: key, costNanos: '5', ...differences })

/** Cost and calls by day of UTC, from the rollup. */
async function days(): Promise<Record<string, string>> {
  const { rows } = await database.sql.query<{ day: string; sums: string }>(
    `SELECT to_char(start AT TIME ZONE 'UTC', 'MM-DD') AS day, sum(calls) || ' calls, ' || sum(cost_nanos) AS sums
     FROM usage_daily WHERE key_id = $1 GROUP BY 1 ORDER BY 1`,
    [key],
  )
  return Object.fromEntries(rows.map(({ day, sums }) => [day, sums]))
}

describe('across the end of a month', () => {
  test('what comes within 48 hours counts in its month, and nothing is flagged', async () => {
    const event = made(endMs - 1)
    expect(await book(endMs + 48 * hour - 1, event, made(endMs))).toBe(2)
    expect(await days()).toEqual({ '10-31': '2 calls, 10' })
    expect((await findCall(database.sql, event.id))?.effectiveAt).toBeNull()
  })

  test('what comes later counts from now on, flagged with when it happened; the new month is not touched', async () => {
    const nowMs = endMs + 48 * hour
    const [late, early] = [made(endMs - 1), made(endMs)]
    expect(await book(nowMs, late, early)).toBe(2)
    // `early` lies in the last hour of October by UTC, and in November by the organisation's clock.
    expect(await days()).toEqual({ '10-31': '1 calls, 5', '11-02': '1 calls, 5' })
    expect(await findCall(database.sql, late.id)).toMatchObject({
      at: new Date(nowMs),
      effectiveAt: new Date(endMs - 1),
      costNanos: 5n,
    })
    const range = [new Date('2026-10-01'), new Date('2026-12-01')] as const
    expect(await findDrift(database.sql, 'usage_daily', ...range)).toEqual([])
  })

  test('a late event counts once, however often and from however many hands it comes', async () => {
    const nowMs = endMs + 60 * hour
    const events = Array.from({ length: 40 }, (_, n) => made(endMs - n * hour - 1))
    const rounds = await Promise.all(
      [0, 1, 2, 3].map((n) => book(nowMs + n, ...(n % 2 === 0 ? events : events.toReversed()))),
    )
    expect(rounds.reduce((sum, booked) => sum + booked, 0)).toBe(40)
    expect(await book(nowMs + 30 * 24 * hour, ...events)).toBe(0)
    expect(await days()).toEqual({ '11-03': '40 calls, 200' })
  })

  test('what was booked in time and comes again late is known', async () => {
    const event = made(endMs - hour)
    expect(await book(endMs, event)).toBe(1)
    expect(await book(endMs + 60 * hour, event)).toBe(0)
    expect(await days()).toEqual({ '10-31': '1 calls, 5' })
  })

  test('a late correction counts from now on and is found by its call', async () => {
    const call = made(endMs - hour)
    await book(endMs, call)
    const correction = made(endMs - hour, {
      id: `adj_${call.id.slice(5)}`,
      kind: 'adjustment',
      adjusts: call.id,
      costNanos: '-2',
    })
    expect(await book(endMs + 49 * hour, correction)).toBe(1)
    expect(await days()).toEqual({ '10-31': '1 calls, 5', '11-03': '0 calls, -2' })
    const found = await findCorrections(database.sql, [(await findCall(database.sql, call.id))!])
    expect(found).toMatchObject([{ id: correction.id, costNanos: -2n, effectiveAt: new Date(endMs - hour) }])
  })
})

describe('a month that nobody has opened', () => {
  /** Years ahead, so that no job has opened anything. */
  const nowMs = Date.parse('2033-05-10T12:00:00Z')

  test('opens with its first events, from however many hands they come, and loses none', async () => {
    const events = Array.from({ length: 30 }, (_, n) => made(nowMs - n * hour))
    const late = Array.from({ length: 10 }, (_, n) => made(nowMs - (60 + n) * 24 * hour))
    const booked = await Promise.all([
      book(nowMs, ...events, ...late),
      book(nowMs, ...events.toReversed()),
      book(nowMs, ...late.toReversed(), made(nowMs + 24 * hour)),
    ])
    expect(booked.reduce((sum, one) => sum + one, 0)).toBe(41)
    const range = [new Date('2033-01-01'), new Date('2033-07-01')] as const
    expect(await findDrift(database.sql, 'usage_hourly', ...range)).toEqual([])
    expect(Object.values(await days()).map((sums) => sums.split(' ')[0])).toEqual(['17', '23', '1'])
  })

  test('that was dropped is not opened again: what still comes of it counts from now on', async () => {
    const atMs = Date.parse('2032-04-10T12:00:00Z')
    const event = made(atMs)
    expect(await book(nowMs, event)).toBe(1)
    expect(await book(nowMs + hour, event)).toBe(0)
    expect(await findCall(database.sql, event.id)).toMatchObject({ at: new Date(nowMs), effectiveAt: new Date(atMs) })
    const { rows } = await database.sql.query(`SELECT to_regclass('usage_event_2032_04') AS partition`)
    expect(rows[0]).toEqual({ partition: null })
  })
})
