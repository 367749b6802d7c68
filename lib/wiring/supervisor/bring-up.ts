/** The start, in order. Whatever does not depend on each other starts together, for a warm start has ten seconds. */
import path from 'node:path'
import { startEmbeddedPostgres } from '#lib/platform/embedded/postgres.ts'
import { startEmbeddedRedis } from '#lib/platform/embedded/redis.ts'
import { migrate } from '#lib/platform/migrate.ts'
import { checkDatabase, checkRedis } from '#lib/wiring/supervisor/check-service.ts'
import { choosePorts } from '#lib/wiring/supervisor/choose-ports.ts'
import { completeEnvironment, type GivenEnvironment } from '#lib/wiring/supervisor/complete-environment.ts'
import { openDataFolder } from '#lib/wiring/supervisor/data-folder.ts'
import type { Launch } from '#lib/wiring/supervisor/kept-alive.ts'
import { beginLogs, boundLogs } from '#lib/wiring/supervisor/log-files.ts'
import { launchProcess, runToEnd, type ProcessPlan } from '#lib/wiring/supervisor/node-process.ts'
import { localUrl, urlOf, type ProductPorts, type ProductSetting } from '#lib/wiring/supervisor/plan-processes.ts'
import type { Product, Stage } from '#lib/wiring/supervisor/product.ts'
import { removeRuntime, writeRuntime } from '#lib/wiring/supervisor/runtime-file.ts'
import { takeStartLock } from '#lib/wiring/supervisor/start-lock.ts'
import type { Supervision } from '#lib/wiring/supervisor/supervision.ts'

export async function bringUp(supervision: Supervision, product: Product): Promise<void> {
  const { root, mode, print } = supervision
  const dataDir = await openDataFolder(root, supervision.env.GATEHOUSE_DATA_DIR)
  const given = await completeEnvironment(supervision.env, dataDir)
  const lock = await takeStartLock(dataDir)
  product.onRelease(() => lock.release())

  const ports = await choosePorts(dataDir, given.host, given.port)
  const logs = path.join(dataDir, 'logs')
  await beginLogs(logs)
  product.onRelease(boundLogs(logs))

  const pids: Record<string, number> = { supervisor: process.pid }
  let publish: () => Promise<void> = async () => {}
  /** For a later start, should this one be killed. */
  const remember = (name: string, pid: number) => lock.record(name, pid).catch(print)
  /** A process that stays: readers of runtime.json find it, and find it again when it was started again. */
  const note = (name: string, pid: number) => {
    pids[name] = pid
    void remember(name, pid).then(() => publish())
  }

  const [databaseUrl, redisUrl] = await Promise.all([
    given.databaseUrl ?? embeddedPostgres({ product, dataDir, note }),
    given.redisUrl ?? embeddedRedis({ product, dataDir, note, print }),
    given.databaseUrl && checkDatabase(given.databaseUrl),
    given.redisUrl && checkRedis(given.redisUrl),
  ])
  const setting: ProductSetting = {
    mode,
    root,
    dataDir,
    host: given.host,
    ports,
    demo: given.demo,
    env: environmentOf(given, ports, { databaseUrl, redisUrl }),
  }
  const plan = supervision.planProcesses(setting)
  const keep = (stage: Stage, plans: readonly ProcessPlan[]) =>
    Promise.all(plans.map((each) => product.keep(stage, each.name, (signal) => launchProcess(each, signal, note))))

  const prepared = migrate(databaseUrl, path.join(root, 'prisma', 'migrations')).then(async () => {
    for (const each of plan.once) {
      await withSignsOfLife(each.title, print, () => runToEnd(each, product.stopping, remember))
    }
  })
  await Promise.all([
    keep('behind', plan.behind),
    prepared.then(() => keep('behind', plan.onData)),
    prepared.then(() => keep('front door', plan.frontDoor)),
  ])

  const url = urlOf(given.host, ports.front)
  publish = () =>
    writeRuntime(dataDir, {
      gateway: url,
      portal: mode === 'dev' ? url : localUrl(ports.portal),
      simulator: given.demo ? localUrl(ports.simulator) : null,
      databaseUrl,
      redisUrl,
      pids,
    })
  await publish()
  product.onRelease(() => removeRuntime(dataDir))
  await lock.announce(url)
  product.stopping.throwIfAborted()
  print(`gatehouse ready on ${url}`)
}

const quietMs = 5_000

/** Says what takes so long, when it does. */
async function withSignsOfLife(title: string, print: (line: string) => void, work: () => Promise<void>): Promise<void> {
  const startedAt = Date.now()
  const timer = setInterval(() => {
    print(`${title} … ${Math.round((Date.now() - startedAt) / 1000)} s`)
  }, quietMs)
  await work().finally(() => clearInterval(timer))
}

type Note = (name: string, pid: number) => void

async function embeddedPostgres(options: { product: Product; dataDir: string; note: Note }): Promise<string> {
  const { product, dataDir, note } = options
  const dir = path.join(dataDir, 'postgres')
  const service = oneAddress((port) => startEmbeddedPostgres({ dir, ...port }))
  await product.keep('services', 'postgres', service.launch(note, 'postgres'))
  return service.url()
}

async function embeddedRedis(options: {
  product: Product
  dataDir: string
  note: Note
  print: (line: string) => void
}): Promise<string> {
  const { product, dataDir, note, print } = options
  const dir = path.join(dataDir, 'redis')
  const service = oneAddress((port) => startEmbeddedRedis({ dir, report: print, ...port }))
  await product.keep('services', 'redis', service.launch(note, 'redis'))
  return service.url()
}

type EmbeddedService = {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly exited: Promise<void>
  stop(): Promise<void>
}

/** A service that comes back, when it died, at the address that everybody already knows. */
function oneAddress(start: (port: { readonly port?: number }) => Promise<EmbeddedService>) {
  let first: EmbeddedService | null = null
  return {
    url: () => first?.url ?? '',
    launch:
      (note: Note, name: string): Launch =>
      async () => {
        const service = await start(first === null ? {} : { port: first.port })
        first ??= service
        note(name, service.pid)
        return { pid: service.pid, exited: service.exited.then(() => 'it ended'), stop: () => service.stop() }
      },
  }
}

function environmentOf(
  given: GivenEnvironment,
  ports: ProductPorts,
  services: { readonly databaseUrl: string; readonly redisUrl: string },
): ProductSetting['env'] {
  return {
    NEXTAUTH_URL: urlOf(given.host, ports.front),
    ...given.env,
    HOST: given.host,
    PORT: String(ports.front),
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    ...(given.demo && {
      GATEHOUSE_DEMO: 'on',
      GATEHOUSE_DEMO_ISSUER: localUrl(ports.identityProvider),
      GATEHOUSE_SIMULATOR_URL: localUrl(ports.simulator),
    }),
  }
}
