/** The worker as a process: killed, told to go, run beside others. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { usageStream } from '#lib/ledger/contract.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { freshDatabase, freshRedis } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function surroundings() {
  const database = await freshDatabase()
  const redisDatabase = await freshRedis()
  const { sql, close } = openDatabase(database.url, 2)
  const redis = openRedis(redisDatabase.url, 'patient')
  undo.push(database.drop, redisDatabase.drop, close, () => redis.disconnect())
  const secret = Buffer.alloc(32, 7).toString('base64')
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    REDIS_URL: redisDatabase.url,
    NEXTAUTH_SECRET: secret,
    GATEHOUSE_MASTER_KEY: secret,
    GATEHOUSE_KEY_PEPPER: secret,
    LOG_LEVEL: 'warn',
  }
  const startWorker = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'bin/worker.ts'], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    undo.push(() => child.kill('SIGKILL'))
    await once(child, 'message')
    return child
  }
  const put = async (count: number) => {
    const pipeline = redis.pipeline()
    for (let n = 0; n < count; n++) pipeline.xadd(usageStream, '*', 'e', JSON.stringify(anEvent({ costNanos: '1' })))
    await pipeline.exec()
  }
  const booked = async () => {
    const { rows } = await sql.query<{ calls: bigint; cost: bigint; events: bigint }>(
      `SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(cost_nanos), 0)::bigint AS cost,
              (SELECT count(*) FROM usage_event) AS events
       FROM usage_hourly`,
    )
    return rows[0]!
  }
  return { startWorker, put, booked, redis }
}

describe('a worker process', () => {
  test('killed again and again in the middle of its batches loses nothing and counts nothing twice', async () => {
    const { startWorker, put, booked, redis } = await surroundings()
    const total = 6 * 2_000
    for (let round = 0; round < 6; round++) {
      const worker = await startWorker()
      await put(2_000)
      // At a different moment of the work in each round.
      await sleep(20 + round * 35)
      worker.kill('SIGKILL')
      await once(worker, 'exit')
    }
    await startWorker()
    const deadline = Date.now() + 25_000
    while ((await redis.xlen(usageStream)) > 0 && Date.now() < deadline) await sleep(50)
    expect(await booked()).toEqual({ calls: BigInt(total), cost: BigInt(total), events: BigInt(total) })
  })

  test('told to go finishes its batch and is gone within ten seconds', async () => {
    const { startWorker, put, booked, redis } = await surroundings()
    const worker = await startWorker()
    await put(3_000)
    const before = Date.now()
    worker.kill('SIGTERM')
    const [code] = (await once(worker, 'exit')) as [number | null]
    expect(code).toBe(0)
    expect(Date.now() - before).toBeLessThan(10_000)
    const { calls } = await booked()
    expect(calls + BigInt(await redis.xlen(usageStream))).toBe(3_000n)
  })
})
