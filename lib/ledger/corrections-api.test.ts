/** Another price, a correction by hand, a dead letter: each a new row, booked once and told on. Real PostgreSQL and Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import { reconcileAllBudgets } from '#lib/jobs/reconcile-budgets.ts'
import { bookEvents } from '#lib/ledger/book-events.ts'
import { usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { ledgerEndpoints } from '#lib/ledger/endpoints.ts'
import { ingestEntries } from '#lib/ledger/ingest-entries.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { findDrift, insertDeadLetters } from '#lib/ledger/store.ts'
import { ensureGroup, takeNew } from '#lib/ledger/usage-stream.ts'
import { newId } from '#lib/platform/ids.ts'
import { readReceipt } from '#lib/reports/read-receipt.ts'
import { apiOf, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const hour = 3_600_000
const nowMs = Date.UTC(2026, 10, 21, 12)
let fixture: TestContext
let ask: Ask
let [ada, dana, finn]: Actor[] = []
let key: string
let model: string

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  await createSmallCompany(fixture.context.db, nowMs)
  ada = await actorNamed(fixture.context.db, 'Ada')
  dana = await actorNamed(fixture.context.db, 'Dana')
  finn = await actorNamed(fixture.context.db, 'Finn')
  ask = apiOf(fixture.context, ledgerEndpoints)
})
afterAll(() => fixture.close())

const price = (id: string, input: number, output: number, fromMs: number) => ({
  id: `${id}_${model}`,
  nanosPerMillion: { input, output },
  effectiveFrom: new Date(fromMs),
  source: 'test',
})

/** A model that costs 150 and 600 from the beginning, and 300 and 600 since two days ago. */
beforeEach(async () => {
  key = newId('key')
  model = newId('model')
  await fixture.context.db.model.create({
    data: {
      id: model,
      name: model,
      displayName: model,
      vendor: 'test',
      endpoints: ['chat'],
      prices: {
        create: [price('old', 150_000_000, 600_000_000, 0), price('new', 300_000_000, 600_000_000, nowMs - 48 * hour)],
      },
    },
  })
})

const made = (hoursAgo: number, differences: Partial<UsageEvent> = {}) =>
  anEvent({ at: nowMs - hoursAgo * hour, keyId: key, model, priceVersion: `old_${model}`, ...differences })

async function book(...events: readonly UsageEvent[]): Promise<void> {
  const rows = events.flatMap((event) => {
    const reading = readEntry(JSON.stringify(event), nowMs)
    return reading.kind === 'event' ? [reading.row] : []
  })
  expect(await bookEvents(fixture.context.sql, rows, nowMs)).toBe(events.length)
}

const reprice = (actor: Actor, body: object = {}) =>
  ask(actor, 'POST', '/ledger/reprice', {
    model,
    from: new Date(nowMs - 40 * 24 * hour).toISOString(),
    to: new Date(nowMs).toISOString(),
    reason: 'the provider lowered it',
    ...body,
  })

async function spent(): Promise<string> {
  const { rows } = await fixture.context.sql.query<{ n: string }>(
    'SELECT coalesce(sum(cost_nanos), 0)::text AS n FROM usage_hourly WHERE key_id = $1',
    [key],
  )
  const range = [new Date(nowMs - 90 * 24 * hour), new Date(nowMs + 24 * hour)] as const
  expect(await findDrift(fixture.context.sql, 'usage_hourly', ...range)).toEqual([])
  return rows[0]!.n
}

const auditOf = (action: string) => fixture.context.db.auditEntry.findMany({ where: { action, targetId: model } })

describe('repricing', () => {
  test('is tried first, and then books one adjustment a call, once', async () => {
    const [before, after, refused] = [made(60), made(1), made(1, { outcome: 'refused', tokens: {}, costNanos: '0' })]
    await book(before, after, refused, made(1, { model: 'another' }))
    const dry = await reprice(ada!)
    expect(dry).toMatchObject({
      status: 200,
      body: { dryRun: true, calls: 2, adjusted: 1, differenceUsd: '0.000015', nextCursor: null },
    })
    expect(await spent()).toBe('81000')
    for (const actor of [finn!, dana!]) expect((await reprice(actor)).status).toBe(403)
    expect(await auditOf('ledger.reprice')).toEqual([])

    const runs = await Promise.all([reprice(ada!, { dryRun: false }), reprice(ada!, { dryRun: false })])
    expect(runs.map(({ status }) => status)).toEqual([200, 200])
    expect(await spent()).toBe('96000')
    expect((await reprice(ada!, { dryRun: false })).body).toMatchObject({ calls: 2, adjusted: 0, differenceUsd: '0' })
    expect(await auditOf('ledger.reprice')).toHaveLength(3)

    const receipt = await readReceipt(fixture.context, ada!, after.id)
    expect(receipt).toMatchObject({
      costUsd: '0.000042',
      tokens: { input: 100, output: 20 },
      priceLines: [
        { unit: 'output', quantity: 20 },
        { unit: 'input', quantity: 100, usdPerMillion: '0.3' },
      ],
      adjustments: [{ costUsd: '0.000015', priceVersion: `new_${model}`, reason: 'the provider lowered it' }],
    })
    expect((await readReceipt(fixture.context, ada!, before.id)).adjustments).toEqual([])
  })

  test('goes there and back again, by a named price, and leaves what was corrected by hand', async () => {
    const call = made(1)
    await book(call)
    const credit = await ask(ada!, 'POST', '/ledger/adjust', {
      callId: call.id,
      costUsd: '-0.000005',
      reason: 'credit',
    })
    expect(credit).toMatchObject({ status: 201, body: { costUsd: '-0.000005', callCostUsd: '0.000022' } })
    for (const [version, cost] of [
      ['new', '37000'],
      ['old', '22000'],
      ['new', '37000'],
    ]) {
      await reprice(ada!, { dryRun: false, priceVersion: `${version}_${model}` })
      expect(await spent()).toBe(cost)
    }
    expect((await readReceipt(fixture.context, ada!, call.id)).adjustments.map(({ costUsd }) => costUsd)).toEqual([
      '-0.000005',
      '0.000015',
      '-0.000015',
      '0.000015',
    ])
  })

  test('of a closed month counts from now on', async () => {
    const call = made(30 * 24)
    await fixture.context.sql.query('SELECT ensure_usage_partitions($1, $1)', [new Date(call.at)])
    const reading = readEntry(JSON.stringify(call), nowMs)
    await bookEvents(fixture.context.sql, reading.kind === 'event' ? [reading.row] : [], call.at)
    await reprice(ada!, { dryRun: false, priceVersion: `new_${model}` })
    const { rows } = await fixture.context.sql.query<{ start: Date; cost_nanos: bigint }>(
      'SELECT start, cost_nanos FROM usage_daily WHERE key_id = $1 ORDER BY start',
      [key],
    )
    expect(rows.map(({ start, cost_nanos }) => [start.toISOString().slice(0, 10), cost_nanos])).toEqual([
      ['2026-10-22', 27000n],
      ['2026-11-21', 15000n],
    ])
    expect((await readReceipt(fixture.context, ada!, call.id)).costUsd).toBe('0.000042')
  })

  test('of many calls goes on where the last answer stopped', async () => {
    for (let n = 0; n < 3; n++)
      await book(...Array.from({ length: 4_000 }, (_, i) => made(1, { at: nowMs - hour - n * 4_000 - i })))
    const first = (await reprice(ada!, { dryRun: false })).body
    expect(first).toMatchObject({ calls: 10_000, adjusted: 10_000 })
    const second = (await reprice(ada!, { dryRun: false, cursor: first.nextCursor })).body
    expect(second).toMatchObject({ calls: 2_000, adjusted: 2_000, nextCursor: null })
    expect(await spent()).toBe(String(12_000 * 42_000))
  }, 30_000)

  test('moves the budgets of open periods at once, as a correction by hand does', async () => {
    const { db, redis } = fixture.context
    const call = made(1)
    await book(call)
    const budget = `bud_${key}`
    await db.budget.create({
      data: { id: budget, scopeType: 'key', scopeId: key, amountNanos: 10n ** 9n, period: 'month', posture: 'hard' },
    })
    const record = `{gh}:p:${budget}:${Date.UTC(2026, 10)}`
    await redis.set(record, '27000 10')
    await reprice(ada!, { dryRun: false })
    expect(await redis.get(record)).toBe('42000 10')
    await ask(ada!, 'POST', '/ledger/adjust', { callId: call.id, costUsd: '-0.00004', reason: 'agreed' })
    expect(await redis.get(record)).toBe('2000 10')
    await reconcileAllBudgets(fixture.context)
    expect(await redis.get(record)).toBe('2000 10')
  })

  test.each([
    [{ model: 'nobody' }, 'model'],
    [{ priceVersion: 'price_nobody' }, 'priceVersion'],
    [{ to: '2020-01-01T00:00:00Z' }, 'to'],
    [{ reason: ' ' }, 'reason'],
  ])('%j is refused by name', async (body, field) => {
    const answer = await reprice(ada!, body)
    expect([answer.status, (answer.body.errors as { field: string }[])[0]?.field]).toEqual([422, field])
  })
})

describe('a correction by hand', () => {
  test('is audited, and gives back at most what the call costs', async () => {
    const call = made(1)
    await book(call)
    const adjust = (actor: Actor, body: object) =>
      ask(actor, 'POST', '/ledger/adjust', { callId: call.id, reason: 'agreed', costUsd: '-0.00002', ...body })
    expect((await adjust(finn!, {})).status).toBe(403)
    expect((await adjust(ada!, {})).status).toBe(201)
    expect((await adjust(ada!, {})).status).toBe(422)
    expect((await adjust(ada!, { costUsd: '+1' })).status).toBe(201)
    expect((await adjust(ada!, { callId: `call_${'0'.repeat(26)}` })).status).toBe(404)
    expect(await spent()).toBe('1000007000')
    const entries = await fixture.context.db.auditEntry.findMany({
      where: { action: 'ledger.adjust', targetId: call.id },
    })
    expect(entries).toHaveLength(2)
  })

  test('of many at once is worked out from what those before it left', async () => {
    const call = made(1)
    await book(call)
    const body = { callId: call.id, costUsd: '-0.00001', reason: 'agreed' }
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(ada!, 'POST', '/ledger/adjust', body)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 422, 422, 422, 422])
    expect(await spent()).toBe('7000')
  })
})

test('the receipt of a call whose month is gone says that it is not kept, and an unknown one does not', async () => {
  const receiptOf = (ms: number) => readReceipt(fixture.context, ada!, newId('call', ms))
  await expect(receiptOf(Date.UTC(2019, 3, 5))).rejects.toMatchObject({ code: 'not_found', message: /no longer kept/ })
  await expect(receiptOf(Date.now())).rejects.toMatchObject({ code: 'not_found', message: /No call with this id/ })
})

describe('dead letters', () => {
  test('are listed by page, and sent round again', async () => {
    const { sql, redis } = fixture.context
    const event = made(1)
    await insertDeadLetters(
      sql,
      ['1-0', '1-1', '1-2'].map((streamId) => ({ streamId, payload: JSON.stringify(event), error: 'unheard of' })),
    )
    const first = (await ask(finn!, 'GET', '/ledger/dead-letters?limit=2')).body
    const rest = (await ask(finn!, 'GET', `/ledger/dead-letters?limit=2&cursor=${String(first.nextCursor)}`)).body
    const ids = [...(first.data as { id: string }[]), ...(rest.data as { id: string }[])].map(({ id }) => id)
    expect([ids, rest.nextCursor]).toEqual([['1-2', '1-1', '1-0'], null])
    expect((await ask(dana!, 'GET', '/ledger/dead-letters')).status).toBe(403)

    const close = (actor: Actor, reason: string) => ask(actor, 'POST', '/ledger/dead-letters/1-2/close', { reason })
    expect((await close(finn!, 'a test of ours')).status).toBe(403)
    expect((await close(ada!, ' ')).status).toBe(422)
    for (const reason of ['a test of ours', 'another']) expect((await close(ada!, reason)).status).toBe(204)
    const idsOf = async (query: string) => {
      const { body } = await ask(finn!, 'GET', `/ledger/dead-letters${query}`)
      return (body.data as { id: string; closed: unknown }[]).map(({ id, closed }) => [id, closed])
    }
    expect(await idsOf('')).toEqual([
      ['1-1', null],
      ['1-0', null],
    ])
    const closed = { at: new Date(nowMs).toISOString(), by: ada!.name, reason: 'a test of ours' }
    expect(await idsOf('?filter[state]=closed')).toEqual([['1-2', closed]])
    expect(await fixture.context.db.auditEntry.count({ where: { action: 'ledger.close' } })).toBe(1)

    expect((await ask(finn!, 'POST', '/ledger/dead-letters/1-0/retry')).status).toBe(403)
    for (const id of ['1-0', '1-1']) {
      expect((await ask(ada!, 'POST', `/ledger/dead-letters/${id}/retry`)).status).toBe(204)
    }
    expect((await ask(ada!, 'POST', '/ledger/dead-letters/1-0/retry')).status).toBe(404)
    await ensureGroup(redis)
    const entries = await takeNew(redis, 'one', 10, 1)
    expect(entries).toHaveLength(2)
    expect((await ingestEntries({ sql, redis, nowMs: () => nowMs }, entries)).booked).toBe(1)
    expect(await redis.xlen(usageStream)).toBe(0)
    expect((await ask(ada!, 'GET', '/ledger/dead-letters?filter[state]=closed')).body.data).toHaveLength(1)
  })
})
