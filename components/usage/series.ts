/*
 * Rows of a report as a chart: one point a day or hour, one series a name. Amounts stay exact: they are added as
 * nano-dollars and leave as decimal strings.
 */
import { MOST_SERIES, OTHER, type Point, type Series } from '#components/charts/chart-data.ts'
import { formatDay, formatMinute, formatMoney, toDecimal, toNanos } from '#components/ui/format.ts'

export type SpendRow = {
  readonly startMs: number
  readonly name: string
  readonly costUsd: string
}

export type SpendChart = { readonly points: readonly Point[]; readonly series: readonly Series[] }

type Span = { readonly fromMs: number; readonly toMs: number; readonly granularity: 'hour' | 'day' }

const HOUR = 3_600_000

/** The dearest names get a colour, the rest are "Other"; every day of the span has its place, also one without calls. */
export function spendChart(rows: readonly SpendRow[], span: Span): SpendChart {
  const totals = new Map<string, bigint>()
  for (const row of rows) totals.set(row.name, (totals.get(row.name) ?? 0n) + toNanos(row.costUsd))
  const ordered = [...totals].filter(([, sum]) => sum > 0n).toSorted(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0))
  const shown = ordered.slice(0, MOST_SERIES)
  const names = new Set(shown.map(([name]) => name))
  const other = ordered.slice(MOST_SERIES).reduce((sum, [, nanos]) => sum + nanos, 0n)

  const step = span.granularity === 'hour' ? HOUR : 24 * HOUR
  const cells = new Map<number, Map<string, bigint>>()
  for (const row of rows) {
    const at = Math.floor(row.startMs / step) * step
    const cell = cells.get(at) ?? new Map<string, bigint>()
    const id = names.has(row.name) ? row.name : OTHER
    cell.set(id, (cell.get(id) ?? 0n) + toNanos(row.costUsd))
    cells.set(at, cell)
  }

  const series: Series[] = shown.map(([name, sum]) => ({ id: name, label: name, figure: formatMoney(sum) }))
  if (ordered.length > MOST_SERIES) series.push({ id: OTHER, label: 'Other', figure: formatMoney(other) })
  const points: Point[] = []
  for (let at = span.fromMs; at < span.toMs; at += step) {
    const cell = cells.get(at)
    points.push({
      label: span.granularity === 'hour' ? formatMinute(at) : formatDay(at),
      values: Object.fromEntries(series.map(({ id }) => [id, toDecimal(cell?.get(id) ?? 0n)])),
    })
  }
  return { points, series }
}
