/**
 * A fresh product for one fault: its own database, Redis, provider simulator, workers and gateways, each a process, and a
 * fault proxy on every way from a process of the product to what it depends on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#lib/platform/embedded/ports.ts'
import { startFaultProxy, type FaultProxy } from '#lib/faults/fault-proxy.ts'
import { loadConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { createBudgetInput } from '#lib/limits/budget-contract.ts'
import { createBudget } from '#lib/limits/set-budget.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import { createCatalogue, makeKey, testEnvironment, type KeyWish, type TestKey } from '#lib/testing/gateway.ts'
import { startScript, type ProductProcess } from '#lib/testing/product-process.ts'
import { freshRedisProcess, type TestRedisProcess } from '#lib/testing/services.ts'
import { bootstrap, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'

/** A process of the product and its ways to what it depends on. */
export type Linked = ProductProcess & {
  readonly redis: FaultProxy
  readonly postgres: FaultProxy
  kill(): Promise<void>
}

/** A PostgreSQL database; where the server is the world's own, it can be stopped and started. */
export type FaultDatabase = {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  drop(): Promise<void>
}

export type World = {
  /** Clients of the harness; they bypass the proxies. */
  readonly database: Database
  readonly redis: RedisClient
  /** For use cases, as an admin in the portal calls them. */
  readonly context: Context
  readonly company: SmallCompany
  readonly redisServer: TestRedisProcess
  readonly postgresServer: FaultDatabase
  readonly simulatorUrl: string
  /** The gateways' way to the simulator. */
  readonly provider: FaultProxy
  readonly gateways: readonly Linked[]
  readonly workers: readonly Linked[]
  startGateway(more?: Readonly<Record<string, string>>): Promise<Linked>
  startWorker(more?: Readonly<Record<string, string>>): Promise<Linked>
  /** With limits and a budget beyond every reach, unless said. */
  newKey(wish?: KeyWish): Promise<TestKey>
  close(): Promise<void>
}

export type WorldWish = {
  readonly gateways: number
  readonly workers: number
  /** Environment of every process. */
  readonly env?: Readonly<Record<string, string>>
}

export type StartWorld = (wish: WorldWish) => Promise<World>

const far = 1_000_000_000_000
const generous: KeyWish = {
  limits: { rpm: far, tpm: far, rpd: far, concurrency: far },
  budget: { amountNanos: 1_000_000_000_000n },
}

export async function startWorld(wish: WorldWish, freshDatabase: () => Promise<FaultDatabase>): Promise<World> {
  const undo: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  try {
    return await buildWorld(wish, await freshDatabase(), undo, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function buildWorld(
  wish: WorldWish,
  postgres: FaultDatabase,
  undo: (() => unknown)[],
  close: () => Promise<void>,
): Promise<World> {
  undo.push(postgres.drop)
  const redisServer = await freshRedisProcess({ persist: true })
  undo.push(redisServer.drop)
  const env = { ...testEnvironment(postgres.url, redisServer.url), WEB_CONCURRENCY: '1', ...wish.env }
  const config = loadConfig(env)
  const database = openDatabase(postgres.url, 4)
  const redis = openRedis(redisServer.url, 'patient')
  undo.push(database.close, () => redis.disconnect())
  await loadFunctions(redis)
  const context: Context = { config, ...database, redis, clock: systemClock, log: createLog('faults', 'silent') }
  const company = await createSmallCompany(database.db)
  const simulator = await begin('simulator', {})
  const provider = await proxied(Number(new URL(simulator.url).port))
  await createCatalogue(database, `http://127.0.0.1:${provider.port}/openai/v1`)
  // The audit chain of every world has something to verify.
  const cap = { amountUsd: '1000000', period: 'month' }
  for (const scope of [{ scopeType: 'team', scopeId: 'team_search' }, { scopeType: 'organisation' }]) {
    await createBudget(context, bootstrap, createBudgetInput.parse({ ...cap, ...scope }))
  }

  async function proxied(port: number): Promise<FaultProxy> {
    const proxy = await startFaultProxy(port)
    undo.push(proxy.close)
    return proxy
  }

  async function begin(program: Program, more: Readonly<Record<string, string>>): Promise<ProductProcess> {
    const process_ = await startScript(fileOf(program), [], { ...env, ...more })
    undo.push(() => end(process_))
    return process_
  }

  async function linked(program: Program, more: Readonly<Record<string, string>> = {}): Promise<Linked> {
    const [toRedis, toPostgres] = await Promise.all([proxied(portOf(redisServer.url)), proxied(portOf(postgres.url))])
    const started = await begin(program, {
      // A port of its own, so that a gateway has the same address after a restart.
      PORT: program === 'gateway' ? String(await freePort()) : '0',
      REDIS_URL: at(redisServer.url, toRedis.port),
      DATABASE_URL: at(postgres.url, toPostgres.port),
      ...more,
    })
    return { ...started, redis: toRedis, postgres: toPostgres, kill: () => end(started) }
  }

  const [gateways, workers] = await Promise.all([
    Promise.all(Array.from({ length: wish.gateways }, () => linked('gateway'))),
    Promise.all(Array.from({ length: wish.workers }, () => linked('worker'))),
  ])
  return {
    database,
    redis,
    context,
    company,
    redisServer,
    postgresServer: postgres,
    simulatorUrl: simulator.url,
    provider,
    gateways,
    workers,
    startGateway: (more) => linked('gateway', more),
    startWorker: (more) => linked('worker', more),
    newKey: (keyWish = {}) => makeKey(database, config, company, { ...generous, ...keyWish }),
    close,
  }
}

type Program = 'gateway' | 'worker' | 'simulator'

/** `npm run faults` runs from the bundle and tries what `npm start` would run; tests run from the sources. */
function fileOf(program: Program): string {
  return import.meta.url.includes('/dist/') ? `dist/${program}.js` : `bin/${program}.ts`
}

async function end(process_: ProductProcess): Promise<void> {
  process_.signal('SIGCONT')
  process_.signal('SIGKILL')
  await process_.exited
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

function at(url: string, port: number): string {
  const moved = new URL(url)
  moved.port = String(port)
  return moved.href
}

/** Waits until something holds; throws, with what it was, when it takes too long. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  withinMs: number = 30_000,
): Promise<number> {
  const startedMs = Date.now()
  while (!(await holds())) {
    if (Date.now() - startedMs > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
  return Date.now() - startedMs
}
