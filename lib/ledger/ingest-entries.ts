/**
 * Books a batch of stream entries: what is an event goes into the ledger, once; what is none is set aside without holding
 * up the rest. The order is fixed: PostgreSQL commits first, then Redis forgets. Dying between the two means the entries
 * come again, and are found to be there already.
 */
import { bookEvents, isMissingPartition, sqlState } from '#lib/ledger/book-events.ts'
import { recordBrowserOrigins, recordKeyUse } from '#lib/ledger/key-use-store.ts'
import { withCorrectTime } from '#lib/ledger/rules/correct-time.ts'
import { readEntry, type EventRow } from '#lib/ledger/rules/read-entry.ts'
import { insertDeadLetters, type DeadLetter } from '#lib/ledger/store.ts'
import { deliveries, finish, timeOf, type Entry } from '#lib/ledger/usage-stream.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import type { RedisClient } from '#lib/platform/redis.ts'

export type Ledger = { readonly sql: SqlPool; readonly redis: RedisClient; readonly nowMs: () => number }

export type Ingested = {
  /** Events that were new to the ledger. */
  readonly booked: number
  /** Entries that went to the dead-letter table. */
  readonly dead: readonly DeadLetter[]
  /** Entries that nobody understands yet; they come again. */
  readonly postponed: readonly DeadLetter[]
}

/** After this many tries an entry is taken for poison. */
export const mostDeliveries = 5

/** Throws where PostgreSQL or Redis does not answer; the whole batch may then be tried again. */
export async function ingestEntries(ledger: Ledger, entries: readonly Entry[]): Promise<Ingested> {
  const { sql, redis } = ledger
  const nowMs = ledger.nowMs()
  const { rows, unreadable, invalid } = sortOut(entries, nowMs)
  const { booked, refused } = await bookAll(sql, rows, nowMs)
  const events = rows.map(({ row }) => row)
  await recordKeyUse(sql, events)
  await recordBrowserOrigins(sql, events)

  const doubtful = [...invalid, ...refused]
  const tries =
    doubtful.length > 0
      ? await deliveries(
          redis,
          doubtful.map((letter) => letter.streamId),
        )
      : new Map<string, number>()
  const isPoison = ({ streamId }: DeadLetter) => (tries.get(streamId) ?? 0) >= mostDeliveries
  const dead = [...unreadable, ...doubtful.filter(isPoison)]
  const postponed = doubtful.filter((letter) => !isPoison(letter))
  if (dead.length > 0) await insertDeadLetters(sql, dead)

  const waiting = new Set(postponed.map((letter) => letter.streamId))
  await finish(
    redis,
    entries.map((entry) => entry.id).filter((id) => !waiting.has(id)),
  )
  return { booked, dead, postponed }
}

type Row = { readonly entry: Entry; readonly row: EventRow }

function sortOut(entries: readonly Entry[], nowMs: number) {
  const rows: Row[] = []
  const unreadable: DeadLetter[] = []
  const invalid: DeadLetter[] = []
  for (const entry of entries) {
    const reading = readEntry(entry.text, nowMs)
    if (reading.kind === 'event') rows.push({ entry, row: withCorrectTime(reading.row, timeOf(entry)) })
    else (reading.kind === 'unreadable' ? unreadable : invalid).push(letterOf(entry, reading.error))
  }
  return { rows, unreadable, invalid }
}

/** Books what PostgreSQL takes. A row that it refuses is found by halving, so that it cannot hold up the others. */
async function bookAll(
  sql: SqlPool,
  rows: readonly Row[],
  nowMs: number,
): Promise<{ booked: number; refused: DeadLetter[] }> {
  if (rows.length === 0) return { booked: 0, refused: [] }
  const events = rows.map(({ row }) => row)
  try {
    return { booked: await bookEvents(sql, events, nowMs), refused: [] }
  } catch (error) {
    if (!isRefusedValue(error)) throw error
    const [first, ...others] = rows
    if (first && others.length === 0) return { booked: 0, refused: [letterOf(first.entry, String(error))] }
    const half = Math.ceil(rows.length / 2)
    const left = await bookAll(sql, rows.slice(0, half), nowMs)
    const right = await bookAll(sql, rows.slice(half), nowMs)
    return { booked: left.booked + right.booked, refused: [...left.refused, ...right.refused] }
  }
}

function letterOf(entry: Entry, error: string): DeadLetter {
  return { streamId: entry.id, payload: entry.text ?? '', error: error.slice(0, 2_000) }
}

// Class 22: a value that its type cannot hold; 23: a constraint; 54: a row too large. Everything else is not the row's fault.
function isRefusedValue(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error)) && !isMissingPartition(error)
}
