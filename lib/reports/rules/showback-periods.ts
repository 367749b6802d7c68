/** The spans of time that showback puts side by side. Months and days are UTC. Pure. */
import { dayMs, hourMs, monthStart, type Range } from '#lib/reports/rules/usage-range.ts'

export type ShowbackPeriods = {
  readonly month: string
  readonly state: 'open' | 'ended'
  readonly whole: Range
  /** The month as far as it has gone. */
  readonly actual: Range
  /** The month before, to the same moment: as long as `actual`, but never beyond its own end. */
  readonly before: Range
  readonly beforeWhole: Range
  /** Ten weeks that end with the one of `actual`'s end. */
  readonly weeks: Range
}

const weekMs = 7 * dayMs
export const weeksShown = 10
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const firstMonday = 4 * dayMs

export function showbackPeriods(month: string, nowMs: number): ShowbackPeriods {
  const start = Date.parse(`${month}-01T00:00:00Z`)
  const end = monthStart(start, 1)
  const hasEnded = nowMs >= end
  const until = hasEnded ? end : Math.max(start, Math.ceil(nowMs / hourMs) * hourMs)
  const lastStart = monthStart(start, -1)
  const lastWeek = weekStart(Math.max(start, until - 1))
  return {
    month,
    state: hasEnded ? 'ended' : 'open',
    whole: { fromMs: start, toMs: end },
    actual: { fromMs: start, toMs: until },
    before: { fromMs: lastStart, toMs: hasEnded ? start : Math.min(start, lastStart + (until - start)) },
    beforeWhole: { fromMs: lastStart, toMs: start },
    weeks: { fromMs: lastWeek - (weeksShown - 1) * weekMs, toMs: lastWeek + weekMs },
  }
}

export function weekStart(ms: number): number {
  return Math.floor((ms - firstMonday) / weekMs) * weekMs + firstMonday
}

/** Which of the ten weeks begins at this moment. */
export function weekIndex(periods: ShowbackPeriods, startMs: number): number {
  return Math.round((startMs - periods.weeks.fromMs) / weekMs)
}

export function monthName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7)
}

/** One decimal; null where there is nothing to compare with. */
export function percentOf(part: bigint, whole: bigint): number | null {
  return whole === 0n ? null : Number((part * 1000n) / whole) / 10
}
