import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { usageStream } from '#lib/ledger/contract.ts'
import { startDrain, type Drain } from '#lib/ledger/drain-usage.ts'
import { createLog } from '#lib/platform/log.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { freshDatabase, freshRedisProcess } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function start(workers: number = 1) {
  const redisServer = await freshRedisProcess({ persist: true })
  const databaseServer = await freshDatabase()
  const database = openDatabase(databaseServer.url)
  const open = () => {
    const client = openRedis(redisServer.url, 'patient')
    undo.push(() => client.disconnect())
    return client
  }
  undo.push(redisServer.drop, databaseServer.drop, database.close)
  const redis = open()
  const drains: Drain[] = Array.from({ length: workers }, (_, n) => {
    const ports = {
      sql: database.sql,
      redis: open(),
      reader: open(),
      consumer: `w${n}`,
      log: createLog('test', 'silent'),
    }
    const drain = startDrain({ ...ports, nowMs: Date.now })
    undo.push(drain.stop)
    return drain
  })
  return { redis, redisServer, database, databaseServer, drains }
}

const put = (redis: RedisClient, event: object = anEvent()) => redis.xadd(usageStream, '*', 'e', JSON.stringify(event))

async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs: number = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}

describe('draining the usage stream', () => {
  test('shows an event in PostgreSQL at once', async () => {
    const { redis, drains } = await start()
    await put(redis)
    await until('the first event is booked', () => drains[0]!.booked() === 1)
    const before = Date.now()
    await put(redis)
    await until('the second event is booked', () => drains[0]!.booked() === 2)
    expect(Date.now() - before).toBeLessThan(5_000)
  })

  test('by several workers books every event once', async () => {
    const { redis, drains, database } = await start(3)
    for (let n = 0; n < 3_000; n++) void put(redis)
    const booked = () => drains.reduce((sum, drain) => sum + drain.booked(), 0)
    await until('all events are booked', () => booked() === 3_000)
    const { rows } = await database.sql.query<{ n: bigint }>('SELECT sum(calls)::bigint AS n FROM usage_hourly')
    expect(rows[0]!.n).toBe(3_000n)
    await until('the stream is empty', async () => (await redis.xlen(usageStream)) === 0)
  })

  test('goes on by itself after Redis was away', async () => {
    const { redis, redisServer, drains } = await start()
    await put(redis)
    await until('the first event is booked', () => drains[0]!.booked() === 1)
    await redisServer.kill()
    await sleep(300)
    await redisServer.start()
    await put(redis)
    await until('the second event is booked', () => drains[0]!.booked() === 2)
    expect(await redis.xlen(usageStream)).toBe(0)
  })

  test('goes on by itself after Redis was emptied', async () => {
    const { redis, drains } = await start()
    await put(redis)
    await until('the first event is booked', () => drains[0]!.booked() === 1)
    await redis.flushall()
    await put(redis)
    await until('the second event is booked', () => drains[0]!.booked() === 2)
    expect(drains[0]!.booked()).toBe(2)
  })

  test('keeps its events while PostgreSQL refuses connections, and books them after', async () => {
    const { redis, drains, database, databaseServer } = await start()
    await put(redis)
    await until('the first event is booked', () => drains[0]!.booked() === 1)
    const name = new URL(databaseServer.url).pathname.slice(1)
    const admin = openDatabase(databaseServer.url.replace(`/${name}`, '/postgres'), 1)
    undo.push(admin.close)
    await admin.sql.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
    await admin.sql.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    await put(redis)
    await sleep(500)
    expect(await redis.xlen(usageStream)).toBe(1)
    await admin.sql.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
    await until('the second event is booked', () => drains[0]!.booked() === 2)
    const { rows } = await database.sql.query<{ n: bigint }>('SELECT count(*) AS n FROM usage_event')
    expect(rows[0]!.n).toBe(2n)
  })

  test('stops within its read when nothing is there', async () => {
    const { drains } = await start()
    await sleep(100)
    const before = Date.now()
    await drains[0]!.stop()
    expect(Date.now() - before).toBeLessThan(2_000)
  })
})
