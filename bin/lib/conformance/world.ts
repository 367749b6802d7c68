/** Everything that the run needs, in one process: a simulator, a gateway behind both mounts, a ledger, and models of every provider. */
import { startDrain } from '#lib/ledger/drain-usage.ts'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis } from '#lib/platform/redis.ts'
import {
  mounts,
  startTestGateway,
  type KeyWish,
  type Mount,
  type TestGateway,
  type TestKey,
} from '#lib/testing/gateway.ts'
import { startServiceBroker } from '#lib/testing/service-broker.ts'
import type { Wire } from './case.ts'
import type { LedgerRow } from './check-ledger.ts'
import { models, providers } from './catalogue.ts'

/** What clients of each wire take as their base URL. */
export type Addresses = Readonly<Record<Wire, string>>

export type World = {
  /** The provider itself. */
  readonly direct: Addresses
  through(mount: Mount): Addresses
  /** The address alone, for the quickstarts. */
  urlOf(mount: Mount): string
  makeKey(wish?: KeyWish): Promise<TestKey>
  untilRunning(): Promise<void>
  clearJournal(): Promise<void>
  /** What the simulator produced since the journal was cleared, once no call is running any more. */
  journal(): Promise<CallEntry[]>
  ledger(): Promise<LedgerRow[]>
  close(): Promise<void>
}

export { mounts }

export async function startWorld(): Promise<World> {
  const broker = await startServiceBroker()
  const gateway = await startTestGateway()
  await fillCatalogue(gateway)
  const drain = drainOf(gateway)
  const { url } = gateway.simulator
  // The clients' fetch is watched; the harness has its own.
  const { fetch } = globalThis

  return {
    direct: {
      ...sharedAddresses(url),
      openai: `${url}/openai/v1`,
      anthropic: `${url}/anthropic`,
      'gemini-root': `${url}/gemini`,
    },
    through: (mount) => {
      const base = gateway.urlOf(mount)
      return { ...sharedAddresses(base), openai: `${base}/v1`, anthropic: base, 'gemini-root': base }
    },
    urlOf: (mount) => gateway.urlOf(mount),
    makeKey: (wish) => gateway.makeKey(wish),
    untilRunning: () => until(() => gateway.simulator.totals().running > 0),
    clearJournal: async () => {
      await fetch(`${url}/_sim/calls`, { method: 'DELETE' })
    },
    async journal() {
      await until(() => gateway.simulator.totals().running === 0)
      return (await (await fetch(`${url}/_sim/calls?since=0`)).json()) as CallEntry[]
    },
    async ledger() {
      const { rows } = await gateway.database.sql.query<LedgerRow>(
        'SELECT key_id AS "keyId", outcome, model, provider, tokens, cost_nanos AS "costNanos", estimated FROM usage_event',
      )
      return rows
    },
    async close() {
      await drain.stop()
      await gateway.close()
      await broker.stop()
    },
  }
}

/** What is below the same path at the simulator and at the gateway. */
function sharedAddresses(base: string) {
  return {
    'anthropic-below': `${base}/anthropic`,
    gemini: `${base}/gemini`,
    bedrock: `${base}/bedrock`,
    azure: `${base}/azure`,
    'azure-v1': `${base}/azure/openai/v1`,
    vertex: `${base}/vertex`,
    'vertex-anthropic': `${base}/vertex/v1`,
  }
}

async function fillCatalogue(gateway: TestGateway): Promise<void> {
  await gateway.change(['catalog'], async ({ db }) => {
    await db.model.deleteMany()
    for (const { name, kind, path } of providers) {
      const id = `prov_${name}`
      const baseUrl = gateway.simulator.url + path
      const data = { name: `conformance-${name}`, displayName: name, kind, baseUrl, simulated: true }
      await db.provider.create({ data: { id, ...data } })
    }
    for (const { name, provider, endpoints, prices } of models) {
      await db.model.create({
        data: {
          id: `conformance_${name}`,
          name,
          displayName: name,
          vendor: provider,
          endpoints: [...endpoints],
          maxOutputTokens: 64_000,
          deployments: { create: { id: `depl_c_${name}`, providerId: `prov_${provider}`, upstreamModel: name } },
          prices: {
            create: { id: `price_c_${name}`, nanosPerMillion: prices, effectiveFrom: new Date(0), source: 'test' },
          },
        },
      })
    }
  })
}

function drainOf(gateway: TestGateway): { stop(): Promise<void> } {
  const [redis, reader] = [openRedis(gateway.config.redisUrl, 'patient'), openRedis(gateway.config.redisUrl, 'patient')]
  const drain = startDrain({
    sql: gateway.database.sql,
    redis,
    reader,
    consumer: 'conformance',
    log: createLog('conformance', 'silent'),
    nowMs: Date.now,
  })
  return {
    async stop() {
      await drain.stop()
      redis.disconnect()
      reader.disconnect()
    },
  }
}

const patienceMs = 3_000

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!holds() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2))
}
