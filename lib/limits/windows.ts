/**
 * Calendar windows, derived from the clock and a time zone; nothing is ever reset by a job. A window is [start, end) in
 * epoch ms. Weeks begin on Monday (ISO 8601).
 */
import type { BudgetPeriod, LimitKind } from '#lib/limits/contract.ts'
import { spanOf } from '#lib/limits/rules/limit-kinds.ts'

export type Window = { readonly startMs: number; readonly endMs: number }

/** A window without an end, for what is not bound to the calendar. */
export const always: Window = { startMs: 0, endMs: 0 }

/** The window that a limit counts in at `nowMs`. */
export function limitWindow(kind: LimitKind, timeZone: string, nowMs: number): Window {
  const span = spanOf(kind)
  return span === 'hour' || span === 'day' ? calendarWindow(span, timeZone, nowMs) : always
}

/** The period of a budget at `nowMs`; `total` never ends. */
export function budgetWindow(period: BudgetPeriod, timeZone: string, nowMs: number): Window {
  return period === 'total' ? always : calendarWindow(period, timeZone, nowMs)
}

type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter'

// The same few windows serve every call until they end.
const current = new Map<string, Window>()
const currentBound = 1_000

function calendarWindow(unit: CalendarUnit, timeZone: string, nowMs: number): Window {
  const name = `${unit} ${timeZone}`
  const known = current.get(name)
  if (known && known.startMs <= nowMs && nowMs < known.endMs) return known
  if (current.size >= currentBound) current.clear()
  const window = computeWindow(unit, timeZone, nowMs)
  current.set(name, window)
  return window
}

function computeWindow(unit: CalendarUnit, timeZone: string, nowMs: number): Window {
  const local = localTime(nowMs, timeZone)
  if (unit === 'hour') return hourWindow(timeZone, nowMs, local.offsetMs)
  const { year, month, day } = local
  const weekday = (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7
  const starts = {
    day: [year, month, day],
    week: [year, month, day - weekday],
    month: [year, month, 1],
    quarter: [year, month - (month % 3), 1],
  }[unit] as [number, number, number]
  const ends = {
    day: [starts[0], starts[1], starts[2] + 1],
    week: [starts[0], starts[1], starts[2] + 7],
    month: [starts[0], starts[1] + 1, 1],
    quarter: [starts[0], starts[1] + 3, 1],
  }[unit] as [number, number, number]
  return { startMs: midnight(starts, timeZone), endMs: midnight(ends, timeZone) }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Offsets of zones are whole minutes, and some are not whole hours: the local time is cut, not the UTC one. */
function hourWindow(timeZone: string, nowMs: number, offsetMs: number): Window {
  const startMs = nowMs - ((nowMs + offsetMs) % hourMs)
  const endMs = startMs + hourMs
  // Only a clock that jumps by less than an hour (Lord Howe Island) can jump inside of one.
  return {
    startMs: offsetAt(startMs, timeZone) === offsetMs ? startMs : jumpBetween(startMs, nowMs, timeZone),
    endMs: offsetAt(endMs - 1, timeZone) === offsetMs ? endMs : jumpBetween(nowMs, endMs, timeZone),
  }
}

/** Epoch ms of the first moment of a local day: 00:00, the first where there are two, or the jump that skips it. */
function midnight([year, month, day]: [number, number, number], timeZone: string): number {
  const asUtc = Date.UTC(year, month, day)
  // The offset at the wanted moment is not known before the moment is; it is that of the day before or of the day after.
  const offsets = [offsetAt(asUtc - dayMs, timeZone), offsetAt(asUtc + dayMs, timeZone)]
  const earlier = asUtc - Math.max(...offsets)
  if (earlier + offsetAt(earlier, timeZone) === asUtc) return earlier
  return asUtc - Math.min(...offsets)
}

/** The first moment that has the offset of `to`, which `from` has not. */
function jumpBetween(from: number, to: number, timeZone: string): number {
  const after = offsetAt(to, timeZone)
  let [low, high] = [from, to]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle, timeZone) === after) high = middle
    else low = middle
  }
  return high
}

function offsetAt(ms: number, timeZone: string): number {
  return localTime(ms, timeZone).offsetMs
}

type LocalTime = { year: number; month: number; day: number; offsetMs: number }

const formats = new Map<string, Intl.DateTimeFormat>()

function localTime(ms: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second)
  return { year, month: month - 1, day, offsetMs: asUtc - (ms - (ms % 1000)) }
}
