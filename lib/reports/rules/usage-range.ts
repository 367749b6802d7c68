/**
 * Which rollups answer for a range of time. A range is widened outward to whole hours, days or months, so that sums of
 * whole rollup rows are exact for it; whole days inside it come from the daily rollups, the ends from the hourly ones.
 */
import type { Granularity } from '#lib/reports/contract.ts'
import { AppError } from '#lib/platform/errors.ts'

export type Range = { readonly fromMs: number; readonly toMs: number }

export type Source = Range & { readonly table: 'usage_hourly' | 'usage_daily' }

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

const usualMs = 30 * dayMs
const longestMs = 5 * 366 * dayMs
/** Hours of many years are more rows than anybody reads. */
const longestHourlyMs = 100 * dayMs

/** The range that is used for what was asked. Without `to`: until now. Without `from`: the 30 days before. */
export function usageRange(
  asked: {
    readonly from?: number | undefined
    readonly to?: number | undefined
    readonly granularity?: Granularity | undefined
  },
  nowMs: number,
): Range {
  const to = asked.to ?? Math.max(nowMs, (asked.from ?? 0) + 1)
  const from = asked.from ?? to - usualMs
  if (from >= to) throw wrongRange('to', 'Must be later than from.')
  const range = widen({ fromMs: from, toMs: to }, asked.granularity)
  const longest = asked.granularity === 'hour' ? longestHourlyMs : longestMs
  if (range.toMs - range.fromMs > longest + dayMs) {
    throw wrongRange(
      'from',
      `Ask for ${Math.round(longest / dayMs)} days at most${asked.granularity === 'hour' ? ' by the hour' : ''}.`,
    )
  }
  return range
}

export function widen({ fromMs, toMs }: Range, granularity: Granularity | undefined): Range {
  if (granularity === 'month') return { fromMs: monthStart(fromMs), toMs: monthEnd(toMs) }
  const unit = granularity === 'day' ? dayMs : hourMs
  return { fromMs: Math.floor(fromMs / unit) * unit, toMs: Math.ceil(toMs / unit) * unit }
}

/** The parts of a widened range, each with the table that holds it; parts do not overlap and leave no gap. */
export function sourcesOf({ fromMs, toMs }: Range, granularity: Granularity | undefined): Source[] {
  if (granularity === 'hour') return [{ table: 'usage_hourly', fromMs, toMs }]
  const firstDay = Math.ceil(fromMs / dayMs) * dayMs
  const lastDay = Math.floor(toMs / dayMs) * dayMs
  if (firstDay >= lastDay) return [{ table: 'usage_hourly', fromMs, toMs }]
  const parts: Source[] = [
    { table: 'usage_hourly', fromMs, toMs: firstDay },
    { table: 'usage_daily', fromMs: firstDay, toMs: lastDay },
    { table: 'usage_hourly', fromMs: lastDay, toMs },
  ]
  return parts.filter((part) => part.fromMs < part.toMs)
}

export function monthStart(ms: number, monthsLater: number = 0): number {
  const at = new Date(ms)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + monthsLater, 1)
}

function monthEnd(ms: number): number {
  const start = monthStart(ms)
  return start === ms ? ms : monthStart(ms, 1)
}

function wrongRange(field: string, message: string): AppError {
  return new AppError('validation_failed', 'The range of time is not valid.', { errors: [{ field, message }] })
}
