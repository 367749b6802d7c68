/* Tokens by kind as a chart: read from cache, sent anew, produced. */
import type { Point, Series } from '#components/charts/chart-data.ts'
import { formatBigCount, formatDay, formatMinute } from '#components/ui/format.ts'

export type TokenRow = {
  readonly startMs: number
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
}

type Span = { readonly fromMs: number; readonly toMs: number; readonly granularity: 'hour' | 'day' }

const HOUR = 3_600_000
const kinds = ['inputTokens', 'cachedTokens', 'outputTokens'] as const
const labels = { inputTokens: 'In', cachedTokens: 'In, from cache', outputTokens: 'Out' } as const

export function tokensChart(
  rows: readonly TokenRow[],
  span: Span,
): { points: readonly Point[]; series: readonly Series[] } {
  const step = span.granularity === 'hour' ? HOUR : 24 * HOUR
  const cells = new Map<number, Record<(typeof kinds)[number], number>>()
  const totals = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 }
  for (const row of rows) {
    const at = Math.floor(row.startMs / step) * step
    const cell = cells.get(at) ?? { inputTokens: 0, cachedTokens: 0, outputTokens: 0 }
    for (const kind of kinds) {
      cell[kind] += row[kind]
      totals[kind] += row[kind]
    }
    cells.set(at, cell)
  }
  const points: Point[] = []
  for (let at = span.fromMs; at < span.toMs; at += step) {
    const cell = cells.get(at)
    points.push({
      label: span.granularity === 'hour' ? formatMinute(at) : formatDay(at),
      values: Object.fromEntries(kinds.map((kind) => [kind, cell?.[kind] ?? 0])),
    })
  }
  const series = kinds.map((kind) => ({ id: kind, label: labels[kind], figure: formatBigCount(totals[kind]) }))
  return { points, series }
}
