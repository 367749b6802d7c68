/**
 * How many usage events a second one worker carries from the stream into PostgreSQL, rollups and all, and the processor
 * time that each of the three processes spends on one. The stream is filled first, so the worker is behind throughout;
 * PostgreSQL writes its log to disk and Redis keeps its append-only file, as in production.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMicros, cpuMicrosOfTree } from '#lib/bench/processes.ts'
import { usageStream, type WrittenEvent } from '#lib/ledger/contract.ts'
import { findDrift } from '#lib/ledger/store.ts'
import { loadConfig } from '#lib/platform/config.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { startEmbeddedPostgres } from '#lib/platform/embedded/postgres.ts'
import { decisionIdOf, newId } from '#lib/platform/ids.ts'
import { migrate } from '#lib/platform/migrate.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { testEnvironment } from '#lib/testing/gateway.ts'
import { freshRedisProcess } from '#lib/testing/services.ts'
import { startWorker } from '#lib/wiring/worker.ts'

type DrainRound = {
  readonly eventsPerSecond: number
  /** Processor time an event, in microseconds. */
  readonly micros: { readonly worker: number; readonly postgres: number; readonly redis: number }
}

const keys = 200
const fillAtOnce = 1_000
/** Booked before the clock starts: V8 compiles and PostgreSQL plans meanwhile. */
const warmUp = 20_000

/** Books `events` events `rounds` times and prints a line for each; throws where rollups and events then differ. */
export async function measureDrain(rounds: number, events: number, print: (line: string) => void): Promise<void> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-drain-'))
  await fs.chmod(dir, 0o755)
  const [postgres, redisServer] = await Promise.all([
    startEmbeddedPostgres({ dir }),
    freshRedisProcess({ persist: true }),
  ])
  await migrate(postgres.url)
  const redis = openRedis(redisServer.url, 'patient')
  const database = openDatabase(postgres.url, 1, 0)
  try {
    for (let round = 0; round <= rounds; round++) {
      const count = round === 0 ? warmUp : events
      await fill(redis, count)
      const cpu = () => ({
        worker: micros(process.cpuUsage()),
        postgres: cpuMicrosOfTree(postgres.pid),
        redis: cpuMicros(redisServer.pid()),
      })
      const before = cpu()
      const startedMs = performance.now()
      const worker = startWorker(loadConfig(testEnvironment(postgres.url, redisServer.url)))
      while (worker.booked() < count) await sleep(5)
      const seconds = (performance.now() - startedMs) / 1_000
      const after = cpu()
      await worker.stop()
      if (round === 0) continue
      const each = (name: keyof typeof after) => (after[name] - before[name]) / count
      const figures = { worker: each('worker'), postgres: each('postgres'), redis: each('redis') }
      print(describeRound({ eventsPerSecond: count / seconds, micros: figures }))
    }
    const drift = await findDrift(database.sql, 'usage_hourly', new Date(0), new Date(Date.now() + 86_400_000))
    if (drift.length > 0) throw new Error(`rollups differ from events: ${drift.length} rows`)
  } finally {
    redis.disconnect()
    await database.close()
    await Promise.all([postgres.stop(), redisServer.drop()])
    await Promise.all(
      [dir, path.dirname(postgres.data)].map((folder) => fs.rm(folder, { recursive: true, force: true })),
    )
  }
}

function describeRound({ eventsPerSecond, micros: { worker, postgres, redis } }: DrainRound): string {
  const figures = [worker, postgres, redis, worker + postgres + redis].map((figure) => figure.toFixed(1))
  return `${Math.round(eventsPerSecond)} events a second; µs an event: worker ${figures[0]}, PostgreSQL ${figures[1]}, Redis ${figures[2]}, all ${figures[3]}`
}

async function fill(redis: ReturnType<typeof openRedis>, count: number): Promise<void> {
  for (let done = 0; done < count; done += fillAtOnce) {
    const pipeline = redis.pipeline()
    for (let n = done; n < Math.min(done + fillAtOnce, count); n++) {
      pipeline.xadd(usageStream, '*', 'e', JSON.stringify(servedCall(n)))
    }
    await pipeline.exec()
  }
}

/** A call as the gateway writes it: what it does not have is left out. */
function servedCall(n: number): WrittenEvent {
  const at = Date.now()
  const id = newId('call', at)
  const key = `key_${n % keys}`
  return {
    v: 1,
    id,
    at,
    outcome: 'served',
    status: 200,
    clientIp: '10.20.30.40',
    userAgent: 'OpenAI/JS 6.49.0',
    endpoint: 'chat',
    decision: {
      id: decisionIdOf(id),
      promptBytes: 412,
      outputAsked: 256,
      profileVersion: 3,
      standing: {
        limits: [
          ['rpm', 0, 600, 17],
          ['tpm', 0, 200_000, 31_415],
          ['concurrency', 0, 20, 2],
          ['rpm', 1, 6_000, 271],
        ],
        budgets: [
          ['month', 0, 'hard', '25000000000', '1000000', '45000', at + 86_400_000],
          ['month', 1, 'hard', '250000000000', '91000000', '450000', at + 86_400_000],
          ['month', 2, 'hard', '2500000000000', '819000000', '4500000', at + 86_400_000],
        ],
        scopes: [
          ['key', key, 'dana-laptop'],
          ['team', 'team_search', 'Search'],
          ['organisation', 'org_acme', 'Acme'],
        ],
      },
      heldNanos: '45000',
      outputAllowed: 256,
    },
    timing: { admittedMs: 0.6, firstByteMs: 30.25, totalMs: 412.5 },
    stream: true,
    modelAsked: 'gpt-4o-mini',
    keyId: key,
    secretId: `sec_${n % keys}`,
    keyKind: 'personal',
    userId: `user_${n % 50}`,
    teamId: 'team_search',
    businessUnitId: 'bu_product',
    costCentre: '4120',
    environment: 'development',
    profileId: 'prof_experiment',
    model: `model_${n % 10}`,
    priceVersion: 'price_one',
    provider: 'openai',
    deploymentId: 'depl_one',
    region: 'global',
    modelServed: 'gpt-4o-mini-2024-07-18',
    tokens: { input: 100, output: 20 },
    costNanos: '27000',
    priceLines: [
      { unit: 'input', quantity: 100, nanosPerMillion: 150_000_000 },
      { unit: 'output', quantity: 20, nanosPerMillion: 600_000_000 },
    ],
    attempts: [
      {
        provider: 'openai',
        deploymentId: 'depl_one',
        upstreamModel: 'gpt-4o-mini',
        region: 'global',
        credentialId: 'cred_one',
        startMs: 1,
        durationMs: 411,
        status: 200,
      },
    ],
  }
}

const micros = ({ user, system }: NodeJS.CpuUsage): number => user + system
