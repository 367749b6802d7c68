/**
 * Lives in the process that starts a test run and hands its services to the workers: the first request starts
 * PostgreSQL, Redis and the migrated template database, later ones get the same addresses.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '#lib/platform/embedded/postgres.ts'
import { startEmbeddedRedis } from '#lib/platform/embedded/redis.ts'
import { migrate } from '#lib/platform/migrate.ts'

export type ServiceAddresses = { readonly databaseUrl: string; readonly redisUrl: string }

/** The environment variable by which workers find the broker. */
export const brokerVariable = 'GATEHOUSE_TEST_BROKER'
export const templateDatabase = 'gatehouse_template'
export const redisDatabases = 512

export async function startServiceBroker(): Promise<{ stop(): Promise<void> }> {
  let running: Promise<TestServices> | null = null
  const server = http.createServer((_request, response) => {
    running ??= startTestServices()
    running.then(
      ({ addresses }) => response.setHeader('content-type', 'application/json').end(JSON.stringify(addresses)),
      (error: Error) => {
        response.statusCode = 500
        response.end(error.message)
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env[brokerVariable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    stop: async () => {
      server.close()
      server.closeAllConnections()
      // Nothing to stop where it never started.
      await running?.then((services) => services.stop()).catch(() => {})
    },
  }
}

type TestServices = { readonly addresses: ServiceAddresses; stop(): Promise<void> }

async function startTestServices(): Promise<TestServices> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-test-'))
  await fs.chmod(dir, 0o755)
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres({
      dir: path.join(dir, 'postgres'),
      fsync: false,
      // Autovacuum would hold the template open while it is copied.
      settings: { max_connections: '500', autovacuum: 'off' },
    }),
    startEmbeddedRedis({ dir: path.join(dir, 'redis'), persist: false, databases: redisDatabases }),
  ])
  // The data may be outside: then the folder around it is its own.
  const folders = [dir, path.dirname(postgres.data)]
  const reaper = endWithThisProcess([postgres.pid, redis.pid], folders)
  await makeTemplate(postgres.url)
  return {
    addresses: { databaseUrl: postgres.url, redisUrl: redis.url },
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()])
      await Promise.all(folders.map((folder) => fs.rm(folder, { recursive: true, force: true })))
      reaper.kill()
    },
  }
}

async function makeTemplate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(`CREATE DATABASE ${templateDatabase}`).finally(() => client.end())
  const url = new URL(databaseUrl)
  url.pathname = `/${templateDatabase}`
  await migrate(url.href)
}

/** A small watcher that outlives a killed test run by as long as it takes to clear up after it. */
function endWithThisProcess(pids: readonly number[], folders: readonly string[]) {
  const quoted = folders.map((folder) => `'${folder.replaceAll("'", `'\\''`)}'`).join(' ')
  const script = `read -r _; kill -9 ${pids.join(' ')}; sleep 0.5; rm -rf ${quoted}`
  return spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
}
