/**
 * The rungs of the feature ladder: the gateway's own steps, mounted one more at a time, to see what each costs. Each rung
 * leaves out what comes after it; only the last is the product.
 */
import http from 'node:http'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { createGrants } from '#lib/gateway/grants.ts'
import { createFrontDoor } from '#lib/gateway/front-door.ts'
import { decideCall, type DecidePorts } from '#lib/gateway/decide-call.ts'
import { forwardCall } from '#lib/gateway/forward-call.ts'
import { keyFromCall } from '#lib/gateway/key-from-call.ts'
import { nodeCall, nodeReply } from '#lib/gateway/mounts/node.ts'
import { planCall, type CallPlan } from '#lib/gateway/plan-call.ts'
import { readRequest } from '#lib/gateway/read-request.ts'
import { matchRoute } from '#lib/gateway/routes.ts'
import { createSlices } from '#lib/gateway/slices.ts'
import { createPools, defaultTimeouts } from '#lib/gateway/upstream.ts'
import { createSeeder } from '#lib/limits/seed.ts'
import { spentInLedger } from '#lib/limits/spent-store.ts'
import { loadConfig } from '#lib/platform/config.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { createGateway } from '#lib/wiring/gateway.ts'
import type { Call, Reply } from '#lib/gateway/call.ts'
import type { Grant } from '#lib/policy/contract.ts'
import { createCircuits } from '#lib/routing/circuits.ts'
import { createRetryBudget } from '#lib/routing/retry-budget.ts'

export type Rung = 'proxy only' | 'identify' | 'limits' | 'budgets' | 'usage stream'

/** Listens on a free loopback port and returns it. */
export async function startRung(rung: Rung): Promise<number> {
  const config = loadConfig(process.env)
  if (rung === 'usage stream') {
    const gateway = await createGateway(config)
    const { server } = createFrontDoor({
      handle: gateway.handle,
      portalUrl: null,
      publicUrl: config.publicUrl,
      metrics: gateway.metrics.registry,
      metricsToken: null,
      dependencies: gateway.dependencies,
    })
    return listen(server)
  }
  const { db, sql } = openDatabase(config.databaseUrl, 2)
  const redis = openRedis(config.redisUrl, 'call path')
  await new Promise<void>((resolve) => redis.once('ready', resolve))
  const pools = createPools(defaultTimeouts)
  const circuits = createCircuits()
  const retries = createRetryBudget()
  const grants = createGrants({
    redis,
    peppers: [config.pepper],
    loadGrant: async (digest) => {
      const found = (await loadGrant(db, digest, Date.now()))?.grant ?? null
      return found && reduced(found, rung)
    },
    loadCatalog: () => loadCatalog(db, config.masterKey),
    nowMs: Date.now,
  })
  const ports: DecidePorts = {
    redis,
    grants,
    seedBudget: createSeeder(redis, (scope, window, except) => spentInLedger(sql, scope, window, except)),
    slices: createSlices(),
    canKeep: () => true,
    lookout: { look: async () => {} },
    learnTime: () => {},
    nowMs: Date.now,
    random: Math.random,
  }
  let fixedPlan: CallPlan | null = null
  let calls = 0

  async function handle(call: Call, reply: Reply): Promise<void> {
    const match = matchRoute(call.method, call.path)
    if (match.kind !== 'found' || match.route.kind !== 'call') throw new Error('the ladder serves chat only')
    const { route } = match
    const read = await readRequest(call, route, match.addressed)
    if (read.kind !== 'read') throw new Error('the ladder sends good bodies only')
    let plan = fixedPlan
    if (rung !== 'proxy only' || plan === null) {
      const keyText = keyFromCall(call.headers, call.query) ?? ''
      const identified = await grants.identify(keyText)
      if (!identified) throw new Error('the ladder knows one key')
      if (rung === 'limits' || rung === 'budgets') {
        const verdict = await decideCall(ports, identified, {
          callId: `call_${rung}_${process.pid}_${calls++}`,
          keyText,
          address: '',
          route,
          request: read.request,
          translation: read.translation,
          bodyBytes: read.bytes.length,
          browserOrigin: null,
          draft: () => '{}',
        })
        if (verdict.kind !== 'admitted') throw new Error('the ladder is never refused')
        plan = verdict.plan
      } else {
        const planned = planCall(
          identified.grant,
          await grants.catalog(),
          route,
          read.request,
          read.translation,
          read.bytes.length,
          Date.now(),
          Math.random(),
          '',
        )
        if (planned.kind !== 'planned') throw new Error('the ladder is never refused')
        plan = planned.plan
        fixedPlan = plan
      }
    }
    await forwardCall({
      call,
      reply,
      callId: 'call_rung',
      format: route.format,
      stream: read.request.stream,
      carry: () => ({
        body: read.bytes,
        leftOut: [],
        reader: (streamed) => route.format.readAnswer(route.operation, streamed, false),
        anew: null,
      }),
      plan,
      headers: [],
      poolFor: (origin) => pools.get(origin),
      timeouts: defaultTimeouts,
      circuits,
      retries,
      accessTokens: { of: (credential) => credential, forget: () => {} },
      passedOver: () => {},
      startedMs: Date.now(),
      nowMs: Date.now,
      random: Math.random,
      onReader: () => {},
      onCutter: () => {},
      refuse: () => reply.destroy(),
      streamError: () => '',
    })
  }
  return listen(http.createServer((request, response) => void handle(nodeCall(request), nodeReply(request, response))))
}

function reduced(grant: Grant, rung: Rung): Grant {
  if (rung === 'budgets') return grant
  return { ...grant, budgets: [], ...(rung === 'limits' ? {} : { limits: [] }) }
}

function listen(server: http.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
