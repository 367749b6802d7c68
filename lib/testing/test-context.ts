/** A context as the use cases get it, on a database and a Redis of its own, with a clock that stands still until moved. */
import { randomBytes } from 'node:crypto'
import { loadFunctions } from '#lib/limits/functions.ts'
import { loadConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { freshDatabase, freshRedis } from '#lib/testing/services.ts'

export type TestContext = {
  readonly context: Context
  readonly bootstrapToken: string
  /** Sets the clock. */
  readonly setNow: (ms: number) => void
  close(): Promise<void>
}

/** `nowMs`: where the clock stands; the real time unless said. */
export async function openTestContext(nowMs: number = Date.now()): Promise<TestContext> {
  const [database, redisServer] = await Promise.all([freshDatabase(), freshRedis()])
  const secret = () => randomBytes(32).toString('base64')
  const bootstrapToken = `boot-${secret()}`
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: redisServer.url,
    NEXTAUTH_SECRET: secret(),
    GATEHOUSE_MASTER_KEY: secret(),
    GATEHOUSE_KEY_PEPPER: secret(),
    GATEHOUSE_BOOTSTRAP_TOKEN: bootstrapToken,
  })
  const { db, sql, close: closeDatabase } = openDatabase(database.url)
  const redis = openRedis(redisServer.url, 'patient')
  await loadFunctions(redis)
  let now = nowMs
  return {
    context: { config, db, sql, redis, clock: { nowMs: () => now }, log: createLog('test', 'silent') },
    bootstrapToken,
    setNow: (ms) => {
      now = ms
    },
    close: async () => {
      await closeDatabase()
      redis.disconnect()
      await Promise.all([database.drop(), redisServer.drop()])
    },
  }
}
