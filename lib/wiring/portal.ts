/**
 * What the portal's pages and routes run on. Built at the first request and kept on globalThis: Next loads a module more
 * than once (pages, routes, hot reload), and each copy would open its own connections.
 */
import { systemClock } from '#lib/platform/clock.ts'
import { loadConfig } from '#lib/platform/config.ts'
import type { Context } from '#lib/platform/context.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis } from '#lib/platform/redis.ts'

const kept = globalThis as typeof globalThis & { gatehousePortal?: Context }

/** Throws ConfigError where the environment is wrong: without a valid configuration nothing is served. */
export function portal(): Context {
  kept.gatehousePortal ??= build()
  return kept.gatehousePortal
}

function build(): Context {
  const config = loadConfig(process.env)
  const { db, sql } = openDatabase(config.databaseUrl)
  const redis = openRedis(config.redisUrl, 'portal')
  return { config, db, sql, redis, clock: systemClock, log: createLog('portal', config.logLevel) }
}
