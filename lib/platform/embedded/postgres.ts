/**
 * A PostgreSQL of our own, from npm's binaries, for those who have none. It listens on loopback only, with a password
 * and without unix sockets. It runs in its own process group, so that Ctrl-C reaches the supervisor alone and the
 * database is stopped last. A server that an earlier, killed start left behind on the same data is ended first.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, isPortFree } from '#lib/platform/embedded/ports.ts'
import { postgresBinaries, type PostgresBinaries } from '#lib/platform/embedded/postgres-binaries.ts'
import { commandOf, endProcess } from '#lib/platform/embedded/processes.ts'
import {
  mayEnter,
  outsideHome,
  runAs,
  serviceAccount,
  type ServiceAccount,
} from '#lib/platform/embedded/service-account.ts'
import { StartError } from '#lib/platform/embedded/start-error.ts'

export type EmbeddedPostgresOptions = {
  /** The folder that is ours: password, log and, where the service account may enter it, the data. */
  readonly dir: string
  /** Default: the port of the last start when it is free, else any free one. */
  readonly port?: number
  /** False only where the data may be lost, as in tests: starts and writes are several times faster. */
  readonly fsync?: boolean
  /** Further server settings, e.g. { log_statement: 'all' }. */
  readonly settings?: Readonly<Record<string, string>>
}

export type EmbeddedPostgres = {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Where the data is: below `dir`, or outside it when the service account may not enter `dir`. */
  readonly data: string
  /** Settles when the server has ended, asked or not. */
  readonly exited: Promise<void>
  stop(): Promise<void>
}

const startTimeoutMs = 60_000
const user = 'gatehouse'
const database = 'gatehouse'

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = path.resolve(options.dir)
  await fs.mkdir(dir, { recursive: true, mode: 0o755 })
  const account = await accountFor(dir)
  const [binaries, cluster] = await Promise.all([postgresBinaries(account), openCluster(dir, account)])
  await endOrphan(cluster.data)
  await initialise(cluster, binaries, account, options)

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await preferredPort(cluster))
    try {
      const server = await startServer({ cluster, binaries, account, options, port })
      await saveCluster(dir, { ...cluster, port })
      return server
    } catch (error) {
      // Somebody took the port between our look and the server's.
      if (options.port !== undefined || attempt === 3 || !(error instanceof PortTaken)) throw error
    }
  }
}

// ── The cluster ─────────────────────────────────────────────────────────────────────────────────

type Cluster = { readonly password: string; readonly data: string; readonly port: number | null }

const recordOf = (dir: string) => path.join(dir, 'cluster.json')

/** Reads the record of this folder's cluster, or makes one and says where its data shall be. */
async function openCluster(dir: string, account: ServiceAccount): Promise<Cluster> {
  const known = await knownCluster(dir)
  if (known) return known

  const home = (await mayEnter(account, dir)) ? dir : await outsideHome(account, dir)
  const data = path.join(home, 'data')
  // Data without its record: an unfinished start, or a clone that once stood at this path. Its password is gone.
  await endOrphan(data)
  await fs.rm(data, { recursive: true, force: true })
  const cluster = { password: randomBytes(24).toString('hex'), data, port: null }
  await saveCluster(dir, cluster)
  return cluster
}

async function knownCluster(dir: string): Promise<Cluster | null> {
  const record = await fs.readFile(recordOf(dir), 'utf8').catch(() => null)
  if (record === null) return null
  const cluster = JSON.parse(record) as Cluster
  // Inside the folder the data moves with it.
  const data = path.resolve(dir, cluster.data)
  return (await fs.stat(data).catch(() => null)) ? { ...cluster, data } : null
}

async function saveCluster(dir: string, cluster: Cluster): Promise<void> {
  const inside = path.relative(dir, cluster.data)
  const record = { ...cluster, data: inside.startsWith('..') ? cluster.data : inside }
  const unfinished = `${recordOf(dir)}.new`
  await fs.writeFile(unfinished, JSON.stringify(record), { mode: 0o600 })
  await fs.rename(unfinished, recordOf(dir))
}

/** The user that the server runs as. Existing data decides: "postgres", added later, cannot read what "nobody" owns. */
async function accountFor(dir: string): Promise<ServiceAccount> {
  const known = await knownCluster(dir)
  if (!known) return serviceAccount()
  const owner = await fs.stat(known.data)
  const me = process.getuid?.()
  if (me === 0) return owner.uid === 0 ? handOver(known.data) : { uid: owner.uid, gid: owner.gid }
  if (me !== undefined && owner.uid !== me) {
    throw new StartError(
      `The database in ${dir} belongs to another user (${owner.uid}), from a start as root: start as that user again, or remove the folder to begin anew`,
    )
  }
  return {}
}

// Data that was copied or restored by root belongs to root, as whom the server cannot run.
async function handOver(data: string): Promise<ServiceAccount> {
  const account = await serviceAccount()
  await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, data])
  return account
}

async function initialise(
  cluster: Cluster,
  binaries: PostgresBinaries,
  account: ServiceAccount,
  options: EmbeddedPostgresOptions,
): Promise<void> {
  if (await fs.stat(cluster.data).catch(() => null)) return
  // The folder takes its name when it is complete, so a killed start leaves nothing half-made behind.
  const unfinished = `${cluster.data}.new`
  const passwordFile = `${cluster.data}.password`
  await fs.rm(unfinished, { recursive: true, force: true })
  await fs.mkdir(unfinished, { mode: 0o700 })
  await fs.writeFile(passwordFile, cluster.password, { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) {
    await fs.chown(unfinished, account.uid, account.gid)
    await fs.chown(passwordFile, account.uid, account.gid)
  }
  try {
    await runAs(account, binaries.initdb, [
      `--pgdata=${unfinished}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      // Sorting that is the same on every system.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(options.fsync === false ? ['--no-sync'] : []),
    ])
    await fs.rename(unfinished, cluster.data)
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error).trim()
    throw new StartError(`PostgreSQL could not make its data folder ${cluster.data}: ${reason}`, { cause: error })
  } finally {
    await fs.rm(passwordFile, { force: true })
  }
}

/** Ends a server that still holds the data, and clears the lock of one that no longer lives. */
async function endOrphan(data: string): Promise<void> {
  const lock = path.join(data, 'postmaster.pid')
  const pid = Number((await fs.readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
  if (!pid) return
  // PostgreSQL itself gives up when the id in its lock lives, even if it is another program's by now.
  if ((await commandOf(pid)).includes(data)) await endServer(pid)
  await fs.rm(lock, { force: true })
}

/** Fast shutdown: running statements are cut, everything committed is kept. */
function endServer(pid: number): Promise<boolean> {
  return endProcess(pid, [
    { signal: 'SIGINT', waitMs: 15_000 },
    { signal: 'SIGQUIT', waitMs: 5_000 },
    { signal: 'SIGKILL', waitMs: 2_000 },
  ])
}

// ── The server ──────────────────────────────────────────────────────────────────────────────────

class PortTaken extends Error {}

async function preferredPort(cluster: Cluster): Promise<number> {
  return cluster.port !== null && (await isPortFree(cluster.port)) ? cluster.port : freePort()
}

type Launch = {
  readonly cluster: Cluster
  readonly binaries: PostgresBinaries
  readonly account: ServiceAccount
  readonly options: EmbeddedPostgresOptions
  readonly port: number
}

/** It shares its machine with the gateway, whose callers wait (docs/decisions/0007). Its own processes inherit this. */
function yieldToServing(pid: number | undefined): void {
  if (pid !== undefined) os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
}

async function startServer({ cluster, binaries, account, options, port }: Launch): Promise<EmbeddedPostgres> {
  const logPath = path.join(path.resolve(options.dir), 'postgres.log')
  // A file and not a pipe: the server must outlive whoever started it without dying of a closed pipe.
  const log = await fs.open(logPath, 'w', 0o600)
  const child = spawn(binaries.postgres, ['-D', cluster.data, ...settingArguments(options, port)], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, LC_MESSAGES: 'C' },
  })
  yieldToServing(child.pid)
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  await log.close()

  const address = `postgresql://${user}:${cluster.password}@127.0.0.1:${port}`
  try {
    await untilReady(child, `${address}/postgres`)
    await ensureDatabase(`${address}/postgres`)
  } catch (error) {
    if (child.pid !== undefined) await endServer(child.pid)
    const output = await fs.readFile(logPath, 'utf8').catch(() => '')
    throw output.includes('could not bind') ? portTaken(options, port) : startFailed(error, output, logPath)
  }
  return {
    url: `${address}/${database}`,
    port,
    pid: child.pid ?? 0,
    data: cluster.data,
    exited,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) await endServer(child.pid)
      await exited
    },
  }
}

function settingArguments(options: EmbeddedPostgresOptions, port: number): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    ...(options.fsync === false && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => {})
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
        throw new Error('the server ended at once', { cause: error })
      }
      if (Date.now() > deadline) throw error
      await sleep(30)
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`)
  } finally {
    await client.end()
  }
}

function portTaken(options: EmbeddedPostgresOptions, port: number): Error {
  const message = `Port ${port}, meant for PostgreSQL, is taken: free it, or set DATABASE_URL`
  return options.port === undefined ? new PortTaken(message) : new StartError(message)
}

function startFailed(error: unknown, output: string, logPath: string): StartError {
  const lines = output.split('\n').filter((line) => /FATAL|PANIC|ERROR/.test(line))
  const reason = lines.at(-1) ?? (error as Error).message
  return new StartError(`PostgreSQL did not start: ${reason.trim()} (log: ${logPath})`, { cause: error })
}
