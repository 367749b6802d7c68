/**
 * The calls that run in this process. Their leases are renewed with the output seen so far, so that a call whose process
 * dies can be told from one that takes long, and be settled for what it produced, but for the last two seconds.
 */
import { callFunction } from '#lib/limits/functions.ts'
import { openHolds } from '#lib/limits/keys.ts'
import { leaseMs } from '#lib/limits/turn.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const renewEveryMs = 1_500
/** A call that is younger has its first lease before it, and is most likely over at the next renewal. */
const youngMs = 500
const batch = 200

export type RunningCall = { readonly callId: string; readonly admittedAtMs: number; outputSeen(): number }

type Placed = RunningCall & { place?: number }

export type RunningCalls = {
  add(call: RunningCall): void
  delete(call: RunningCall): void
  count(): number
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
      await callFunction(
        redis,
        'gatehouse_renew',
        [openHolds],
        [leaseMs, ...part.flatMap((call) => [call.callId, Math.floor(call.outputSeen())])],
        true,
      )
    }
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
    stop: () => clearInterval(timer),
  }
}
