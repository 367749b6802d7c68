/** The worker as a process: killed, told to go, run beside others. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { usageStream } from '#lib/ledger/contract.ts'
import { admit } from '#lib/limits/admit.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { versionKey } from '#lib/policy/versions.ts'
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
  return { startWorker, put, booked, redis, sql }
}

async function until(what: string, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(50)
  }
}

// Each start of a process takes seconds on a busy machine.
describe('a worker process', { timeout: 120_000 }, () => {
  test('publishes within seconds what a crash left unpublished', async () => {
    const { startWorker, redis, sql } = await surroundings()
    await startWorker()
    await sql.query(`INSERT INTO policy_version (subject, version) VALUES ('key:key_x', 42)`)
    await until('the version is published', async () => (await redis.get(versionKey('key:key_x'))) === '42', 30_000)
    await until(
      'the row says so',
      async () => (await sql.query('SELECT 1 FROM policy_version WHERE NOT published')).rowCount === 0,
      5_000,
    )
    expect(await redis.get(versionKey('key:key_x'))).toBe('42')
  })

  test('settles the call of a gateway that died, as interrupted and estimated', async () => {
    const { startWorker, redis, sql } = await surroundings()
    await loadFunctions(redis)
    const event = anEvent({ tokens: {}, costNanos: '0' })
    const draft = JSON.stringify({
      event,
      prices: { input: 150_000_000, output: 600_000_000 },
      promptTokensEstimate: 30,
    })
    const bound = { promptTokens: 30, promptNanos: 0, outputNanos: 0, outputWanted: 16, outputLeast: 16 }
    const question = {
      callId: event.id,
      rules: { versions: [], limits: [], budgets: [], timeZone: 'UTC' },
      bound,
      draft,
      nowMs: Date.now(),
    }
    expect((await admit(redis, question)).kind).toBe('admitted')
    // The lease is over: its gateway has not renewed it.
    await redis.zadd(openHolds, 1, event.id)
    await startWorker()
    await until('the call is booked', async () => (await sql.query('SELECT 1 FROM usage_event')).rowCount === 1, 30_000)
    const { rows } = await sql.query('SELECT id, outcome, estimated, cost_nanos::text AS cost FROM usage_event')
    expect(rows).toEqual([{ id: event.id, outcome: 'interrupted', estimated: true, cost: '4500' }])
    expect(await redis.zcard(openHolds)).toBe(0)
  })

  test('killed again and again in the middle of its batches loses nothing and counts nothing twice', async () => {
    const { startWorker, put, booked, redis } = await surroundings()
    const rounds = 4
    const total = rounds * 2_000
    for (let round = 0; round < rounds; round++) {
      const worker = await startWorker()
      await put(2_000)
      // At a different moment of the work in each round.
      await sleep(20 + round * 50)
      worker.kill('SIGKILL')
      await once(worker, 'exit')
    }
    await startWorker()
    const deadline = Date.now() + 60_000
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
