/**
 * Books events where they belong. An event counts in the month in which it happened for as long as that month is open:
 * until 48 hours after its end, by the organisation's time zone. After that the month's figures have been reported, and do
 * not change any more: a late event counts from now on, and its `effectiveAt` says when it happened.
 *
 * An event's id carries its time, by which a repetition is known. Late events, and those whose gateway's clock was wrong,
 * lie elsewhere, and are known by their ids.
 */
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { ensurePartitions, insertEvents, insertMovedEvents, readTimeZone } from '#lib/ledger/store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { SqlClient, SqlPool } from '#lib/platform/db.ts'

/** How long after its end a month stays open. */
export const graceMs = 48 * 3_600_000

/** Whether the month of `atMs` is closed at `nowMs`. */
export function isClosed(atMs: number, nowMs: number, timeZone: string): boolean {
  return budgetWindow('month', timeZone, atMs).endMs + graceMs <= nowMs
}

type Sql = SqlPool | SqlClient

/** Books events and their rollups; returns how many were new. What is booked once is not booked again, late or not. */
export async function bookEvents(sql: Sql, rows: readonly EventRow[], nowMs: number): Promise<number> {
  const isYoung = (row: EventRow) => Date.parse(row.at) > nowMs - graceMs
  if (rows.every((row) => isYoung(row) && !row.isTimeCorrected)) return bookInTime(sql, rows)

  const timeZone = await readTimeZone(sql)
  const isLate = (row: EventRow) => !isYoung(row) && isClosed(Date.parse(row.at), nowMs, timeZone)
  const now = new Date(nowMs).toISOString()
  const late = rows.filter(isLate).map((row) => ({ ...row, at: now, effectiveAt: row.at }))
  const corrected = rows.filter((row) => row.isTimeCorrected && !isLate(row))
  const moved = firstOfEach([...late, ...corrected])
  const inTime = rows.filter((row) => !row.isTimeCorrected && !isLate(row))
  const booked = inTime.length > 0 ? await bookInTime(sql, inTime) : 0
  return moved.length > 0 ? booked + (await openingMonths(sql, moved, insertMovedEvents)) : booked
}

/** Repetitions of an event have different times where their entries have. */
function firstOfEach(rows: readonly EventRow[]): EventRow[] {
  const first = new Map<string, EventRow>()
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row)
  return [...first.values()]
}

function bookInTime(sql: Sql, rows: readonly EventRow[]): Promise<number> {
  return openingMonths(sql, rows, insertEvents)
}

async function openingMonths(sql: Sql, rows: readonly EventRow[], book: typeof insertEvents): Promise<number> {
  try {
    return await book(sql, rows)
  } catch (error) {
    if (!isMissingPartition(error)) throw error
    // The first event of a month that nobody has opened: the daily job has not run.
    for (const month of new Set(rows.map((row) => row.at.slice(0, 7)))) {
      const day = new Date(`${month}-01T00:00:00Z`)
      await ensurePartitions(sql, day, day)
    }
    return await book(sql, rows)
  }
}

export function isMissingPartition(error: unknown): boolean {
  return sqlState(error) === '23514' && String(error).includes('no partition of relation')
}

/** PostgreSQL's five characters; '' where it was not PostgreSQL that refused. */
export function sqlState(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}
