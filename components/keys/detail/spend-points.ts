/** The spend of a key by day or hour, with what is expected to the month's end. Pure. */
import { EXPECTED, type Point, type Series } from '#components/charts/chart-data.ts'
import { toDecimal, toNanos } from '#components/ui/format.ts'

export const spendPeriods = ['day', 'week', 'month'] as const
export type SpendPeriod = (typeof spendPeriods)[number]

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What a period covers, in whole hours or days of UTC; a month is shown to its end. */
export function spendSpan(period: SpendPeriod, nowMs: number) {
  if (period === 'day') {
    const toMs = Math.ceil(nowMs / hourMs) * hourMs
    return { fromMs: toMs - dayMs, toMs, granularity: 'hour' as const }
  }
  if (period === 'week') {
    const toMs = Math.ceil(nowMs / dayMs) * dayMs
    return { fromMs: toMs - 7 * dayMs, toMs, granularity: 'day' as const }
  }
  const now = new Date(nowMs)
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()]
  return { fromMs: Date.UTC(year, month, 1), toMs: Date.UTC(year, month + 1, 1), granularity: 'day' as const }
}

/** An ordinary day is the mean of at most so many whole days before today. */
const lookBack = 7

type Chart = { readonly points: readonly Point[]; readonly series: readonly Series[] }

/** Days to come get a band at the mean of the last whole days; today keeps what it has. */
export function withExpected(chart: Chart, span: { readonly fromMs: number; readonly nowMs: number }): Chart {
  const today = Math.floor((span.nowMs - span.fromMs) / dayMs)
  const whole = chart.points.slice(Math.max(0, today - lookBack), today)
  const spent = whole.reduce((sum, { values }) => sum + sumOf(values), 0n)
  if (whole.length === 0 || spent === 0n) return chart
  const aDay = toDecimal(spent / BigInt(whole.length))
  const points = chart.points.map((point, index) =>
    index > today ? { label: point.label, values: { [EXPECTED]: aDay }, expected: true } : point,
  )
  return { points, series: [...chart.series, { id: EXPECTED, label: 'Expected' }] }
}

function sumOf(values: Point['values']): bigint {
  return Object.values(values).reduce<bigint>((sum, value) => sum + toNanos(String(value ?? '0')), 0n)
}
