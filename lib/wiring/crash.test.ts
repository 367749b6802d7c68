/**
 * The product's processes, killed, stopped and told to go in the middle of their work: no call is lost, none is counted
 * twice, and no money stays set aside. One world for all tests, each with a key of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { startSimulator, type Simulator } from '#lib/demo/simulator/server.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { findDrift } from '#lib/ledger/store.ts'
import { holdPrefix, openHolds, readPeriod } from '#lib/limits/keys.ts'
import { loadConfig, type Config } from '#lib/platform/config.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { publishVersions, raiseVersions } from '#lib/policy/versions.ts'
import {
  createCatalogue,
  makeKey,
  miniPrice,
  testEnvironment,
  type KeyWish,
  type TestKey,
} from '#lib/testing/gateway.ts'
import { makeCall, startLoad, type CallWish } from '#lib/testing/load.ts'
import { startProcess, type ProductProcess } from '#lib/testing/product-process.ts'
import { freshDatabase, freshRedisProcess } from '#lib/testing/services.ts'
import { createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'

type World = {
  readonly env: Record<string, string>
  readonly config: Config
  readonly database: Database
  readonly redis: RedisClient
  readonly simulator: Simulator
  readonly company: SmallCompany
}

let world: World
let worker: ProductProcess
let gateways: [ProductProcess, ProductProcess]
const undo: (() => unknown)[] = []

beforeAll(async () => {
  const [postgres, redisServer, simulator] = await Promise.all([freshDatabase(), freshRedisProcess(), startSimulator()])
  const env = testEnvironment(postgres.url, redisServer.url)
  const config = loadConfig(env)
  const database = openDatabase(postgres.url, 4)
  const redis = openRedis(redisServer.url, 'patient')
  undo.push(postgres.drop, redisServer.drop, simulator.close, database.close, () => redis.disconnect())
  const company = await createSmallCompany(database.db)
  await createCatalogue(database, `${simulator.url}/openai/v1`)
  world = { env, config, database, redis, simulator, company }
  const [startedWorker, ...startedGateways] = await Promise.all([start('worker'), start('gateway'), start('gateway')])
  worker = startedWorker
  gateways = startedGateways
}, 120_000)
afterAll(async () => {
  for (const step of undo.toReversed()) await step()
})

async function start(program: 'gateway' | 'worker'): Promise<ProductProcess> {
  const started = await startProcess(program, world.env)
  undo.push(async () => {
    started.signal('SIGCONT')
    started.signal('SIGKILL')
    await started.exited
  })
  return started
}

/** Beyond every reach, so that only the test's own doing ends a call; every sort of record is kept of it. */
const generous: KeyWish = {
  limits: { rpm: 1e9, tpm: 1e12, rpd: 1e9, concurrency: 1e6 },
  budget: { amountNanos: 1_000_000_000_000n },
}
const newKey = (): Promise<TestKey> => makeKey(world.database, world.config, world.company, generous)

async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(50)
  }
}

const streamIsEmpty = async (): Promise<boolean> => (await world.redis.xlen(usageStream)) === 0
const nothingIsHeld = async (): Promise<boolean> => (await world.redis.zcard(openHolds)) === 0

type Row = {
  readonly id: string
  readonly kind: string
  readonly adjusts: string | null
  readonly mark: string
  readonly outcome: string
  readonly estimated: boolean
  readonly input: number
  readonly output: number
  readonly cost: number
}

/** What the ledger has of a key's calls that were let through. */
async function rowsOf(key: TestKey): Promise<Row[]> {
  const { rows } = await world.database.sql.query<Row>(
    `SELECT id, kind, adjusts, user_agent AS mark, outcome, estimated, input_tokens::float8 AS input,
            output_tokens::float8 AS output, cost_nanos::float8 AS cost
     FROM usage_event WHERE key_id = $1 AND outcome <> 'refused' ORDER BY id`,
    [key.id],
  )
  return rows
}

const total = (rows: readonly Row[], of: 'input' | 'output' | 'cost'): number =>
  rows.reduce((sum, row) => sum + row[of], 0)
const marksOf = (list: readonly { readonly mark: string }[]): string[] => list.map(({ mark }) => mark).toSorted()

/** What the provider knows of them: the truth. */
async function providerCalls(marks: readonly string[]): Promise<(CallEntry & { readonly mark: string })[]> {
  const response = await fetch(`${world.simulator.url}/_sim/calls`)
  const wanted = new Set(marks)
  return ((await response.json()) as CallEntry[])
    .map((call) => ({ ...call, mark: call.headers['openai-project'] ?? '' }))
    .filter(({ mark }) => wanted.has(mark))
}

/** The key's budget in Redis, its leases, and its share of every record of running calls. */
async function leftoversOf(key: TestKey): Promise<{ spent: number; held: number; leases: number; holds: number }> {
  const { id } = await world.database.db.budget.findFirstOrThrow({ where: { scopeId: key.id }, select: { id: true } })
  const [record = ''] = await world.redis.keys(`{gh}:p:${id}:*`)
  const period = readPeriod(await world.redis.get(record))
  return {
    spent: Number(period?.spentNanos),
    held: Number(period?.heldNanos),
    leases: await world.redis.zcard(`{gh}:l:concurrency:key:${key.id}`),
    holds: (await world.redis.keys(`${holdPrefix}*`)).length,
  }
}

/** Starts streams and resolves when each has sent its first byte. */
async function openStreams(gateway: ProductProcess, key: TestKey, count: number, wish: CallWish) {
  let open = 0
  const results = Array.from({ length: count }, () => {
    let isOpen = false
    return makeCall(gateway.url, key.text, wish, () => {
      if (!isOpen) open += 1
      isOpen = true
    })
  })
  await until('every stream has begun', () => open === count)
  return Promise.all(results)
}

const quick = (n: number): CallWish => ({ content: `@sim in=${20 + (n % 7)} out=${1 + (n % 9)}`, stream: n % 2 === 0 })

describe('workers that are killed one after the other under load', () => {
  test('lose no call and count none twice: the ledger equals the provider to the token', async () => {
    const key = await newKey()
    await fetch(`${world.simulator.url}/_sim/calls`, { method: 'DELETE' })
    const load = startLoad(
      gateways.map(({ url }) => url),
      key.text,
      12,
      quick,
    )
    await sleep(500)
    worker.signal('SIGKILL')
    await worker.exited
    const others = await Promise.all([start('worker'), start('worker'), start('worker')])
    for (const pauseMs of [350, 40]) {
      await sleep(pauseMs)
      const victim = others.pop()!
      victim.signal('SIGKILL')
      await victim.exited
    }
    worker = others[0]!
    await sleep(300)
    await load.stop()
    const answered = load.results.filter(({ status }) => status !== 503)
    expect(answered.length).toBeGreaterThan(100)
    expect(answered.filter(({ status, isWhole }) => status !== 200 || !isWhole)).toEqual([])
    await until('every call is settled', nothingIsHeld)
    await until('the stream is empty', streamIsEmpty)

    const rows = await rowsOf(key)
    const truth = world.simulator.totals()
    expect(rows.map(({ id }) => id)).toEqual(answered.map(({ id }) => id).toSorted())
    expect({ calls: rows.length, prompt: total(rows, 'input'), completion: total(rows, 'output') }).toEqual({
      calls: truth.calls,
      prompt: truth.prompt_tokens,
      completion: truth.completion_tokens,
    })
    expect(rows.some(({ estimated }) => estimated)).toBe(false)
    expect(await leftoversOf(key)).toEqual({ spent: total(rows, 'cost'), held: 0, leases: 0, holds: 0 })
  }, 120_000)
})

test('two gateways admit exactly as many calls as a budget has holds for, and give every hold back', async () => {
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    stream: true,
    max_tokens: 20,
    messages: [{ role: 'user', content: '@sim out=20 hang=stream' }],
  })
  const hold = BigInt(Buffer.byteLength(body) * miniPrice.input + 20 * miniPrice.output) / 1_000_000n
  const key = await makeKey(world.database, world.config, world.company, { budget: { amountNanos: 50n * hold } })
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, n) =>
      fetch(`${gateways[n % 2]!.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
        body,
      }),
    ),
  )
  const admitted = answers.filter(({ status }) => status === 200)
  expect([admitted.length, answers.filter(({ status }) => status === 429).length]).toEqual([50, 350])
  expect((await leftoversOf(key)).held).toBe(Number(50n * hold))
  await Promise.all(answers.map((answer) => answer.body!.cancel()))
  await until('every call is settled', nothingIsHeld)
  expect(await leftoversOf(key)).toMatchObject({ held: 0, holds: 0 })
})

describe('a key that is revoked while two gateways serve it', () => {
  async function revoke(key: TestKey, publishes: boolean): Promise<number> {
    const { db } = world.database
    await db.$transaction(async (tx) => {
      await tx.virtualKey.update({ where: { id: key.id }, data: { status: 'revoked' } })
      await raiseVersions(tx, [`key:${key.id}`])
    })
    if (publishes) await publishVersions(db, world.redis, [`key:${key.id}`])
    return Date.now()
  }

  test.each([
    ['is refused by both on every call that comes after', true, 0],
    // The worker publishes what was left unpublished twice a second; the rest is for a slow machine.
    ['is refused by both though its revocation died before it told Redis', false, 2_000],
  ])('%s', async (_what, publishes, withinMs) => {
    const key = await newKey()
    const load = startLoad(
      gateways.map(({ url }) => url),
      key.text,
      8,
      quick,
    )
    await until('both have served it', () => load.results.length > 40)
    const atMs = await revoke(key, publishes)
    const after = () => load.results.filter(({ sentAtMs }) => sentAtMs >= atMs + withinMs)
    await until('both have been asked again', () => after().length > 40)
    await load.stop()
    const before = load.results.filter(({ sentAtMs }) => sentAtMs < atMs)
    expect(before.some(({ status }) => status === 200)).toBe(true)
    // 503 is what a gateway says that a busy machine keeps from Redis; nobody is let through by it.
    expect(after().filter(({ status }) => status !== 401 && status !== 503)).toEqual([])
    expect(after().some(({ status }) => status === 401)).toBe(true)
  })
})

// Both wait for leases to run out: they wait together, each with a gateway of its own.
describe.concurrent('a gateway that falls silent', () => {
  test('stopped for twelve seconds, finds its calls swept when it comes back, and estimate and adjustment add up to the truth', async () => {
    const [gateway] = gateways
    const key = await newKey()
    const streams = openStreams(gateway, key, 12, { content: '@sim out=100 gap=60', stream: true })
    const plain = Array.from({ length: 4 }, () =>
      makeCall(gateway.url, key.text, { content: '@sim out=30 gap=150', stream: false }),
    )
    // Its leases have been renewed once by now, with what was seen by then.
    await sleep(2_800)
    gateway.signal('SIGSTOP')
    await sleep(12_000)
    gateway.signal('SIGCONT')

    const results = [...(await streams), ...(await Promise.all(plain))]
    expect(results.every(({ isWhole }) => isWhole)).toBe(true)
    await until('every call is settled', nothingIsHeld)
    await until('every truth is told', async () => {
      const rows = (await streamIsEmpty()) ? await rowsOf(key) : []
      return rows.filter(({ kind }) => kind === 'adjustment').length === results.length
    })

    const rows = await rowsOf(key)
    const [calls, adjustments] = [
      rows.filter(({ kind }) => kind === 'call'),
      rows.filter(({ kind }) => kind === 'adjustment'),
    ]
    expect(marksOf(calls)).toEqual(marksOf(results))
    expect(calls.every(({ outcome, estimated }) => outcome === 'interrupted' && estimated)).toBe(true)
    expect(adjustments.map(({ adjusts }) => adjusts).toSorted()).toEqual(calls.map(({ id }) => id).toSorted())

    for (const call of await providerCalls(marksOf(results))) {
      const own = rows.filter(({ mark }) => mark === call.mark)
      expect([total(own, 'input'), total(own, 'output')]).toEqual([
        call.usage.prompt_tokens,
        call.usage.completion_tokens,
      ])
    }
    expect(await leftoversOf(key)).toEqual({ spent: total(rows, 'cost'), held: 0, leases: 0, holds: 0 })
  }, 90_000)

  test('killed under load, leaves exactly one row for every call that it let through, within fifteen seconds, and nothing held', async () => {
    const gateway = gateways[1]
    const key = await newKey()
    const gapMs = 50
    const load = startLoad([gateway.url], key.text, 6, quick)
    const streams = [0, 900, 1_700].map(async (afterMs) => {
      await sleep(afterMs)
      return openStreams(gateway, key, 8, { content: `@sim out=4000 gap=${gapMs}`, stream: true })
    })
    await sleep(4_500)
    gateway.signal('SIGKILL')
    const killedAtMs = Date.now()
    await gateway.exited
    const running = (await Promise.all(streams)).flat()
    await load.stop()
    expect(running.every(({ status, isWhole }) => status === 200 && !isWhole)).toBe(true)

    await until('nothing is held', nothingIsHeld, 15_000)
    const results = [...load.results, ...running]
    const known = await providerCalls(marksOf(results))
    await until(
      'every call of the provider has its row',
      async () => {
        const marks = new Set(marksOf(await rowsOf(key)))
        return (await streamIsEmpty()) && known.every(({ mark }) => marks.has(mark))
      },
      killedAtMs + 15_000 - Date.now(),
    )

    const rows = await rowsOf(key)
    const marks = marksOf(rows)
    expect(marks).toEqual([...new Set(marks)])
    // Each answer that began is in the ledger under the id that its caller was told.
    const ids = new Set(rows.map(({ id }) => id))
    expect(results.filter(({ status, id }) => status === 200 && !ids.has(id!))).toEqual([])

    const swept = rows.filter(({ outcome }) => outcome === 'interrupted')
    expect(swept.every(({ estimated }) => estimated)).toBe(true)
    expect(marksOf(swept)).toEqual(expect.arrayContaining(marksOf(running)))
    // At most two seconds of tokens are missing of a stream, and a little more where the machine is slow.
    for (const { mark, usage } of known.filter((call) => marksOf(running).includes(call.mark))) {
      const row = rows.find((one) => one.mark === mark)!
      expect(usage.completion_tokens - row.output).toBeLessThanOrEqual(2_700 / gapMs)
      expect(row.output).toBeLessThanOrEqual(usage.completion_tokens)
    }
    // Calls that had ended are booked as they were.
    const served = rows.filter(({ outcome }) => outcome === 'served')
    expect(served.length).toBeGreaterThan(10)
    for (const { mark, input, output } of served) {
      const { usage } = known.find((call) => call.mark === mark)!
      expect([input, output]).toEqual([usage.prompt_tokens, usage.completion_tokens])
    }
    expect(await leftoversOf(key)).toEqual({ spent: total(rows, 'cost'), held: 0, leases: 0, holds: 0 })
  }, 90_000)
})

describe('a gateway that is told to go', () => {
  test('takes nothing new, lets its streams end, and is gone', async () => {
    const [gateway] = gateways
    const key = await newKey()
    const streams = openStreams(gateway, key, 12, { content: '@sim out=30 gap=100', stream: true })
    await sleep(1_000)
    gateway.signal('SIGTERM')
    await until('it takes nothing new', async () => (await makeCall(gateway.url, key.text, quick(0))).status === null)
    const results = await streams
    expect(results.every(({ isWhole }) => isWhole)).toBe(true)
    expect(await gateway.exited).toBe(0)

    await until('the stream is empty', streamIsEmpty)
    const rows = (await rowsOf(key)).filter(({ mark }) => marksOf(results).includes(mark))
    expect(marksOf(rows)).toEqual(marksOf(results))
    expect(rows.every(({ outcome, estimated, output }) => outcome === 'served' && !estimated && output === 30)).toBe(
      true,
    )
    expect(await leftoversOf(key)).toMatchObject({ held: 0, leases: 0, holds: 0 })
  }, 60_000)
})

test('after all this events and rollups agree', async () => {
  const [from, to] = [new Date(Date.now() - 86_400_000), new Date(Date.now() + 86_400_000)]
  expect(await findDrift(world.database.sql, 'usage_hourly', from, to)).toEqual([])
  expect(await findDrift(world.database.sql, 'usage_daily', from, to)).toEqual([])
})
