/**
 * Looks once a second whether Redis still has what it was given, at once when a connection is made or an answer makes one
 * doubt it. Where Redis lost something it is told again: what is not booked yet, and what running calls hold. Calls wait
 * meanwhile, for all gateways at once (loss.lua, WATERMARK).
 *
 * Bounds: one look at a time; a call waits for three seconds at most.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Settlements } from '#lib/gateway/settlements.ts'
import type { RunningCalls } from '#lib/gateway/running-calls.ts'
import { readWatermark, type Looking, type Watermark } from '#lib/limits/watermark.ts'
import type { Log } from '#lib/platform/log.ts'
import { RedisAwayError } from '#lib/platform/redis-deadline.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const everyMs = 1_000
const whileRecoveringMs = 50
const longestWaitMs = 3_000

export type Lookout = {
  /** Resolves when Redis, looked at from now on, has everything. Rejects when it is away, or takes too long. */
  look(): Promise<void>
  stop(): void
}

type Ports = {
  readonly redis: RedisClient
  readonly log: Log
  /** Of this process, among all gateways. */
  readonly name: string
  readonly settlements: Pick<Settlements, 'unbooked' | 'tellAgain'>
  readonly running: Pick<RunningCalls, 'holdAgain'>
}

/** `first`: what the process saw at its start, when it had nothing to tell. */
export function createLookout({ redis, log, name, settlements, running }: Ports, first: Watermark): Lookout {
  const { unbooked } = settlements
  let epoch = first.epoch
  let known = first.gateways
  let current: Promise<void> | null = null
  let next: Promise<void> | null = null

  const read = (looking: Looking = {}): Promise<Watermark> => readWatermark(redis, { ...looking, known })

  async function run(): Promise<void> {
    const sealed = unbooked.seal()
    const mark = await read({ gateway: name }).catch((error: unknown) => {
      unbooked.putBack(sealed)
      throw error
    })
    if (mark.epoch === null || mark.epoch !== epoch) {
      unbooked.putBack(sealed)
      return recover(mark)
    }
    known = mark.gateways
    unbooked.saw(sealed, mark, performance.now())
  }

  async function recover(found: Watermark): Promise<void> {
    let mark = found
    for (let toldFor: string | null = null; mark.epoch === null || mark.epoch !== toldFor;) {
      const begins: string = mark.epoch ?? mark.recovery!.epoch
      if (begins === toldFor) {
        await sleep(whileRecoveringMs)
        mark = await read()
      } else {
        await tell(mark)
        toldFor = begins
        mark = await read({ gateway: name, told: begins })
      }
    }
    epoch = mark.epoch
  }

  async function tell({ recovery }: Watermark): Promise<void> {
    // Calls that were admitted by an answer that came with this one are among the running ones in the next turn.
    await nextTurn()
    // Of what is booked for sure, an empty Redis needs nothing; one that is a little older may lack it.
    const settled = unbooked.take(recovery?.lost === 'all' ? 'unbooked' : 'all')
    await settlements.tellAgain(settled)
    const held = await running.holdAgain()
    log.warn(
      { lost: recovery?.lost ?? 'unknown', settled: settled.length, held },
      'Redis lost data, or may have, and was told again',
    )
  }

  function look(): Promise<void> {
    if (current === null) return (current = run().finally(() => (current = null)))
    // The look under way may have seen Redis before whatever made somebody ask.
    next ??= current
      .catch(() => {})
      .then(() => {
        next = null
        return look()
      })
    return next
  }

  // The first command on a new connection: if Redis was started again, no call is judged before that is known.
  const connected = (): void => {
    read().catch(() => {})
    look().catch(() => {})
  }
  redis.on('ready', connected)
  if (epoch === null) look().catch(() => {})
  const timer = setInterval(() => void look().catch(() => {}), everyMs)
  timer.unref()

  return {
    look: () => inTime(look()),
    stop() {
      clearInterval(timer)
      redis.off('ready', connected)
    },
  }
}

async function inTime(looking: Promise<void>): Promise<void> {
  const stopping = new AbortController()
  const tooLong = sleep(longestWaitMs, undefined, { signal: stopping.signal }).then(() => {
    throw new RedisAwayError('Redis lost data and was not told again in time')
  })
  tooLong.catch(() => {})
  await Promise.race([looking, tooLong]).finally(() => stopping.abort())
}
