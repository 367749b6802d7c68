/** What use cases need from the outside world; built once a process in lib/wiring. */
import type { Clock } from '#lib/platform/clock.ts'
import type { Config } from '#lib/platform/config.ts'
import type { Db, SqlPool } from '#lib/platform/db.ts'
import type { Log } from '#lib/platform/log.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Context = {
  readonly config: Config
  readonly db: Db
  readonly sql: SqlPool
  readonly redis: RedisClient
  readonly clock: Clock
  readonly log: Log
}
