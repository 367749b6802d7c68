/** Every handler stands running twice. Real PostgreSQL and Redis. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanUp } from '#lib/jobs/clean-up.ts'
import { compareRollups } from '#lib/jobs/compare-rollups.ts'
import { dropOldMonths } from '#lib/jobs/drop-old-months.ts'
import { ensurePartitions } from '#lib/jobs/ensure-partitions.ts'
import { expireKeys } from '#lib/jobs/expire-keys.ts'
import { inspectUsageStream } from '#lib/jobs/inspect-usage-stream.ts'
import { reconcileAllBudgets } from '#lib/jobs/reconcile-budgets.ts'
import { openSchedules, startJobWorker } from '#lib/jobs/queue.ts'
import { jobs } from '#lib/jobs/contract.ts'
import { startTicker } from '#lib/jobs/ticker.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { ensurePartitions as openMonths, findMonths, insertEvents } from '#lib/ledger/store.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { loadConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { freshDatabase, freshRedis, type TestDatabase, type TestRedis } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

let services: { database: TestDatabase; redis: TestRedis }
let database: Database
let redis: RedisClient
let context: Context
const clients: RedisClient[] = []
const log = createLog('test', 'silent')

beforeAll(async () => {
  services = { database: await freshDatabase(), redis: await freshRedis() }
  database = openDatabase(services.database.url)
  redis = openRedis(services.redis.url, 'patient')
  await loadFunctions(redis)
  const secret = Buffer.alloc(32, 7).toString('base64')
  const config = loadConfig({
    DATABASE_URL: services.database.url,
    REDIS_URL: services.redis.url,
    NEXTAUTH_SECRET: secret,
    GATEHOUSE_MASTER_KEY: secret,
    GATEHOUSE_KEY_PEPPER: secret,
  })
  context = { config, db: database.db, sql: database.sql, redis, clock: { nowMs: Date.now }, log }
})
afterAll(async () => {
  for (const client of [redis, ...clients]) client.disconnect()
  await database.close()
  await Promise.all([services.database.drop(), services.redis.drop()])
})

const ago = (ms: number) => new Date(Date.now() - ms)

async function aKey(id: string, status: string, expiresAt: Date | null): Promise<void> {
  const { db } = database
  await db.team.upsert({ where: { id: 'team_x' }, create: { id: 'team_x', name: 'X' }, update: {} })
  await db.accessProfile.upsert({
    where: { id: 'prof_x' },
    create: { id: 'prof_x', name: 'X', policy: {} },
    update: {},
  })
  await db.virtualKey.create({
    data: { id, name: id, kind: 'team', status, teamId: 'team_x', profileId: 'prof_x', createdBy: 'test', expiresAt },
  })
}

describe('a key whose end has come', () => {
  test('is marked expired once, audited and published, however many workers look', async () => {
    await aKey('key_over', 'active', ago(1_000))
    await aKey('key_running', 'active', new Date(Date.now() + 60_000))
    await aKey('key_endless', 'active', null)
    await aKey('key_quarantined', 'quarantined', ago(1_000))
    const runs = await Promise.all([expireKeys(context), expireKeys(context)])
    expect(runs[0].expired + runs[1].expired).toBe(1)
    expect(await expireKeys(context)).toEqual({ expired: 0 })

    const keys = await database.db.virtualKey.findMany({ select: { id: true, status: true }, orderBy: { id: 'asc' } })
    expect(Object.fromEntries(keys.map((key) => [key.id, key.status]))).toEqual({
      key_endless: 'active',
      key_over: 'expired',
      key_quarantined: 'quarantined',
      key_running: 'active',
    })
    expect(await database.db.auditEntry.count({ where: { action: 'key.expire' } })).toBe(1)
    expect(await redis.get(versionKey('key:key_over'))).not.toBeNull()
  })
})

describe('housekeeping', () => {
  test('opens the months ahead, and does nothing when they are there', async () => {
    await ensurePartitions(context)
    await ensurePartitions(context)
    const { rows } = await database.sql.query<{ n: bigint }>(
      `SELECT count(*) AS n FROM pg_inherits WHERE inhparent = 'usage_event'::regclass`,
    )
    expect(rows[0]!.n).toBeGreaterThanOrEqual(4n)
  })

  test('deletes only what nobody can use', async () => {
    const { db } = database
    await db.user.create({ data: { id: 'user_x', email: 'x@demo.test', name: 'X' } })
    const session = { userId: 'user_x', provider: 'demo', issuer: 'demo' }
    await db.session.createMany({
      data: [
        { ...session, id: 'ses_old', expiresAt: ago(8 * 86_400_000) },
        { ...session, id: 'ses_recent', expiresAt: ago(86_400_000) },
        { ...session, id: 'ses_live', expiresAt: new Date(Date.now() + 60_000) },
      ],
    })
    await db.idempotencyRecord.createMany({
      data: [
        { actorId: 'a', key: 'old', requestHash: '', expiresAt: ago(1_000) },
        { actorId: 'a', key: 'new', requestHash: '', expiresAt: new Date(Date.now() + 60_000) },
      ],
    })
    expect(await cleanUp(context)).toEqual({ sessions: 1, idempotencyRecords: 1 })
    expect(await cleanUp(context)).toEqual({ sessions: 0, idempotencyRecords: 0 })
  })

  test('finds a rollup that differs from its events, and says where', async () => {
    const readings = [anEvent({ costNanos: '5' }), anEvent({ costNanos: '7' })].map((e) =>
      readEntry(JSON.stringify(e), Date.now()),
    )
    await insertEvents(
      database.sql,
      readings.flatMap((one) => (one.kind === 'event' ? [one.row] : [])),
    )
    expect(await compareRollups(context, {})).toEqual({ drift: [] })
    await database.sql.query('UPDATE usage_daily SET cost_nanos = cost_nanos + 1')
    expect((await compareRollups(context, {})).drift).toMatchObject([
      { table: 'usage_daily', keyId: 'key_one', field: 'cost_nanos', events: 12n, rollup: 13n },
    ])
  })

  test('drops months that are no longer kept, once, and none whose rollups differ from its events', async () => {
    const { sql, db } = database
    const at = ['2020-01-31T23:59:59Z', '2020-02-10T12:00:00Z'].map((text) => Date.parse(text))
    await openMonths(sql, new Date(at[0]!), new Date(at[1]!))
    const rows = at.map((ms) => readEntry(JSON.stringify(anEvent({ at: ms })), ms))
    await insertEvents(
      sql,
      rows.flatMap((one) => (one.kind === 'event' ? [one.row] : [])),
    )
    const year2020 = `start >= '2020-01-01' AND start < '2020-03-01'`
    const summed = async () =>
      (await sql.query(`SELECT sum(calls)::int AS calls FROM usage_daily WHERE ${year2020}`)).rows[0]
    const months = await findMonths(sql)
    expect(months.slice(0, 2)).toEqual(['2020-01', '2020-02'])

    expect(await dropOldMonths(context)).toEqual({ dropped: [], differing: [] })
    await sql.query(`UPDATE usage_daily SET cost_nanos = cost_nanos + 1 WHERE start = '2020-02-10'`)
    const keeping = { ...context, config: { ...context.config, usageRetentionMonths: 14 } }
    const runs = await Promise.all([dropOldMonths(keeping), dropOldMonths(keeping)])
    expect(runs.flatMap(({ dropped }) => dropped)).toEqual(['2020-01'])
    for (const { differing } of runs) expect(differing).toEqual(['2020-02'])
    await sql.query(`UPDATE usage_daily SET cost_nanos = cost_nanos - 1 WHERE start = '2020-02-10'`)
    expect(await dropOldMonths(keeping)).toEqual({ dropped: ['2020-02'], differing: [] })

    expect(await findMonths(sql)).toEqual(months.slice(2))
    expect(await summed()).toEqual({ calls: 2 })
    const entries = await db.auditEntry.findMany({ where: { action: 'ledger.drop_month' }, orderBy: { seq: 'asc' } })
    expect(entries.map(({ targetId, before }) => [targetId, before])).toEqual([
      ['2020-01', { events: '1' }],
      ['2020-02', { events: '1' }],
    ])
    await sql.query(`DELETE FROM usage_daily WHERE ${year2020}`)
    await sql.query(`DELETE FROM usage_hourly WHERE ${year2020}`)
  })

  test('puts a budget right that differs from the ledger, and keeps what it found for the metrics', async () => {
    const { db } = database
    const terms = { scopeType: 'team', scopeId: 'team_apart', amountNanos: 1_000n, posture: 'hard', timeZone: 'UTC' }
    await db.budget.create({ data: { id: 'bud_apart', period: 'month', ...terms } })
    await db.budget.create({ data: { id: 'bud_over', period: 'day', archivedAt: ago(1), ...terms } })
    const now = new Date()
    const key = `{gh}:p:bud_apart:${Date.UTC(now.getUTCFullYear(), now.getUTCMonth())}`
    await redis.set(key, '70 30')
    const found = [{ budgetId: 'bud_apart', driftNanos: 70n, repaired: true }]
    expect(await reconcileAllBudgets(context)).toEqual({ compared: 1, drift: found })
    expect(await redis.get(key)).toBe('0 30')
    expect(await redis.hgetall('{gh}:reconciled')).toMatchObject({ drifted: '1', driftNanos: '70', repaired: '1' })
    expect(await reconcileAllBudgets(context)).toEqual({ compared: 1, drift: [] })
    expect(await redis.hgetall('{gh}:reconciled')).toMatchObject({ drifted: '0', driftNanos: '0', repaired: '1' })
    await redis.del(key)
  })

  test('looks at the usage stream, also when there is none yet', async () => {
    expect(await inspectUsageStream(context)).toEqual({ length: 0, pending: 0, oldestMs: 0, removed: [] })
  })
})

describe('scheduled jobs', () => {
  test('run, are put back after Redis was emptied, and lose those that no longer exist', async () => {
    const connect = () => {
      const client = openRedis(services.redis.url, 'patient')
      clients.push(client)
      return client
    }
    const schedules = openSchedules(connect())
    const seen: string[] = []
    const note = (name: string) => async () => void seen.push(name)
    const handlers = {
      'inspect-usage-stream': note('inspect-usage-stream'),
      'expire-keys': note('expire-keys'),
      'release-quarantines': note('release-quarantines'),
      'expire-idle-keys': note('expire-idle-keys'),
      'ensure-partitions': note('ensure-partitions'),
      'drop-old-months': note('drop-old-months'),
      'compare-rollups': note('compare-rollups'),
      'reconcile-budgets': note('reconcile-budgets'),
      'raise-alerts': note('raise-alerts'),
      'raise-slow-alerts': note('raise-slow-alerts'),
      'clean-up': note('clean-up'),
    }
    const worker = startJobWorker({ connection: connect(), log, context, handlers })
    await schedules.ensure()
    await schedules.ensure()
    const names = Object.keys(jobs).toSorted()
    while (new Set(seen).size < names.length) await sleep(20)
    expect([...new Set(seen)].toSorted()).toEqual(names)

    await redis.flushdb()
    seen.length = 0
    await schedules.ensure()
    while (new Set(seen).size < names.length) await sleep(20)
    await worker.close(false)
    await schedules.close()
    expect([...new Set(seen)].toSorted()).toEqual(names)
  })
})

describe('work of every second', () => {
  test('is done by one of several workers in each interval, and goes on after a failure', async () => {
    const runs: number[] = []
    let failOnce = true
    const tick = {
      name: 'test',
      everyMs: 100,
      run: async () => {
        runs.push(Date.now())
        if (failOnce) {
          failOnce = false
          throw new Error('not this time')
        }
      },
    }
    const tickers = ['a', 'b', 'c'].map((owner) => startTicker({ redis, owner, log }, tick))
    await sleep(1_500)
    await Promise.all(tickers.map((ticker) => ticker.stop()))
    expect(runs.length).toBeGreaterThan(5)
    expect(runs.length).toBeLessThanOrEqual(17)
  })
})
