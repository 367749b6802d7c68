/**
 * The calls that run in this process. Their leases are renewed with the output seen so far, so that a call whose process
 * dies can be told from one that takes long, and be settled for what it produced, but for the last two seconds. What they
 * hold is known here, too, and Redis is told again where it lost that.
 */
import type { Cuttable } from '#lib/gateway/cut-streams.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { holdAgain, missingHolds, type Hold } from '#lib/limits/hold-again.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { leaseMs } from '#lib/limits/turn.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const renewEveryMs = 1_500
/** A call that is younger has its first lease before it, and is most likely over at the next renewal. */
const youngMs = 500
const batch = 200

/** Of calls that hold again at a time: each brings its draft. */
const again = 50

export type RunningCall = {
  readonly callId: string
  readonly admittedAtMs: number
  outputSeen(): number
  hold(): Hold
  /** Of a stream that ends where its key does. */
  readonly cuttable?: Cuttable | undefined
}

type Placed = RunningCall & { place?: number }

export type RunningCalls = {
  add(call: RunningCall): void
  delete(call: RunningCall): void
  count(): number
  /** Every call that runs holds what it was admitted with, where Redis lost that; returns how many had to be told. */
  holdAgain(): Promise<number>
  cuttable(): Cuttable[]
  stop(): void
}

export function createRunningCalls(redis: RedisClient, nowMs: () => number): RunningCalls {
  // No Set: the tables that a busy Set leaves behind hold on to the calls in them until the next full collection, and
  // with them all that the calls hold on to.
  const calls: Placed[] = []

  async function renew(): Promise<void> {
    const due = calls.filter((call) => nowMs() - call.admittedAtMs >= youngMs)
    for (let i = 0; i < due.length; i += batch) {
      const part = due.slice(i, i + batch)
      const renewed = await callFunction(
        redis,
        'gatehouse_renew',
        [openHolds],
        [leaseMs, ...part.flatMap((call) => [call.callId, Math.floor(call.outputSeen())])],
        true,
      )
      // Mostly they have ended meanwhile.
      if (renewed !== part.length) await putBack(part.filter(isRunning))
    }
  }

  const isRunning = (call: Placed): boolean => call.place !== undefined && calls[call.place] === call

  async function putBack(some: readonly Placed[]): Promise<number> {
    let count = 0
    for (let i = 0; i < some.length; i += batch) {
      const part = some.slice(i, i + batch)
      const missing = await missingHolds(
        redis,
        part.map(({ callId }) => callId),
      )
      const lost = part.filter((call) => missing.has(call.callId))
      for (let n = 0; n < lost.length; n += again) {
        const holders = lost.slice(n, n + again).filter(isRunning)
        if (holders.length === 0) continue
        count += await holdAgain(
          redis,
          holders.map((call) => ({ callId: call.callId, outputSeen: call.outputSeen(), hold: call.hold() })),
        )
      }
    }
    return count
  }

  // A renewal that fails is made up by the next: a lease outlasts three of them.
  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs)
  timer.unref()

  return {
    add(call: Placed) {
      call.place = calls.push(call) - 1
    },
    delete(call: Placed) {
      const { place } = call
      if (place === undefined || calls[place] !== call) return
      const last = calls.pop()!
      if (last === call) return
      calls[place] = last
      last.place = place
    },
    count: () => calls.length,
    holdAgain: () => putBack([...calls]),
    cuttable: () => calls.flatMap(({ cuttable }) => cuttable ?? []),
    stop: () => clearInterval(timer),
  }
}
