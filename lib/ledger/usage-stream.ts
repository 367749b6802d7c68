/**
 * The usage stream and its consumer group. An entry stays in the stream until it is in PostgreSQL: taken entries are
 * leased to their consumer, and those of a consumer that died are taken over when the lease has run out.
 *
 * The group and the stream may vanish at any time (FLUSHALL): every step finds that out and makes them again.
 */
import { ledgerGroup, usageStream } from '#lib/ledger/contract.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Entry = { readonly id: string; readonly text: string | undefined }

/** When Redis took the entry, epoch ms by its clock. */
export function timeOf(entry: Entry): number {
  return Number(entry.id.slice(0, entry.id.indexOf('-')))
}

/** How long a taken entry stays its consumer's without renewal. */
export const leaseMs = 5_000

/** Creates the group from the beginning of the stream, unless it is there. */
export async function ensureGroup(redis: RedisClient): Promise<void> {
  try {
    await redis.xgroup('CREATE', usageStream, ledgerGroup, '0', 'MKSTREAM')
  } catch (error) {
    if (!String(error).includes('BUSYGROUP')) throw error
  }
}

/** Waits up to `blockMs` for entries that nobody has taken. The client serves this call alone meanwhile. */
export async function takeNew(redis: RedisClient, consumer: string, count: number, blockMs: number): Promise<Entry[]> {
  const reply = await withGroup(redis, () =>
    redis.xreadgroup('GROUP', ledgerGroup, consumer, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS', usageStream, '>'),
  )
  const streams = (reply ?? []) as [stream: string, entries: RawEntry[]][]
  return streams.flatMap(([, entries]) => entries.map(entryOf))
}

/** Takes over entries whose lease has run out, this consumer's own among them. */
export async function takeOver(redis: RedisClient, consumer: string, count: number): Promise<Entry[]> {
  for (let from = '0-0'; ;) {
    const reply = await withGroup(redis, () =>
      redis.xautoclaim(usageStream, ledgerGroup, consumer, leaseMs, from, 'COUNT', count),
    )
    const [next, entries] = reply as [cursor: string, entries: RawEntry[]]
    // One call looks at a part of what is taken; leases that still run may fill all of it.
    if (entries.length > 0 || next === '0-0') return entries.map(entryOf)
    from = next
  }
}

/** Renews the lease of entries that are still being worked on. */
export async function keep(redis: RedisClient, consumer: string, ids: readonly string[]): Promise<void> {
  // The client's type knows no XCLAIM of many ids with an option behind them.
  if (ids.length > 0) await redis.call('XCLAIM', usageStream, ledgerGroup, consumer, 0, ...ids, 'JUSTID')
}

/** The entries are in PostgreSQL: they leave the group and the stream, in one step. */
export async function finish(redis: RedisClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const results = await redis
    .multi()
    .xack(usageStream, ledgerGroup, ...ids)
    .xdel(usageStream, ...ids)
    .exec()
  for (const [error] of results ?? []) if (error) throw error
}

/** How often each entry has been taken, by id; entries that are nobody's are left out. */
export async function deliveries(redis: RedisClient, ids: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const id of ids) {
    const [pending] = (await redis.xpending(usageStream, ledgerGroup, id, id, 1)) as [string, string, number, number][]
    if (pending) counts.set(id, pending[3])
  }
  return counts
}

export type StreamState = {
  readonly length: number
  readonly pending: number
  /** Age of the oldest entry; 0 for an empty stream. */
  readonly oldestMs: number
  /** Consumers that were removed: dead for an hour, nothing in their hands. */
  readonly removed: readonly string[]
}

const forgetConsumerMs = 3_600_000

/** Looks after the stream, and forgets consumers that are long gone. */
export async function inspectStream(redis: RedisClient, nowMs: number): Promise<StreamState> {
  await ensureGroup(redis)
  const consumers = ((await redis.xinfo('CONSUMERS', usageStream, ledgerGroup)) as unknown[][]).map(consumerOf)
  const removed = consumers.filter((one) => one.pending === 0 && one.idleMs > forgetConsumerMs).map((one) => one.name)
  for (const name of removed) await redis.xgroup('DELCONSUMER', usageStream, ledgerGroup, name)
  const [oldest] = await redis.xrange(usageStream, '-', '+', 'COUNT', 1)
  return {
    length: await redis.xlen(usageStream),
    pending: consumers.reduce((sum, one) => sum + one.pending, 0),
    oldestMs: oldest ? Math.max(0, nowMs - Number(oldest[0].split('-')[0])) : 0,
    removed,
  }
}

function consumerOf(flat: readonly unknown[]): { name: string; pending: number; idleMs: number } {
  const fields = new Map<unknown, unknown>()
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i], flat[i + 1])
  return {
    name: String(fields.get('name')),
    pending: Number(fields.get('pending')),
    idleMs: Number(fields.get('idle')),
  }
}

// UNBLOCKED: the stream was deleted under a reader that waited for it.
async function withGroup<T>(redis: RedisClient, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!/NOGROUP|UNBLOCKED/.test(String(error))) throw error
    await ensureGroup(redis)
    return await read()
  }
}

type RawEntry = [id: string, fields: string[] | null]

function entryOf([id, fields]: RawEntry): Entry {
  const at = fields?.indexOf('e') ?? -1
  return { id, text: at < 0 ? undefined : fields?.[at + 1] }
}
