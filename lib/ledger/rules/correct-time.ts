/** An event's time is what its gateway took for the time. Pure. */
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'

/** How far an event may lie after its stream entry: nobody tells of a call before it was made, but clocks differ. */
export const mostAheadMs = 5 * 60_000

/**
 * The row with its entry's time, which is Redis', where its own lies further ahead: it would count in a period that has
 * not begun. By how much is told in its timing. What lies behind is late, not wrong: a spool may bring it days after.
 */
export function withCorrectTime(row: EventRow, entryMs: number): EventRow {
  const clockAheadMs = Date.parse(row.at) - entryMs
  if (clockAheadMs <= mostAheadMs) return row
  return {
    ...row,
    at: new Date(entryMs).toISOString(),
    timing: { ...row.timing, clockAheadMs },
    isTimeCorrected: true,
  }
}
