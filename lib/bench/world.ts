/** Everything that the benchmark compares, running at once: one upstream, and five ways to it. */
import path from 'node:path'
import { freePort, portkeyFolder, startProgram, type Running } from '#lib/bench/processes.ts'
import type { Target } from '#lib/bench/load.ts'
import { loadConfig } from '#lib/platform/config.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { createCatalogue, makeKey, testEnvironment } from '#lib/testing/gateway.ts'
import { startServiceBroker } from '#lib/testing/service-broker.ts'
import { freshDatabase, freshRedisProcess } from '#lib/testing/services.ts'
import { createSmallCompany } from '#lib/testing/small-company.ts'

export const portkeyVersion = '1.15.2'

export type Contender = { readonly target: Target; readonly process: Running }

export type World = {
  readonly contenders: readonly Contender[]
  /** The core with one feature more at each rung. */
  readonly ladder: readonly Contender[]
  readonly redisUrl: string
  /** Contenders that could not be had, and why. */
  readonly missing: readonly string[]
  close(): Promise<void>
}

const path_ = '/v1/chat/completions'

/** `whole` adds the route handlers, which need Next's build, and the ladder. */
export async function startWorld(whole: boolean): Promise<World> {
  const broker = await startServiceBroker()
  const [postgres, redis] = await Promise.all([freshDatabase(), freshRedisProcess({ persist: true })])
  const env = testEnvironment(postgres.url, redis.url)
  const started: Running[] = []
  const missing: string[] = []
  const start = async (...args: Parameters<typeof startProgram>): Promise<Running> => {
    const running = await startProgram(...args)
    started.push(running)
    return running
  }

  const simulator = await start('simulator', ['dist/simulator.js'], {}, /simulator ready on (\S+)/)
  const upstream = `${simulator.url}/openai/v1`
  const keyText = await prepareKey(env, upstream)
  const authorization = { authorization: `Bearer ${keyText}` }
  await start('worker', ['dist/worker.js'], env, /worker ready/)

  const port = await freePort()
  const frontDoor = await start('front door', ['dist/gateway.js'], { ...env, PORT: String(port) }, /ready on (\S+)/)
  const bare = await start('bare proxy', ['dist/bench.js', 'bare-proxy', upstream], {}, /ready on (\S+)/)
  const contenders: Contender[] = [
    {
      target: { name: 'direct', url: simulator.url, path: '/openai/v1/chat/completions', headers: {} },
      process: simulator,
    },
    { target: { name: 'bare proxy', url: bare.url, path: path_, headers: {} }, process: bare },
    { target: { name: 'front door', url: frontDoor.url, path: path_, headers: authorization }, process: frontDoor },
  ]
  if (whole) {
    const url = `http://127.0.0.1:${await freePort()}`
    const args = ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', new URL(url).port]
    const portal = await start('route handlers', args, { ...env, PORT: new URL(url).port }, /Ready in/)
    contenders.push({ target: { name: 'route handlers', url, path: path_, headers: authorization }, process: portal })
  }
  const portkey = await startPortkey(start, upstream)
  if (portkey) contenders.splice(2, 0, portkey)
  else missing.push(`Portkey ${portkeyVersion} could not be installed: the npm registry does not answer`)

  const ladder: Contender[] = []
  if (whole) {
    for (const rung of ['proxy only', 'identify', 'limits', 'budgets', 'usage stream'] as const) {
      const running = await start(rung, ['dist/bench.js', 'rung', rung], { ...env, PORT: '0' }, /ready on (\S+)/)
      ladder.push({ target: { name: rung, url: running.url, path: path_, headers: authorization }, process: running })
    }
  }
  return {
    contenders,
    ladder,
    redisUrl: redis.url,
    missing,
    async close() {
      await Promise.all(started.toReversed().map((running) => running.stop()))
      await Promise.all([postgres.drop(), redis.drop()])
      await broker.stop()
    },
  }
}

async function startPortkey(start: typeof startProgram, upstream: string): Promise<Contender | null> {
  const folder = await portkeyFolder(portkeyVersion)
  if (!folder) return null
  const port = await freePort()
  const running = await start(
    'Portkey',
    [path.join(folder, 'build', 'start-server.js'), '--headless', `--port=${port}`],
    { TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' },
    /Ready for connections|running at|localhost/i,
    folder,
  )
  const headers = { authorization: 'Bearer x', 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstream }
  return {
    target: { name: `Portkey ${portkeyVersion}`, url: `http://127.0.0.1:${port}`, path: path_, headers },
    process: running,
  }
}

/** A key with every sort of guardrail, on three levels, none of which it will reach. */
async function prepareKey(env: Record<string, string>, upstream: string): Promise<string> {
  const config = loadConfig(env)
  const database = openDatabase(config.databaseUrl, 2)
  try {
    const company = await createSmallCompany(database.db)
    await createCatalogue(database, upstream)
    const far = 1_000_000_000_000
    const key = await makeKey(database, config, company, {
      limits: { rpm: far, tpm: far, rpd: far, concurrency: far },
      budget: { amountNanos: 9_000_000_000_000_000n },
    })
    await database.db.scopeLimit.create({
      data: { scopeType: 'team', scopeId: 'team_search', limits: { rpm: far, tpm: far } },
    })
    for (const [scopeType, scopeId] of [
      ['team', 'team_search'],
      ['organisation', 'org_small'],
    ] as const) {
      await database.db.budget.create({
        data: { id: newId('bud'), scopeType, scopeId, amountNanos: 9_000_000_000_000_000n, period: 'month' },
      })
    }
    return key.text
  } finally {
    await database.close()
  }
}
