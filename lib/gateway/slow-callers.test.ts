/**
 * Fault F19: callers that take a kilobyte a second. SLOW_CALLERS=1000 is the fault as it is promised, for a machine that
 * does nothing else; a part of them shows the same within a test run. The provider, the gateway, the slow callers and those that
 * are healthy are a process each, so that what is measured is the gateway's.
 */
import { execFileSync } from 'node:child_process'
import http from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHolds } from '#lib/limits/keys.ts'
import { loadConfig } from '#lib/platform/config.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { createCatalogue, makeKey, testEnvironment, type TestKey } from '#lib/testing/gateway.ts'
import { startProcess, startScript, type ProductProcess } from '#lib/testing/product-process.ts'
import { freshDatabase, freshRedisProcess } from '#lib/testing/services.ts'
import { createSmallCompany } from '#lib/testing/small-company.ts'

const slowCallers = Number(process.env.SLOW_CALLERS ?? 150)
const isWhole = slowCallers >= 1_000
/** Measured with a thousand: 245 to 260 KiB, most of it what one connection has under way on either side. */
const mostBytesEach = (isWhole ? 256 : 512) * 1024
const mostSlower = isWhole ? 1.1 : 2

let redis: RedisClient
/** The one that has the slow callers, and one that has none: both are asked in turn, so a busy machine is slow for both. */
let burdened: ProductProcess
let free: ProductProcess
let newKey: () => Promise<TestKey>
const undo: (() => unknown)[] = []

async function start(starting: Promise<ProductProcess>): Promise<ProductProcess> {
  const one = await starting
  undo.push(() => {
    one.signal('SIGKILL')
    return one.exited
  })
  return one
}

beforeAll(async () => {
  const [postgres, redisServer, simulator] = await Promise.all([
    freshDatabase(),
    freshRedisProcess(),
    start(startProcess('simulator', {})),
  ])
  const env = testEnvironment(postgres.url, redisServer.url)
  const database = openDatabase(postgres.url, 2)
  redis = openRedis(redisServer.url, 'patient')
  undo.push(postgres.drop, redisServer.drop, database.close, () => redis.disconnect())
  const company = await createSmallCompany(database.db)
  await createCatalogue(database, `${simulator.url}/openai/v1`)
  newKey = () => makeKey(database, loadConfig(env), company, {})
  ;[burdened, free] = await Promise.all([start(startProcess('gateway', env)), start(startProcess('gateway', env))])
}, 120_000)
afterAll(async () => {
  agent.destroy()
  for (const step of undo.toReversed()) await step()
})

/** The process's memory, with what is only not collected yet. */
function residentBytes({ pid }: ProductProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
}

/** Until the last of the slow callers is only waited for, or the first may be given up. */
async function buffersFull(): Promise<void> {
  let bytes = 0
  for (let looks = 0; looks < 20 && residentBytes(burdened) > bytes * 1.01; looks++) {
    bytes = residentBytes(burdened)
    await sleep(500)
  }
}

const agent = new http.Agent({ keepAlive: true })

/** Milliseconds until a healthy caller has all of a streamed answer. */
function healthyCall({ url }: ProductProcess, key: TestKey): Promise<number> {
  const startedMs = performance.now()
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key.text}` }
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/v1/chat/completions`, { method: 'POST', headers, agent })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('error', reject)
      response.on('end', () =>
        text.endsWith('data: [DONE]\n\n') ? resolve(performance.now() - startedMs) : reject(new Error(text)),
      )
    })
    request.end(JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'hello' }] }))
  })
}

/**
 * The 99th percentile of healthy calls at each gateway, in milliseconds. What else the machine does only adds, so of
 * several rounds the best counts; when they are near enough to each other, no more are needed.
 */
async function healthyP99s(key: TestKey, mostRounds: number): Promise<{ burdenedMs: number; freeMs: number }> {
  let [burdenedMs, freeMs] = [Infinity, Infinity]
  for (let round = 0; round < mostRounds && !(burdenedMs < freeMs * mostSlower); round++) {
    const took: [number[], number[]] = [[], []]
    for (let i = 0; i < 200; i++) {
      took[0].push(await healthyCall(burdened, key))
      took[1].push(await healthyCall(free, key))
    }
    burdenedMs = Math.min(burdenedMs, percentile99(took[0]))
    freeMs = Math.min(freeMs, percentile99(took[1]))
  }
  return { burdenedMs, freeMs }
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]!
}

const running = (): Promise<number> => redis.zcard(openHolds)

test(`${slowCallers} slow callers cost ${mostBytesEach / 1024} KiB each at most, and the others hardly wait for them`, async () => {
  const [slowKey, key] = await Promise.all([newKey(), newKey()])
  // What a gateway needs once it has worked, however many call, is not the slow callers'.
  for (let i = 0; i < 5; i++) {
    await Promise.all(Array.from({ length: 200 }, (_, n) => healthyCall(n % 2 === 0 ? burdened : free, key)))
  }
  const before = residentBytes(burdened)
  let [mostBytes, mostRunning] = [0, 0]
  const look = async (): Promise<void> => {
    mostBytes = Math.max(mostBytes, residentBytes(burdened) - before)
    mostRunning = Math.max(mostRunning, await running())
  }
  const watch = setInterval(() => void look(), 500)
  try {
    const startedMs = performance.now()
    const args = [burdened.url, slowKey.text, String(slowCallers)]
    const callers = await start(startScript('lib/testing/slow-callers.ts', args, {}))
    const filledMs = performance.now() - startedMs
    await buffersFull()
    await look()
    const { burdenedMs, freeMs } = await healthyP99s(key, 6)
    await look()
    const slower = burdenedMs / freeMs
    process.stdout.write(
      `F19: ${mostRunning} slow callers at once, answered within ${Math.round(filledMs)} ms; ` +
        `${Math.round(mostBytes / slowCallers / 1024)} KiB each; ` +
        `healthy p99 ${burdenedMs.toFixed(2)} ms beside them, ${freeMs.toFixed(2)} ms without\n`,
    )
    expect(mostRunning).toBeGreaterThan(slowCallers * 0.9)
    expect(mostBytes).toBeLessThan(slowCallers * mostBytesEach)
    expect(slower).toBeLessThan(mostSlower)
    // When they are gone, nothing is set aside for them.
    callers.signal('SIGKILL')
  } finally {
    clearInterval(watch)
  }
  for (const deadline = Date.now() + 15_000; (await running()) > 0; await sleep(50)) {
    expect(Date.now()).toBeLessThan(deadline)
  }
}, 180_000)
