/**
 * Work of every second: too often for a queue, which writes a dozen keys for each run. A timer in every worker process,
 * and a short lease in Redis so that only one of them does the work in each interval. Nobody releases the lease: it ends
 * with the interval, so a worker that dies costs one interval. The work itself must stand running twice at once.
 */
import type { Log } from '#lib/platform/log.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Tick = {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<unknown>
}

export type Ticker = { stop(): Promise<void> }

type Ports = { readonly redis: RedisClient; readonly owner: string; readonly log: Log }

export function startTicker(ports: Ports, tick: Tick): Ticker {
  const stopping = new AbortController()
  const ended = run(ports, tick, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

async function run(
  { redis, owner, log }: Ports,
  { name, everyMs, run: work }: Tick,
  stopping: AbortSignal,
): Promise<void> {
  // A little shorter than the interval, or the owner would find its own lease every other time.
  const leaseMs = Math.max(1, Math.floor(everyMs * 0.9))
  let failures = 0
  while (!stopping.aborted) {
    const startedMs = Date.now()
    try {
      const mine = await redis.set(`{gh}:lease:${name}`, owner, 'PX', leaseMs, 'NX')
      if (mine === 'OK') await work()
      if (failures > 0) log.info({ tick: name, failures }, 'works again')
      failures = 0
    } catch (error) {
      failures += 1
      // Once, and then ever more seldom: an outage of an hour needs no log line a second.
      if (Number.isInteger(Math.log2(failures))) log.warn({ tick: name, failures, error: String(error) }, 'failed')
    }
    await pause(Math.max(0, everyMs - (Date.now() - startedMs)), stopping)
  }
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    stopping.addEventListener('abort', done)
  })
}
