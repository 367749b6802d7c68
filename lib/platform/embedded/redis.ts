/**
 * A Redis of our own: the system's redis-server with our settings, on loopback, with a password, in its own process
 * group. What BullMQ and the usage stream need is set here: nothing is evicted, and the product's data is appended to
 * disk every second.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { freePort, isPortFree } from '#lib/platform/embedded/ports.ts'
import { commandOf, endProcess } from '#lib/platform/embedded/processes.ts'
import { StartError } from '#lib/platform/embedded/start-error.ts'
import { findOrInstall } from '#lib/platform/embedded/system-package.ts'

export type EmbeddedRedisOptions = {
  /** The folder that is ours: password, log, append-only file. */
  readonly dir: string
  /** Default: the port of the last start when it is free, else any free one. */
  readonly port?: number
  /** False only where the data may be lost, as in tests. */
  readonly persist?: boolean
  /** How many logical databases. */
  readonly databases?: number
  /** Told when the program has to be installed first. */
  readonly report?: (line: string) => void
}

export type EmbeddedRedis = {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Settles when the server has ended, asked or not. */
  readonly exited: Promise<void>
  stop(): Promise<void>
}

const oldestMajor = 7
const startTimeoutMs = 30_000

export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const dir = path.resolve(options.dir)
  await fs.mkdir(dir, { recursive: true })
  const [program, record] = await Promise.all([redisServer(options.report), openRecord(dir)])
  await endOrphan(record)

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await preferredPort(record))
    try {
      const server = await startServer({ program, password: record.password, options, dir, port })
      await saveRecord(dir, { ...record, port, pid: server.pid })
      return server
    } catch (error) {
      if (options.port !== undefined || attempt === 3 || !(error instanceof PortTaken)) throw error
    }
  }
}

// ── The program ─────────────────────────────────────────────────────────────────────────────────

async function redisServer(report?: (line: string) => void): Promise<string> {
  const program = await findOrInstall({ program: 'redis-server', apt: 'redis-server', brew: 'redis' }, report)
  const remedy = `install Redis ${oldestMajor} or newer (apt-get install redis-server, brew install redis), or set REDIS_URL`
  if (!program) throw new StartError(`Redis is missing and could not be installed here: ${remedy}`)
  const { stdout } = await promisify(execFile)(program, ['--version'])
  const version = /v=(\d+)\.[\d.]+/.exec(stdout)
  if (!version || Number(version[1]) < oldestMajor) {
    throw new StartError(`${program} is too old (${version?.[0].slice(2) ?? stdout.trim()}): ${remedy}`)
  }
  return program
}

// ── Its folder ──────────────────────────────────────────────────────────────────────────────────

type ServerRecord = { readonly password: string; readonly port: number | null; readonly pid: number | null }

const recordOf = (dir: string) => path.join(dir, 'server.json')

async function openRecord(dir: string): Promise<ServerRecord> {
  const known = await fs.readFile(recordOf(dir), 'utf8').catch(() => null)
  if (known !== null) return JSON.parse(known) as ServerRecord
  const record = { password: randomBytes(24).toString('hex'), port: null, pid: null }
  await saveRecord(dir, record)
  return record
}

async function saveRecord(dir: string, record: ServerRecord): Promise<void> {
  const unfinished = `${recordOf(dir)}.new`
  await fs.writeFile(unfinished, JSON.stringify(record), { mode: 0o600 })
  await fs.rename(unfinished, recordOf(dir))
}

/** Two servers on one append-only file would destroy it: ends the one that a killed start left behind. */
async function endOrphan(record: ServerRecord): Promise<void> {
  if (record.pid === null) return
  // redis-server writes its address into its own command line.
  const command = await commandOf(record.pid)
  if (command.includes('redis-server') && command.includes(`:${record.port}`)) await endServer(record.pid)
}

function endServer(pid: number): Promise<boolean> {
  return endProcess(pid, [
    { signal: 'SIGTERM', waitMs: 10_000 },
    { signal: 'SIGKILL', waitMs: 2_000 },
  ])
}

// ── The server ──────────────────────────────────────────────────────────────────────────────────

class PortTaken extends Error {}

async function preferredPort(record: ServerRecord): Promise<number> {
  return record.port !== null && (await isPortFree(record.port)) ? record.port : freePort()
}

type Launch = {
  readonly program: string
  readonly password: string
  readonly options: EmbeddedRedisOptions
  readonly dir: string
  readonly port: number
}

async function startServer({ program, password, options, dir, port }: Launch): Promise<EmbeddedRedis> {
  const logPath = path.join(dir, 'redis.log')
  const log = await fs.open(logPath, 'w', 0o600)
  // The settings go in by stdin, so the password shows neither in the process list nor in a file of its own.
  const child = spawn(program, ['-'], { cwd: dir, detached: true, stdio: ['pipe', log.fd, log.fd] })
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  child.stdin?.on('error', () => {})
  child.stdin?.end(settings({ password, options, dir, port }))
  await log.close()

  const url = `redis://:${password}@127.0.0.1:${port}`
  try {
    await untilReady(child, url)
  } catch (error) {
    if (child.pid !== undefined) await endServer(child.pid)
    const output = await fs.readFile(logPath, 'utf8').catch(() => '')
    throw /Address already in use|bind:/.test(output) ? portTaken(options, port) : startFailed(error, output, logPath)
  }
  return {
    url,
    port,
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) await endServer(child.pid)
      await exited
    },
  }
}

function settings({ password, options, dir, port }: Omit<Launch, 'program'>): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(dir)}`,
    'maxmemory-policy noeviction',
    'save ""',
    `databases ${options.databases ?? 16}`,
  ]
  if (options.persist !== false) {
    // Calls write much and leave little: rewriting at the default 64 MB would fork the server every few seconds.
    lines.push('appendonly yes', 'appendfsync everysec', 'auto-aof-rewrite-min-size 256mb')
  }
  return `${lines.join('\n')}\n`
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
    client.on('error', () => {})
    try {
      await client.connect()
      // Answers only when the append-only file has been read.
      await client.ping()
      return
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
        throw new Error('the server ended at once', { cause: error })
      }
      if (Date.now() > deadline) throw error
      await sleep(20)
    } finally {
      client.disconnect()
    }
  }
}

function portTaken(options: EmbeddedRedisOptions, port: number): Error {
  const message = `Port ${port}, meant for Redis, is taken: free it, or set REDIS_URL`
  return options.port === undefined ? new PortTaken(message) : new StartError(message)
}

function startFailed(error: unknown, output: string, logPath: string): StartError {
  const reason =
    output
      .trim()
      .split('\n')
      .findLast((line) => /#|fatal|error/i.test(line)) ?? (error as Error).message
  return new StartError(`Redis did not start: ${reason.trim()} (log: ${logPath})`, { cause: error })
}
