/**
 * A gateway on a real socket, with its own PostgreSQL database, Redis and provider simulator, and the small company in it.
 * Keys are made by the test with exactly the policy that it is about.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { startSimulator } from '#lib/demo/simulator/server.ts'
import { createFrontDoor } from '#lib/gateway/front-door.ts'
import { webCall, webResponse } from '#lib/gateway/mounts/web.ts'
import { defaultTimeouts, type UpstreamTimeouts } from '#lib/gateway/upstream.ts'
import { digestOf, newKeyText } from '#lib/keys/rules/key-text.ts'
import type { KeyKind, KeyStatus } from '#lib/keys/contract.ts'
import { limitKinds, type BudgetPeriod, type BudgetPosture, type ScopeLimits } from '#lib/limits/contract.ts'
import { readPeriod } from '#lib/limits/keys.ts'
import { loadConfig, type Config } from '#lib/platform/config.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { publishVersions, raiseVersions, type Subject } from '#lib/policy/versions.ts'
import { createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { serveRequests } from '#lib/testing/serve-requests.ts'
import { freshDatabase, freshRedisProcess } from '#lib/testing/services.ts'
import { createGateway, type Gateway } from '#lib/wiring/gateway.ts'

/** Nano-USD per million: gpt-4o-mini's list price, 150 nanos a token in, 600 out. */
export const miniPrice = { input: 150_000_000, cached_read: 75_000_000, output: 600_000_000 }

export type TestKey = { readonly id: string; readonly text: string }

export type KeyWish = {
  readonly kind?: KeyKind
  readonly status?: KeyStatus
  readonly models?: readonly string[]
  readonly limits?: ScopeLimits
  readonly budget?: { readonly amountNanos: bigint; readonly posture?: BudgetPosture; readonly period?: BudgetPeriod }
  readonly expiresAt?: Date
  /** Whose it is; Dana's, in team Search, unless said. */
  readonly place?: {
    readonly ownerUserId?: string
    readonly teamId: string
    readonly projectId?: string
    readonly workloadId?: string
  }
}

export const mounts = ['front door', 'route handlers'] as const
export type Mount = (typeof mounts)[number]

export type TestGateway = {
  /** The front door. */
  readonly url: string
  /** One gateway core, behind both mounts. */
  urlOf(mount: Mount): string
  readonly config: Config
  readonly gateway: Gateway
  readonly simulator: Awaited<ReturnType<typeof startSimulator>>
  readonly database: Database
  readonly redis: RedisClient
  readonly company: SmallCompany
  makeKey(wish?: KeyWish): Promise<TestKey>
  /** Nano-USD set aside for the running calls of a key, on its budget. */
  heldOn(key: TestKey): Promise<bigint>
  /** Changes rows and tells the gateway, as a use case would. */
  change(subjects: readonly Subject[], work: (database: Database) => Promise<unknown>): Promise<void>
  close(): Promise<void>
}

/** Its Redis is a process of its own, so that tests may pause and kill it. */
export async function startTestGateway(
  timeouts: Partial<UpstreamTimeouts> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  const [postgres, redisServer, simulator] = await Promise.all([freshDatabase(), freshRedisProcess(), startSimulator()])
  const config = loadConfig({ ...testEnvironment(postgres.url, redisServer.url), ...environment })
  const database = openDatabase(postgres.url, 4)
  const redis = openRedis(redisServer.url, 'patient')
  const company = await createSmallCompany(database.db)
  await createCatalogue(database, `${simulator.url}/openai/v1`)
  const gateway = await createGateway(config, { ...defaultTimeouts, ...timeouts })
  const { server } = createFrontDoor({
    handle: gateway.handle,
    portalUrl: null,
    publicUrl: config.publicUrl,
    metrics: gateway.metrics.registry,
    metricsToken: null,
    dependencies: gateway.dependencies,
  })
  const routes = serveRequests((request) => webResponse(request, (reply) => gateway.handle(webCall(request), reply)))

  const urls = { 'front door': await listen(server), 'route handlers': await listen(routes) }

  return {
    url: urls['front door'],
    urlOf: (mount) => urls[mount],
    config,
    gateway,
    simulator,
    database,
    redis,
    company,
    makeKey: (wish = {}) => makeKey(database, config, company, wish),
    async heldOn(key) {
      const budgets = await database.db.budget.findMany({ where: { scopeId: key.id }, select: { id: true }, take: 10 })
      const records = (await Promise.all(budgets.map(({ id }) => redis.keys(`{gh}:p:${id}:*`)))).flat()
      const periods = await Promise.all(records.map(async (record) => readPeriod(await redis.get(record))))
      return periods.reduce((sum, period) => sum + (period?.heldNanos ?? 0n), 0n)
    },
    async change(subjects, work) {
      await work(database)
      await database.db.$transaction((tx) => raiseVersions(tx, subjects))
      await publishVersions(database.db, redis, subjects)
    },
    async close() {
      for (const one of [server, routes]) {
        one.closeAllConnections()
        one.close()
      }
      await gateway.close(2_000)
      redis.disconnect()
      await database.close()
      await simulator.close()
      await Promise.all([postgres.drop(), redisServer.drop()])
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The environment of a product process, with secrets of its own. */
export function testEnvironment(databaseUrl: string, redisUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
    GATEHOUSE_MASTER_KEY: randomBytes(32).toString('base64'),
    GATEHOUSE_KEY_PEPPER: randomBytes(32).toString('base64'),
    LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    // Where many tests share a machine, Redis may be slow without being away.
    GATEHOUSE_REDIS_DEADLINE_MS: '1000',
  }
}

/** Three priced models and one without a price, on one provider at `baseUrl`. */
export async function createCatalogue({ db }: Database, baseUrl: string): Promise<void> {
  await db.provider.create({
    data: { id: 'prov_sim', name: 'openai', displayName: 'OpenAI', kind: 'openai', baseUrl, simulated: true },
  })
  const models = [
    { name: 'gpt-4o-mini', endpoints: ['chat'], price: miniPrice },
    { name: 'gpt-4o', endpoints: ['chat'], price: { input: 2_500_000_000, output: 10_000_000_000 } },
    { name: 'text-embedding-3-small', endpoints: ['embeddings'], price: { input: 20_000_000 } },
  ]
  for (const { name, endpoints, price } of models) {
    await db.model.create({
      data: {
        id: `model_${name}`,
        name,
        displayName: name,
        vendor: 'openai',
        endpoints,
        maxOutputTokens: 16_384,
        deployments: { create: { id: `depl_${name}`, providerId: 'prov_sim', upstreamModel: name } },
        prices: {
          create: { id: `price_${name}`, nanosPerMillion: price, effectiveFrom: new Date(0), source: 'test' },
        },
      },
    })
  }
  await db.model.create({
    data: {
      id: 'model_unpriced',
      name: 'unpriced',
      displayName: 'Unpriced',
      vendor: 'openai',
      endpoints: ['chat'],
      deployments: { create: { id: 'depl_unpriced', providerId: 'prov_sim', upstreamModel: 'unpriced' } },
    },
  })
}

/** A key of Dana's with exactly the policy that is wished for. */
export async function makeKey(
  { db }: Database,
  config: Config,
  company: SmallCompany,
  wish: KeyWish,
): Promise<TestKey> {
  const id = newId('key')
  const text = newKeyText()
  await db.virtualKey.create({
    data: {
      id,
      name: `test-${id.slice(-6)}`,
      kind: wish.kind ?? 'personal',
      status: wish.status ?? 'active',
      ...(wish.place ?? { ownerUserId: 'user_dana', teamId: 'team_search' }),
      profileId: company.profiles.experiment,
      models: [...(wish.models ?? [])],
      // Tests are about the limits they name: the profile's own are lifted as an admin may.
      limits: wish.limits ?? Object.fromEntries(limitKinds.map((kind) => [kind, null])),
      overrides: ['limits.rpm', 'limits.tpm', 'limits.concurrency', 'limits.rph', 'limits.rpd', 'limits.tpd', 'budget'],
      createdBy: 'user_ada',
      expiresAt: wish.expiresAt ?? null,
      secrets: {
        create: {
          id: newId('sec'),
          digest: new Uint8Array(digestOf(text, config.pepper)),
          pepperId: config.pepper.id,
          last4: text.slice(-4),
        },
      },
    },
  })
  if (wish.budget) {
    await db.budget.create({
      data: {
        id: newId('bud'),
        scopeType: 'key',
        scopeId: id,
        amountNanos: wish.budget.amountNanos,
        period: wish.budget.period ?? 'month',
        posture: wish.budget.posture ?? 'hard',
      },
    })
  }
  return { id, text }
}
