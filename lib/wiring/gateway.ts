/** Builds the gateway core of one process: clients opened, ports filled. */
import path from 'node:path'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import type { Dependencies } from '#lib/gateway/front-door.ts'
import { startCutting } from '#lib/gateway/cut-streams.ts'
import { acrossOrigins } from '#lib/gateway/cross-origin.ts'
import { createGrants } from '#lib/gateway/grants.ts'
import type { GatewayPorts } from '#lib/gateway/gateway-ports.ts'
import { handleCall } from '#lib/gateway/handle-call.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import { createIdempotencyClaims } from '#lib/gateway/idempotency-claims.ts'
import { createLookout } from '#lib/gateway/lookout.ts'
import { createMetrics, type GatewayMetrics } from '#lib/gateway/metrics.ts'
import { createRunningCalls } from '#lib/gateway/running-calls.ts'
import { createSettlements } from '#lib/gateway/settlements.ts'
import { createSlices } from '#lib/gateway/slices.ts'
import { openSpool } from '#lib/gateway/spool.ts'
import { createPools, defaultTimeouts, type UpstreamTimeouts } from '#lib/gateway/upstream.ts'
import { callFunction, loadFunctions } from '#lib/limits/functions.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { readBudgetDrift } from '#lib/limits/reconcile.ts'
import { createSeeder } from '#lib/limits/seed.ts'
import { beginEpoch } from '#lib/limits/begin-epoch.ts'
import { spentInLedger } from '#lib/limits/spent-store.ts'
import { startSharedClock } from '#lib/platform/clock.ts'
import type { Config } from '#lib/platform/config.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { createLog, type Log } from '#lib/platform/log.ts'
import { isAway } from '#lib/platform/redis-deadline.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { readMemoryRatio } from '#lib/platform/redis-memory.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { createAccessTokens } from '#lib/providers/tokens/access-tokens.ts'
import { createCircuits, openCircuits } from '#lib/routing/circuits.ts'
import { createRetryBudget } from '#lib/routing/retry-budget.ts'

export type Gateway = {
  handle(call: Call, reply: Reply): Promise<void>
  readonly metrics: GatewayMetrics
  readonly log: Log
  /** Each must answer within a second. */
  dependencies(): Promise<Dependencies>
  /** Calls that run now. */
  running(): number
  /** Waits for running calls and their settlements, at most `timeoutMs`, then closes everything. */
  close(timeoutMs: number): Promise<void>
}

const databaseConnections = 5

export async function createGateway(config: Config, timeouts: UpstreamTimeouts = defaultTimeouts): Promise<Gateway> {
  const log = createLog('gateway', config.logLevel)
  const { db, sql, close: closeDatabase } = openDatabase(config.databaseUrl, databaseConnections)
  const redis = openRedis(config.redisUrl, 'call path', config.redisDeadlineMs)
  await ready(redis)
  await loadFunctions(redis)
  const name = newId('req')
  const mark = await beginEpoch(redis, sql, { gateway: name })
  // All of a deployment's calls are timed by one clock, Redis': limits, periods, and the events of calls.
  const clock = await startSharedClock(
    async () => Number(await callFunction(redis, 'gatehouse_now', [openHolds], [])),
    (skewMs) => log.warn({ aheadMs: skewMs }, 'the clock of this machine is not that of Redis; calls go by Redis'),
  )

  const grants = createGrants({
    redis,
    peppers: config.previousPepper ? [config.pepper, config.previousPepper] : [config.pepper],
    loadGrant: async (digest) => (await loadGrant(db, digest, clock.nowMs()))?.grant ?? null,
    loadCatalog: () => loadCatalog(db, config.masterKey),
    nowMs: clock.nowMs,
  })
  const spool = openSpool(path.join(config.dataDir, 'spool'), log)
  const settlements = createSettlements(redis, log, spool)
  const claims = createIdempotencyClaims(redis, config.masterKey, config.idempotencyTtlSeconds * 1_000)
  const running = createRunningCalls(redis, clock.nowMs)
  const lookout = createLookout({ redis, log, name, settlements, running }, mark)
  const stopCutting = startCutting({ redis, grants, running, nowMs: clock.nowMs })
  const circuits = createCircuits()
  const metrics = createMetrics(
    running.count,
    settlements.waiting,
    () => openCircuits(circuits, clock.nowMs()),
    () => readBudgetDrift(redis),
    spool.problem,
    () => isAway(redis),
    settlements.unbooked,
    () => readMemoryRatio(redis),
    clock.skewMs,
  )
  const pools = createPools(timeouts)
  const accessTokens = createAccessTokens({
    poolFor: (origin) => pools.get(origin),
    nowMs: clock.nowMs,
    warn: (account, problem) => log.warn({ account, problem }, 'no access token for a provider'),
    identityTokenUrls: config.identityTokenUrls,
  })
  const ports: GatewayPorts = {
    redis,
    grants,
    seedBudget: createSeeder(redis, (scope, window, except) => spentInLedger(sql, scope, window, except)),
    slices: createSlices(),
    canKeep: () => spool.problem() === null,
    lookout,
    learnTime: clock.learn,
    nowMs: clock.nowMs,
    random: Math.random,
    pools,
    timeouts,
    circuits,
    retries: createRetryBudget(),
    accessTokens,
    settlements,
    claims,
    running,
    metrics,
    log,
    helpBase: config.publicUrl,
  }

  async function close(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs
    while (running.count() > 0 && Date.now() < deadline) await pause(50)
    await pools.close()
    await settlements.drain(Math.max(500, deadline - Date.now()))
    await spool.close()
    running.stop()
    lookout.stop()
    stopCutting()
    clock.stop()
    claims.stop()
    redis.disconnect()
    await closeDatabase()
  }
  let closing: Promise<void> | undefined
  let hasKnownKeys = await answers(sql.query('SELECT 1'))

  return {
    handle: acrossOrigins((call, reply) => handleCall(ports, call, reply), {
      allowed: config.corsOrigins,
      helpBase: config.publicUrl,
      nowMs: clock.nowMs,
    }),
    metrics,
    log,
    running: running.count,
    async dependencies() {
      const [postgres, redisToo] = await Promise.all([answers(sql.query('SELECT 1')), answers(redis.ping())])
      hasKnownKeys ||= postgres
      return {
        postgres: { answers: postgres, isNeeded: !hasKnownKeys },
        redis: { answers: redisToo, isNeeded: true },
      }
    },
    close: (timeoutMs) => (closing ??= close(timeoutMs)),
  }
}

const dependencyTimeoutMs = 1_000

async function answers(question: Promise<unknown>): Promise<boolean> {
  const timedOut = pause(dependencyTimeoutMs).then(() => false)
  return Promise.race([
    question.then(
      () => true,
      () => false,
    ),
    timedOut,
  ])
}

const readyTimeoutMs = 10_000

/** The call path's client refuses commands until it is connected, so the start waits for that. */
async function ready(redis: ReturnType<typeof openRedis>): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs
  while (redis.status !== 'ready') {
    if (Date.now() > deadline) throw new Error('Redis does not answer; check REDIS_URL and that the server runs')
    await pause(20)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
