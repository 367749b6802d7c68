/**
 * Applies prisma/migrations, compatible with Prisma's own `_prisma_migrations` table. Safe to run from several processes
 * at once: an advisory lock makes the others wait. Each file runs as one simple query, that is, in one transaction.
 */
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'

const prismaMigrationLock = 72707369

/** Brings the database up to date and returns the names of what was applied now. */
export async function migrate(databaseUrl: string, folder: string = 'prisma/migrations'): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaMigrationLock])
    await client.query(createMigrationTable)
    const done = await finishedMigrations(client)
    const applied: string[] = []
    for (const name of await migrationNames(folder)) {
      const script = await fs.readFile(path.join(folder, name, 'migration.sql'), 'utf8')
      const checksum = createHash('sha256').update(script).digest('hex')
      const known = done.get(name)
      if (known === undefined) {
        await applyMigration(client, name, script, checksum)
        applied.push(name)
      } else if (known !== checksum) {
        throw new Error(`migration ${name} was edited after it was applied; restore the file and add a new migration`)
      }
    }
    return applied
  } finally {
    await client.end()
  }
}

async function migrationNames(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
}

async function finishedMigrations(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations
     WHERE rolled_back_at IS NULL`,
  )
  const broken = rows.find((row) => !row.finished)
  if (broken) {
    throw new Error(
      `migration ${broken.migration_name} failed earlier; read _prisma_migrations.logs, repair, then set rolled_back_at on its row`,
    )
  }
  return new Map(rows.map((row) => [row.migration_name, row.checksum]))
}

async function applyMigration(client: pg.Client, name: string, script: string, checksum: string): Promise<void> {
  const id = randomUUID()
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), 0)`,
    [id, checksum, name],
  )
  try {
    await client.query(script)
  } catch (error) {
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, String(error)])
    throw error
  }
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id])
}

const createMigrationTable = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`
