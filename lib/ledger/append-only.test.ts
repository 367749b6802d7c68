/** The ledger and the audit log take new rows and nothing else, whoever asks and by whichever name. Real PostgreSQL. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordAudit } from '#lib/audit/record-audit.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { ensurePartitions, insertEvents } from '#lib/ledger/store.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { freshDatabase, type TestDatabase } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const application = `app_${randomBytes(6).toString('hex')}`
const month = `usage_event_${new Date().toISOString().slice(0, 7).replace('-', '_')}`
const newMonth = 'usage_event_2031_05'

let server: TestDatabase
let owner: Database
let asApplication: Database
beforeAll(async () => {
  server = await freshDatabase()
  owner = openDatabase(server.url, 2)
  await owner.sql.query(`CREATE ROLE ${application} LOGIN PASSWORD 'application'`)
  await owner.sql.query('SELECT grant_application($1)', [application])
  const url = new URL(server.url)
  url.username = application
  url.password = 'application'
  asApplication = openDatabase(url.href, 2)
})
afterAll(async () => {
  await asApplication.close()
  await owner.sql.query(`DROP OWNED BY ${application}; DROP ROLE ${application}`)
  await owner.close()
  await server.drop()
})

const codeOf = (statement: string, database: Database): Promise<string | undefined> =>
  database.sql.query(statement).then(
    () => 'done',
    (error: pg.DatabaseError) => error.code,
  )

const rowOf = (event: ReturnType<typeof anEvent>) => {
  const reading = readEntry(JSON.stringify(event), event.at)
  if (reading.kind !== 'event') throw new Error(reading.error)
  return reading.row
}

const changes = [
  ...['usage_event', month, newMonth].flatMap((table) => [
    `UPDATE ${table} SET cost_nanos = 0`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
  ]),
  'MERGE INTO usage_event USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE',
  'UPDATE audit_entry SET summary = summary',
  'DELETE FROM audit_entry',
  'TRUNCATE audit_entry',
]

describe('a role that is given what the application needs', () => {
  test('books events, opens months and writes the audit log', async () => {
    const { sql, db } = asApplication
    await ensurePartitions(sql, new Date('2031-05-10'), new Date('2031-05-10'))
    const late = Date.UTC(2031, 4, 10)
    expect(await insertEvents(sql, [rowOf(anEvent()), rowOf(anEvent({ at: late }))])).toBe(2)
    await db.$transaction((tx) =>
      recordAudit(
        tx,
        { kind: 'system', id: 'test', name: 'Test', ip: null, requestId: null },
        { action: 'test.run', targetType: 'test', targetId: 'one', targetName: 'one', summary: 'ran' },
      ),
    )
    expect(await db.auditEntry.count()).toBe(1)
  })

  test.each(changes)('may not %s', async (statement) => {
    expect(await codeOf(statement, asApplication)).toBe('42501')
  })

  test.each([
    `DROP TABLE ${month}`,
    `ALTER TABLE usage_event DETACH PARTITION ${month}`,
    'ALTER TABLE usage_event DISABLE TRIGGER ALL',
    `DROP TRIGGER no_truncate ON ${month}`,
    'SET session_replication_role = replica',
  ])('cannot help itself: %s', async (statement) => {
    expect(await codeOf(statement, asApplication)).toBe('42501')
  })
})

describe('whom rights do not bind', () => {
  test.each(changes)('is refused as well: %s', async (statement) => {
    expect(await codeOf(statement, owner)).toBe('23001')
  })
})

test('an owner who is no superuser has no right to change either', async () => {
  await owner.sql.query(`GRANT CREATE ON SCHEMA public TO ${application}`)
  const { sql } = asApplication
  await sql.query('CREATE TABLE mine (n int)')
  await owner.sql.query(`SELECT make_append_only('mine')`)
  await sql.query('INSERT INTO mine VALUES (1)')
  expect(await codeOf('UPDATE mine SET n = 2', asApplication)).toBe('42501')
  expect(await codeOf('TRUNCATE mine', asApplication)).toBe('42501')
})

describe('retention', () => {
  test('drops a month whole, and only one for which nothing can come any more', async () => {
    const { sql } = asApplication
    const old = new Date('2020-02-10T00:00:00Z')
    await ensurePartitions(sql, old, old)
    await insertEvents(sql, [rowOf(anEvent({ at: old.getTime() }))])
    const drop = async (first: string) =>
      (await sql.query<{ gone: bigint }>('SELECT drop_usage_month($1) AS gone', [first])).rows[0]!.gone
    expect(await drop('2020-02-01')).toBe(1n)
    expect(await drop('2020-02-01')).toBe(0n)
    const recent = new Date(Date.now() - 380 * 86_400_000).toISOString().slice(0, 10)
    await expect(drop(recent)).rejects.toMatchObject({ code: '23001' })
  })
})
