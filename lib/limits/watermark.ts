/**
 * WATERMARK: whether Redis still has what it was given, and up to where its stream is booked. Redis loses everything by
 * FLUSHALL or a start without its data, and its last second or two by a failover or the end of its machine. Then a
 * recovery begins, in which calls wait until all gateways have told again what they know (functions/loss.lua).
 */
import { usageStream } from '#lib/ledger/contract.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { newId } from '#lib/platform/ids.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

/** How long a recovery waits for gateways that are slow to notice. Idle ones look once a second. */
export const mostWaitMs = 1_500

export type Recovery = {
  /** The epoch that begins when it is over. */
  readonly epoch: string
  readonly lost: 'all' | 'end'
}

export type Watermark = {
  /** The mark that Redis lost nothing since; null in a recovery. */
  readonly epoch: string | null
  readonly recovery: Recovery | null
  /** The epoch for which a worker has restored windows and reconciled budgets. */
  readonly restored: string | null
  /** Id of the newest entry that the stream ever had; of the oldest that is not booked yet, null for none. */
  readonly newest: string
  readonly oldest: string | null
  readonly gateways: readonly string[]
}

export type Looking = {
  /** Empty for a process that has nothing to tell. */
  readonly gateway?: string
  /** The epoch, in force or to come, for which this gateway has just told everything. Say it once. */
  readonly told?: string
  /** Gateways of the last look, which may have something to tell. */
  readonly known?: readonly string[]
  /** How long a recovery that begins now may take. */
  readonly waitMs?: number
}

export async function readWatermark(redis: RedisClient, looking: Looking): Promise<Watermark> {
  const { gateway = '', told = '', known = [], waitMs = mostWaitMs } = looking
  const args = [gateway, told, newId('req'), waitMs, ...known]
  const reply = (await callFunction(redis, 'gatehouse_watermark', [usageStream], args)) as string[]
  const [epoch, begins, lost, restored, newest, oldest, ...gateways] = reply
  return {
    epoch: epoch || null,
    recovery: begins ? { epoch: begins, lost: lost === 'all' ? 'all' : 'end' } : null,
    restored: restored || null,
    newest: newest ?? '0-0',
    oldest: oldest || null,
    gateways,
  }
}

/** Whether everything up to entry `upTo` has left the stream, and so is in PostgreSQL. */
export function isBooked(upTo: string, { oldest }: Pick<Watermark, 'oldest'>): boolean {
  if (oldest === null) return true
  const [ms = 0, place = 0] = oldest.split('-').map(Number)
  const [upToMs = 0, upToPlace = 0] = upTo.split('-').map(Number)
  return ms > upToMs || (ms === upToMs && place > upToPlace)
}
