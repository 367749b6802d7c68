/**
 * The loop that carries usage events from the stream into PostgreSQL. Every worker process runs one; any number may run.
 *
 * It never gives up and never drops: while PostgreSQL is away it keeps its batch and tries again, waiting longer each
 * time; while Redis is away its commands wait. What it held when it died is taken over by another within five seconds.
 */
import { ingestEntries, type Ingested } from '#lib/ledger/ingest-entries.ts'
import { keep, leaseMs, takeNew, takeOver, type Entry } from '#lib/ledger/usage-stream.ts'
import type { Log } from '#lib/platform/log.ts'
import type { RedisClient } from '#lib/platform/redis.ts'
import type { SqlPool } from '#lib/platform/db.ts'

export type DrainPorts = {
  readonly sql: SqlPool
  /** For everything but the blocking read. */
  readonly redis: RedisClient
  /** A connection of its own: a blocking read holds up every command behind it. */
  readonly reader: RedisClient
  readonly consumer: string
  readonly log: Log
  readonly nowMs: () => number
}

export type Drain = {
  /** Events booked since the start. */
  readonly booked: () => number
  /** Takes nothing new, finishes the batch in hand, and ends; a batch that cannot be booked is left to others. */
  stop(): Promise<void>
}

const smallestBatch = 2_000
const largestBatch = 5_000
const blockMs = 1_000
/** Few events at a time cost a commit each: after a batch that was not full, let some gather. */
const gatherMs = 400
const takeOverEveryMs = leaseMs
const renewEveryMs = 2_000
const longestWaitMs = 5_000
/** A read that has not come back by then hangs on a dead connection. */
const readDeadlineMs = blockMs + 10_000

export function startDrain(ports: DrainPorts): Drain {
  const stopping = new AbortController()
  let booked = 0
  const ended = run(ports, stopping.signal, (count) => {
    booked += count
  })
  return {
    booked: () => booked,
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

async function run(ports: DrainPorts, stopping: AbortSignal, onBooked: (count: number) => void): Promise<void> {
  let size = smallestBatch
  let lastTakeOverMs = 0
  let failures = 0
  while (!stopping.aborted) {
    try {
      const isTimeToTakeOver = ports.nowMs() - lastTakeOverMs >= takeOverEveryMs
      const abandoned = isTimeToTakeOver ? await takeOver(ports.redis, ports.consumer, size) : []
      // While there is more to take over, go on with it.
      if (isTimeToTakeOver && abandoned.length < size) lastTakeOverMs = ports.nowMs()
      const entries = abandoned.length > 0 ? abandoned : await readNew(ports, size)
      failures = 0
      if (entries.length === 0) continue
      onBooked(await ingestPatiently(ports, entries, stopping))
      // Behind: fewer, larger transactions. Caught up: small and quick again.
      size = entries.length >= size ? Math.min(size * 2, largestBatch) : smallestBatch
      if (entries.length < smallestBatch) await pause(gatherMs, stopping)
    } catch (error) {
      if (stopping.aborted) return
      failures += 1
      ports.log.warn({ error: String(error), failures }, 'usage stream cannot be read')
      await pause(waitMs(failures), stopping)
    }
  }
}

async function readNew(ports: DrainPorts, count: number): Promise<Entry[]> {
  let deadline: NodeJS.Timeout | undefined
  const hung = new Promise<never>((_resolve, reject) => {
    deadline = setTimeout(() => {
      ports.reader.disconnect(true)
      reject(new Error('the read did not come back'))
    }, readDeadlineMs)
  })
  try {
    return await Promise.race([takeNew(ports.reader, ports.consumer, count, blockMs), hung])
  } finally {
    clearTimeout(deadline)
  }
}

/** Tries until the batch is booked, or until asked to stop; returns how many events were new. */
async function ingestPatiently(ports: DrainPorts, entries: readonly Entry[], stopping: AbortSignal): Promise<number> {
  const renewal = setInterval(() => {
    // A renewal that fails costs another worker a look at the same entries, nothing more.
    keep(
      ports.redis,
      ports.consumer,
      entries.map((entry) => entry.id),
    ).catch(() => {})
  }, renewEveryMs)
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const ingested = await ingestEntries(ports, entries)
        report(ports.log, ingested)
        return ingested.booked
      } catch (error) {
        ports.log.warn({ error: String(error), attempt, events: entries.length }, 'usage events cannot be booked yet')
        if (stopping.aborted) return 0
        await pause(waitMs(attempt), stopping)
        if (stopping.aborted) return 0
      }
    }
  } finally {
    clearInterval(renewal)
  }
}

function report(log: Log, { dead, postponed }: Ingested): void {
  for (const { streamId, error } of dead) log.error({ streamId, error }, 'usage event set aside in dead_letter')
  for (const { streamId, error } of postponed) log.warn({ streamId, error }, 'usage event not understood yet')
}

function waitMs(attempt: number): number {
  return Math.min(100 * 2 ** Math.min(attempt, 10), longestWaitMs)
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
