/**
 * Settlements on their way to Redis, off the callers' clock. One that Redis does not take is put on disk and tried again
 * with back-off; what an earlier process has left on disk is settled first.
 *
 * Bounds: 50,000 settlements wait at most. Beyond that the newest is on disk alone, for the next start: its hold lapses, the
 * sweeper books it from the hold, marked as estimated, and the truth comes later as the difference. Refusals, which hold nothing, are sent in batches; 10,000 wait at most.
 */
import { usageStream, type WrittenEvent } from '#lib/ledger/contract.ts'
import type { Spool } from '#lib/gateway/spool.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { settle, type Settlement } from '#lib/limits/settle.ts'
import type { Log } from '#lib/platform/log.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const mostWaiting = 50_000
const mostRefusals = 10_000
const refusalBatch = 200
const refusalDelayMs = 50
const firstRetryMs = 100
const longestRetryMs = 2_000

export type Settlements = {
  settle(settlement: Settlement): void
  refused(event: WrittenEvent): void
  /** Settlements not yet in Redis. */
  waiting(): number
  /** Resolves when everything is in Redis, or after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>
}

export function createSettlements(redis: RedisClient, log: Log, spool: Spool): Settlements {
  let waiting = 0
  let givenUp = 0
  let refusals: string[] = []
  let refusalTimer: NodeJS.Timeout | null = null
  const idle: (() => void)[] = []

  function left(): void {
    waiting -= 1
    if (waiting === 0) for (const resolve of idle.splice(0)) resolve()
  }

  function attempt(settlement: Settlement, delayMs: number, isSpooled: boolean): void {
    settle(redis, settlement, 'final').then(
      () => {
        if (isSpooled) spool.settled(settlement.event.id)
        left()
      },
      (error: unknown) => {
        if (!isSpooled) {
          log.warn({ err: error, call: settlement.event.id }, 'settlement is tried again')
          spool.keep(settlement)
        }
        setTimeout(() => attempt(settlement, Math.min(delayMs * 2, longestRetryMs), true), delayMs)
      },
    )
  }

  function sendRefusals(): void {
    refusalTimer = null
    const batch = refusals.splice(0, refusalBatch)
    if (batch.length === 0) return
    waiting += 1
    callFunction(redis, 'gatehouse_record', [usageStream], batch, true)
      .catch(() => {
        refusals = [...batch, ...refusals].slice(0, mostRefusals)
      })
      .finally(() => {
        left()
        if (refusals.length > 0) refusalTimer ??= setTimeout(sendRefusals, refusalDelayMs)
      })
  }

  if (spool.left.length > 0) log.warn({ settlements: spool.left.length }, 'settling what an earlier process has left')
  for (const settlement of spool.left) {
    waiting += 1
    attempt(settlement, firstRetryMs, true)
  }

  return {
    settle(settlement) {
      if (waiting >= mostWaiting) {
        givenUp += 1
        spool.keep(settlement)
        if (givenUp % 1_000 === 1)
          log.error({ givenUp }, 'too many settlements wait for Redis; the sweeper will estimate them')
        return
      }
      waiting += 1
      attempt(settlement, firstRetryMs, false)
    },
    refused(event) {
      if (refusals.length >= mostRefusals) return
      refusals.push(JSON.stringify(event))
      if (refusals.length >= refusalBatch) sendRefusals()
      else refusalTimer ??= setTimeout(sendRefusals, refusalDelayMs)
    },
    waiting: () => waiting + refusals.length,
    async drain(timeoutMs) {
      sendRefusals()
      if (waiting === 0) return
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        new Promise<void>((resolve) => idle.push(resolve)),
        new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs))),
      ])
      clearTimeout(timer)
    },
  }
}
