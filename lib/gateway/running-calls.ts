/**
 * The calls that run in this process. Their leases are renewed with the output seen so far, so that a call whose process
 * dies can be told from one that takes long, and be settled for what it produced, but for the last two seconds.
 */
import { leaseMs } from '#lib/limits/admit.ts'
import { callFunction } from '#lib/limits/functions.ts'
import { holdKey, openHolds } from '#lib/limits/keys.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

const renewEveryMs = 1_500
/** A call that is younger has its first lease before it, and is most likely over at the next renewal. */
const youngMs = 500
const batch = 200

export type RunningCall = { readonly callId: string; readonly admittedAtMs: number; outputSeen(): number }

export type RunningCalls = {
  add(call: RunningCall): void
  delete(call: RunningCall): void
  count(): number
  stop(): void
}

export function createRunningCalls(redis: RedisClient, nowMs: () => number): RunningCalls {
  const calls = new Set<RunningCall>()

  async function renew(): Promise<void> {
    const due = [...calls].filter((call) => nowMs() - call.admittedAtMs >= youngMs)
    for (let i = 0; i < due.length; i += batch) {
      const part = due.slice(i, i + batch)
      await callFunction(
        redis,
        'gatehouse_renew',
        [openHolds, ...part.map((call) => holdKey(call.callId))],
        [leaseMs, ...part.flatMap((call) => [call.callId, call.outputSeen()])],
      )
    }
  }

  // A renewal that fails is made up by the next: a lease outlasts three of them.
  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs)
  timer.unref()

  return {
    add: (call) => void calls.add(call),
    delete: (call) => void calls.delete(call),
    count: () => calls.size,
    stop: () => clearInterval(timer),
  }
}
