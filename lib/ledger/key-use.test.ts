/** When a key was last used is known from the ledger's own events. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { ingestEntries } from '#lib/ledger/ingest-entries.ts'
import { ensureGroup, takeNew } from '#lib/ledger/usage-stream.ts'
import { loadConfig } from '#lib/platform/config.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { makeKey, testEnvironment } from '#lib/testing/gateway.ts'
import { freshDatabase, freshRedis, type TestDatabase, type TestRedis } from '#lib/testing/services.ts'
import { createSmallCompany } from '#lib/testing/small-company.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

let services: { database: TestDatabase; redis: TestRedis }
let database: Database
let redis: RedisClient
let keyId: string
let secretId: string

beforeAll(async () => {
  services = { database: await freshDatabase(), redis: await freshRedis() }
  database = openDatabase(services.database.url)
  redis = openRedis(services.redis.url, 'patient')
  await ensureGroup(redis)
})
beforeEach(async () => {
  const { company } = await oneCompany()
  const config = loadConfig(testEnvironment(services.database.url, services.redis.url))
  keyId = (await makeKey(database, config, company, {})).id
  const secret = await database.db.keySecret.findFirstOrThrow({ where: { keyId } })
  secretId = secret.id
})
afterAll(async () => {
  redis.disconnect()
  await database.close()
  await Promise.all([services.database.drop(), services.redis.drop()])
})

let made: Promise<{ company: Awaited<ReturnType<typeof createSmallCompany>> }> | null = null
const oneCompany = () => (made ??= createSmallCompany(database.db).then((company) => ({ company })))

async function book(...calls: readonly Partial<UsageEvent>[]): Promise<void> {
  for (const call of calls) {
    const at = call.at ?? Date.now()
    await redis.xadd(
      usageStream,
      '*',
      'e',
      JSON.stringify(anEvent({ id: newId('call', at), keyId, secretId, ...call })),
    )
  }
  const entries = await takeNew(redis, 'a', 1_000, 1)
  await ingestEntries({ sql: database.sql, redis, nowMs: Date.now }, entries)
}

async function lastUse(): Promise<{ key: number | null; secret: number | null }> {
  const key = await database.db.virtualKey.findUniqueOrThrow({ where: { id: keyId } })
  const secret = await database.db.keySecret.findUniqueOrThrow({ where: { id: secretId } })
  return { key: key.lastUsedAt?.getTime() ?? null, secret: secret.lastUsedAt?.getTime() ?? null }
}

const nowMs = Date.now()

test('a key that nobody has used has no last use; a refused call is none', async () => {
  await book({ outcome: 'refused', at: nowMs })
  expect(await lastUse()).toEqual({ key: null, secret: null })
})

test('the first use shows at once, and the latest of a batch counts', async () => {
  await book({ at: nowMs - 500_000 }, { at: nowMs - 300_000 }, { at: nowMs - 400_000 })
  expect(await lastUse()).toEqual({ key: nowMs - 300_000, secret: nowMs - 300_000 })
})

test('a later use is told within a minute of it; an earlier one changes nothing', async () => {
  await book({ at: nowMs - 300_000 })
  await book({ at: nowMs - 270_000 })
  expect((await lastUse()).key).toBe(nowMs - 300_000)
  await book({ at: nowMs - 230_000 })
  expect((await lastUse()).key).toBe(nowMs - 230_000)
  await book({ at: nowMs - 900_000 })
  expect(await lastUse()).toEqual({ key: nowMs - 230_000, secret: nowMs - 230_000 })
})

test('a call of a rotated secret is that secret’s use, and the key’s', async () => {
  await book({ at: nowMs - 100_000, secretId: 'sec_gone' })
  expect(await lastUse()).toEqual({ key: nowMs - 100_000, secret: null })
})
