/**
 * A real PostgreSQL and a real Redis for tests. One pair serves a whole test run; it starts when the first test asks,
 * so runs of pure rules cost nothing. Every caller gets a database of its own, so tests run in parallel.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startEmbeddedRedis, type EmbeddedRedis } from '#lib/platform/embedded/redis.ts'
import { brokerVariable, redisDatabases, templateDatabase, type ServiceAddresses } from '#lib/testing/service-broker.ts'

export type TestDatabase = { readonly url: string; drop(): Promise<void> }
export type TestRedis = { readonly url: string; drop(): Promise<void> }

/** A migrated, empty database that nobody else uses. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { databaseUrl } = await services()
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(databaseUrl, `CREATE DATABASE ${name} TEMPLATE ${templateDatabase}`)
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => administer(databaseUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

/**
 * An empty logical database of the shared Redis. Keys are apart from everybody else's; published messages are not, for
 * Redis has one space of channels: a test that counts messages takes `freshRedisProcess`.
 */
export async function freshRedis(): Promise<TestRedis> {
  const { redisUrl } = await services()
  const root = new Redis(redisUrl)
  const taken = await root.incr('taken').finally(() => root.disconnect())
  // Database 0 holds the counter; a number comes round again only after all others.
  const url = `${redisUrl}/${1 + (taken % (redisDatabases - 1))}`
  const flush = async () => {
    const client = new Redis(url)
    await client.flushdb().finally(() => client.disconnect())
  }
  await flush()
  return { url, drop: flush }
}

export type TestRedisProcess = {
  readonly url: string
  readonly pid: () => number
  /** SIGKILL, as when the machine fails. */
  kill(): Promise<void>
  /** Starts it again on the same port, with its data when `persist` was asked for. */
  start(): Promise<void>
  drop(): Promise<void>
}

/** A Redis process of one's own, to kill and bring back. */
export async function freshRedisProcess(options: { readonly persist?: boolean } = {}): Promise<TestRedisProcess> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-redis-'))
  const persist = options.persist ?? false
  let server: EmbeddedRedis = await startEmbeddedRedis({ dir, persist })
  const { url, port } = server
  return {
    url,
    pid: () => server.pid,
    kill: async () => {
      process.kill(server.pid, 'SIGKILL')
      await server.exited
    },
    start: async () => {
      server = await startEmbeddedRedis({ dir, persist, port })
    },
    drop: async () => {
      await server.stop()
      await fs.rm(dir, { recursive: true, force: true })
    },
  }
}

/** The addresses of this run's services, started now if nobody has asked before. */
async function services(): Promise<ServiceAddresses> {
  const broker = process.env[brokerVariable]
  if (!broker) throw new Error('No test services here: run the tests by vitest, whose global setup provides them.')
  const response = await fetch(broker)
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as ServiceAddresses
}

async function administer(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
