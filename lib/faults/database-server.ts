/** A PostgreSQL server of the fault matrix' own, which rows may stop, with a fresh, migrated database for each row. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { FaultDatabase } from '#lib/faults/world.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#lib/platform/embedded/postgres.ts'
import { migrate } from '#lib/platform/migrate.ts'

export type DatabaseServer = { fresh(): Promise<FaultDatabase>; stop(): Promise<void> }

const template = 'faults_template'

export async function startDatabaseServer(): Promise<DatabaseServer> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-faults-'))
  await fs.chmod(dir, 0o755)
  // Autovacuum would hold the template open while it is copied.
  const options = { dir, fsync: false, settings: { max_connections: '300', autovacuum: 'off' } }
  let server: EmbeddedPostgres | null = await startEmbeddedPostgres(options)
  const { url, port, data } = server
  await administer(url, `CREATE DATABASE ${template}`)
  await migrate(named(url, template))

  const stop = async (): Promise<void> => {
    await server?.stop()
    server = null
  }
  const start = async (): Promise<void> => {
    server ??= await startEmbeddedPostgres({ ...options, port })
  }
  return {
    async fresh() {
      await start()
      const name = `faults_${randomBytes(8).toString('hex')}`
      await administer(url, `CREATE DATABASE ${name} TEMPLATE ${template}`)
      const drop = async (): Promise<void> => {
        await start()
        await administer(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      }
      return { url: named(url, name), stop, start, drop }
    },
    async stop() {
      await stop()
      // The data may be outside: then the folder around it is its own.
      for (const folder of [dir, path.dirname(data)]) await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

function named(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
