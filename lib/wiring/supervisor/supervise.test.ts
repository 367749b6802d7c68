import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findProgram } from '#lib/platform/embedded/system-package.ts'
import { freePort } from '#lib/platform/embedded/ports.ts'
import { isRunning } from '#lib/platform/embedded/processes.ts'
import type { Runtime } from '#lib/wiring/supervisor/runtime-file.ts'

let dataDir: string
const started: { end(): Promise<void> }[] = []

beforeEach(async () => {
  dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-start-'))
  await fs.chmod(dataDir, 0o755)
})

afterEach(async () => {
  for (const product of started.splice(0)) await product.end()
  await fs.rm(dataDir, { recursive: true, force: true })
})

/** The supervisor in a process of its own, with tiny processes below it. */
async function startTiny(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/testing/tiny-product.ts'], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      PORT: String(await freePort()),
      GATEHOUSE_DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const says = (text: string | RegExp) => expect.poll(() => output, { timeout: 20_000 }).toMatch(text)
  const product = {
    exited,
    lines: () => output.trim().split('\n'),
    stopReading: () => void child.stdout.destroy(),
    says,
    ready: () => says(/gatehouse ready on http:\/\/127\.0\.0\.1:\d+\n/),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
  started.push(product)
  return product
}

async function readRuntime(): Promise<Runtime> {
  return JSON.parse(await fs.readFile(path.join(dataDir, 'runtime.json'), 'utf8')) as Runtime
}

async function stillRunning(pids: Readonly<Record<string, number>>): Promise<string[]> {
  const alive = await Promise.all(
    Object.entries(pids).map(async ([name, pid]) => ((await isRunning(pid)) ? name : null)),
  )
  return alive.filter((name) => name !== null)
}

/** What it said when it did not start: exactly one line, and a failing exit code. */
async function refusal(env: Record<string, string>): Promise<string> {
  const product = await startTiny(env)
  expect(await product.exited).toBe(1)
  expect(product.lines()).toHaveLength(1)
  return product.lines()[0] ?? ''
}

describe('a start', () => {
  test('writes where everything is before it says that it is ready, for this user only', async () => {
    const product = await startTiny()
    await product.ready()
    const runtime = await readRuntime()
    expect(product.lines()).toEqual([`gatehouse ready on ${runtime.gateway}`])
    expect(Object.keys(runtime.pids).toSorted()).toEqual(['gateway', 'postgres', 'redis', 'supervisor', 'worker'])
    expect((await fetch(`${runtime.gateway}/readyz`)).status).toBe(200)
    for (const file of ['runtime.json', 'secrets.json', 'supervisor.json']) {
      expect((await fs.stat(path.join(dataDir, file))).mode & 0o777).toBe(0o600)
    }
  })

  test('keeps its secrets and its addresses the next time', async () => {
    const kept = async () => ({
      secrets: await fs.readFile(path.join(dataDir, 'secrets.json'), 'utf8'),
      ports: await fs.readFile(path.join(dataDir, 'ports.json'), 'utf8'),
      databaseUrl: (await readRuntime()).databaseUrl,
    })
    const first = await startTiny()
    await first.ready()
    const before = await kept()
    await first.end()
    const second = await startTiny()
    await second.ready()
    expect(await kept()).toEqual(before)
  })

  test('stops everything that it started, and says so with exit code 0', async () => {
    const product = await startTiny()
    await product.ready()
    const { pids } = await readRuntime()
    product.signal('SIGTERM')
    expect(await product.exited).toBe(0)
    expect(await stillRunning(pids)).toEqual([])
  })

  test('stops what it has started so far when it is told to stop halfway', async () => {
    const product = await startTiny({ TINY_FAULT: 'front-door-never-ready' })
    const lock = path.join(dataDir, 'supervisor.json')
    const begun = () => fs.readFile(lock, 'utf8').catch(() => '')
    await expect.poll(begun, { timeout: 20_000 }).toContain('"gateway"')
    const { processes } = JSON.parse(await begun()) as { processes: Record<string, { pid: number }> }
    product.signal('SIGTERM')
    expect(await product.exited).toBe(0)
    const pids = Object.fromEntries(Object.entries(processes).map(([name, { pid }]) => [name, pid]))
    expect(Object.keys(pids)).toContain('postgres')
    expect(await stillRunning(pids)).toEqual([])
  })

  test('copes with what a killed one left behind', async () => {
    const killed = await startTiny()
    await killed.ready()
    const { pids: orphans } = await readRuntime()
    killed.signal('SIGKILL')
    await killed.exited
    expect(await stillRunning(orphans)).toEqual(expect.arrayContaining(['gateway', 'postgres', 'redis', 'worker']))

    const port = new URL((await readRuntime()).gateway).port
    const next = await startTiny({ PORT: port })
    await next.ready()
    expect(await stillRunning(orphans)).toEqual([])
  })

  test('is not kept from starting by a lock that was half written', async () => {
    await fs.writeFile(path.join(dataDir, 'supervisor.json'), '{"supervisor":{"pid":1,"ide')
    const product = await startTiny()
    await product.ready()
  })
})

describe('a process that dies', () => {
  test('is started again, and its death is explained', async () => {
    const product = await startTiny()
    await product.ready()
    const { gateway, pids } = await readRuntime()
    process.kill(pids.gateway ?? 0, 'SIGKILL')
    await product.says('gateway died (killed by SIGKILL); starting it again in 0.2 s')
    await expect.poll(() => fetch(gateway).then((answer) => answer.text()), { timeout: 10_000 }).not.toBe('')
    await expect.poll(async () => (await readRuntime()).pids.gateway).not.toBe(pids.gateway)
  })

  test('is started again too when nobody reads any more what the start says', async () => {
    const product = await startTiny()
    await product.ready()
    product.stopReading()
    const { pids } = await readRuntime()
    process.kill(pids.gateway ?? 0, 'SIGKILL')
    await expect.poll(async () => (await readRuntime()).pids.gateway, { timeout: 10_000 }).not.toBe(pids.gateway)
    process.kill((await readRuntime()).pids.worker ?? 0, 'SIGKILL')
    await expect.poll(async () => (await readRuntime()).pids.worker, { timeout: 10_000 }).not.toBe(pids.worker)
  })

  test('comes back at the same address when it is the database', async () => {
    const product = await startTiny()
    await product.ready()
    const { databaseUrl, pids } = await readRuntime()
    process.kill(pids.postgres ?? 0, 'SIGKILL')
    await expect.poll(async () => (await readRuntime()).pids.postgres, { timeout: 15_000 }).not.toBe(pids.postgres)
    expect((await readRuntime()).databaseUrl).toBe(databaseUrl)
  })
})

describe('a start that cannot go on says in one line what to do', () => {
  test('when Gatehouse already runs on this folder', async () => {
    const first = await startTiny()
    await first.ready()
    const { gateway, pids } = await readRuntime()
    expect(await refusal({})).toContain(`Gatehouse is already running (pid ${pids.supervisor}) on ${gateway}: stop it`)
  })

  test('when the port is taken', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    expect(await refusal({ PORT: String(port) })).toBe(
      `Port ${port} is taken: stop what uses it, or choose another, e.g. PORT=${port + 10} npm start`,
    )
    server.close()
  })

  test('when the data folder cannot be written', async () => {
    // A folder below a file: root, who may write anything, cannot write there either.
    await fs.writeFile(path.join(dataDir, 'file'), '')
    const folder = path.join(dataDir, 'file', 'data')
    expect(await refusal({ GATEHOUSE_DATA_DIR: folder })).toBe(
      `The folder ${folder} cannot be written (ENOTDIR): make it writable for this user, or set GATEHOUSE_DATA_DIR to another folder`,
    )
  })

  test('when Redis is missing and cannot be installed', async () => {
    // Programs that the start itself needs, and neither redis-server nor an installer.
    const programs = path.join(dataDir, 'programs')
    await fs.mkdir(programs)
    for (const name of ['id', 'ps']) await fs.symlink((await findProgram(name)) ?? '', path.join(programs, name))
    expect(await refusal({ PATH: programs })).toBe(
      'Redis is missing and could not be installed here: install Redis 7 or newer (apt-get install redis-server, brew install redis), or set REDIS_URL',
    )
  })

  test('when DATABASE_URL leads nowhere, without showing its password', async () => {
    const port = await freePort()
    const line = await refusal({ DATABASE_URL: `postgresql://gatehouse:hunter22@127.0.0.1:${port}/gatehouse` })
    expect(line).toContain(`DATABASE_URL: expected a PostgreSQL that answers at 127.0.0.1:${port}, got: ECONNREFUSED`)
    expect(line).not.toContain('hunter22')
  })

  test('when REDIS_URL leads nowhere', async () => {
    const port = await freePort()
    expect(await refusal({ REDIS_URL: `redis://127.0.0.1:${port}` })).toContain(
      `REDIS_URL: expected a Redis that answers at 127.0.0.1:${port}, got: ECONNREFUSED`,
    )
  })

  test('when a value is wrong, with its name, what was expected and an example', async () => {
    expect(await refusal({ PORT: 'http' })).toBe('PORT: expected a whole number from 0 to 65535, e.g. 3000')
  })

  test('when the demo is asked to serve more than this machine', async () => {
    expect(await refusal({ HOST: '0.0.0.0' })).toContain('HOST: demo mode serves only loopback addresses')
  })

  test('when a process does not start, with its own last words', async () => {
    expect(await refusal({ TINY_FAULT: 'worker-dies-at-start' })).toBe(
      'worker did not start: Error: the worker has no queue',
    )
  })
})
