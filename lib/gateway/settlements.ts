/**
 * Settlements on their way to Redis, off the callers' clock. One that Redis does not take is put on disk and tried again
 * with back-off; what an earlier process has left on disk is settled first.
 *
 * Bounds: 50,000 settlements wait at most. Beyond that the newest is on disk alone, for the next start: its hold lapses, the
 * sweeper books it from the hold, marked as estimated, and the truth comes later as the difference. Refusals, which hold
 * nothing, are sent in batches; 10,000 wait at most. What Redis took is kept until it is booked: 16,384 events, some 64 MB.
 */
import { usageStream, type WrittenEvent } from '#lib/ledger/contract.ts'
import type { Spool } from '#lib/gateway/spool.ts'
import { createUnbooked, type Unbooked } from '#lib/gateway/unbooked.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { settle, type Settlement } from '#lib/limits/settle.ts'
import type { Log } from '#lib/platform/log.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const mostWaiting = 50_000
const mostRefusals = 10_000
const mostUnbooked = 16_384
const refusalBatch = 200
const refusalDelayMs = 50
const firstRetryMs = 100
const longestRetryMs = 2_000
/** What is on its way as Redis is told again comes there within this time. */
const underWayMs = 500

/** A settlement, or a batch of refusals as they were sent. */
export type Taken = Settlement | readonly string[]

export type Settlements = {
  settle(settlement: Settlement): void
  refused(event: WrittenEvent): void
  /** Settlements not yet in Redis. */
  waiting(): number
  /** What Redis took and PostgreSQL may not have yet. */
  readonly unbooked: Unbooked<Taken>
  /**
   * Gives Redis again what it lost, and at once what waits for its next try. Resolves when Redis has all settlements of
   * now. Harmless for what it has still.
   */
  tellAgain(taken: readonly Taken[]): Promise<void>
  /** Resolves when everything is in Redis, or after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>
}

export function createSettlements(redis: RedisClient, log: Log, spool: Spool): Settlements {
  let waiting = 0
  let givenUp = 0
  let refusals: string[] = []
  let refusalTimer: NodeJS.Timeout | null = null
  const idle: (() => void)[] = []
  /** What waits for its next try, to be tried at once. */
  const retries = new Set<() => void>()
  const unbooked = createUnbooked<Taken>(mostUnbooked, (taken) => (isRefusals(taken) ? taken.length : 1))

  function left(): void {
    waiting -= 1
    if (waiting === 0) for (const resolve of idle.splice(0)) resolve()
  }

  function attempt(settlement: Settlement, delayMs: number, isSpooled: boolean, taken: () => void = nothing): void {
    settle(redis, settlement, 'final').then(
      () => {
        if (isSpooled) spool.settled(settlement.event.id)
        unbooked.keep(settlement)
        left()
        taken()
      },
      (error: unknown) => {
        if (!isSpooled) {
          log.warn({ err: error, call: settlement.event.id }, 'settlement is tried again')
          spool.keep(settlement)
        }
        const again = (): void => {
          retries.delete(again)
          clearTimeout(timer)
          attempt(settlement, Math.min(delayMs * 2, longestRetryMs), true, taken)
        }
        const timer = setTimeout(again, delayMs)
        retries.add(again)
      },
    )
  }

  function sendRefusals(): void {
    refusalTimer = null
    const batch = refusals.splice(0, refusalBatch)
    if (batch.length === 0) return
    waiting += 1
    callFunction(redis, 'gatehouse_record', [usageStream], batch, true)
      .then(() => unbooked.keep(batch))
      .catch(() => {
        refusals = [...batch, ...refusals].slice(0, mostRefusals)
      })
      .finally(() => {
        left()
        if (refusals.length > 0) refusalTimer ??= setTimeout(sendRefusals, refusalDelayMs)
      })
  }

  async function untilIdle(timeoutMs: number): Promise<void> {
    if (waiting === 0) return
    let timer: NodeJS.Timeout | undefined
    await Promise.race([
      new Promise<void>((resolve) => idle.push(resolve)),
      new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs))),
    ])
    clearTimeout(timer)
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
    unbooked,
    async tellAgain(again) {
      const settlements = again.flatMap((taken) => (isRefusals(taken) ? [] : [taken]))
      refusals = [...again.filter(isRefusals).flat(), ...refusals].slice(0, mostRefusals)
      if (refusals.length > 0) refusalTimer ??= setTimeout(sendRefusals, refusalDelayMs)
      waiting += settlements.length
      await Promise.all(
        settlements.map((one) => new Promise<void>((resolve) => attempt(one, firstRetryMs, false, resolve))),
      )
      for (const retry of retries) retry()
      await untilIdle(underWayMs)
    },
    async drain(timeoutMs) {
      sendRefusals()
      await untilIdle(timeoutMs)
    },
  }
}

function nothing(): void {}

function isRefusals(taken: Taken): taken is readonly string[] {
  return Array.isArray(taken)
}
