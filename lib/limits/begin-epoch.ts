import { epochKey } from '#lib/limits/keys.ts'
import { mostWaitMs, readWatermark, type Looking, type Watermark } from '#lib/limits/watermark.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/**
 * For the start of a process: a Redis that nobody has used needs no recovery. Where nothing was ever booked nothing can be
 * forgotten, and nobody waits; else a recovery begins now, so that it is over soon.
 */
export async function beginEpoch(redis: RedisClient, sql: SqlPool, looking: Looking): Promise<Watermark> {
  // Where PostgreSQL does not answer, nobody knows.
  const isNew = (await redis.exists(epochKey)) === 0 && (await isLedgerEmpty(sql).catch(() => false))
  return readWatermark(redis, { ...looking, waitMs: isNew ? 0 : mostWaitMs })
}

async function isLedgerEmpty(sql: SqlPool): Promise<boolean> {
  const { rows } = await sql.query<{ empty: boolean }>('SELECT NOT EXISTS (SELECT 1 FROM usage_event) AS empty')
  return rows[0]!.empty
}
