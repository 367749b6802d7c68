/*
 * What a chart is drawn from. Figures stay exact: they are decimal strings or counts, and are read out and exported as
 * such. Only the geometry is a float, and nothing is computed from it.
 */

import {
  formatAxisMoney,
  formatBigCount,
  formatCallCost,
  formatCount,
  formatLatency,
  formatMoney,
  formatPercent,
} from '#components/ui/format.ts'

/** `usd`: decimal strings of dollars; the others plain numbers. */
export type Unit = 'usd' | 'count' | 'ms' | 'percent'

export type Series = {
  readonly id: string
  readonly label: string
  /** The sum or the last value, already written: it stands in the legend. */
  readonly figure?: string
  /** Thin, dotted, grey: last month, for comparing. */
  readonly muted?: boolean
}

export type Point = {
  /** What stands at the axis: "1 Nov". */
  readonly label: string
  /** By series id; missing where there is nothing. */
  readonly values: Readonly<Record<string, string | number | null | undefined>>
  /** Future: drawn as a band. */
  readonly expected?: boolean
}

export const OTHER = 'other'
export const MOST_SERIES = 6

const colors = [
  'var(--chart-1)',
  'var(--chart-2)',
  'var(--chart-3)',
  'var(--chart-4)',
  'var(--chart-5)',
  'var(--chart-6)',
]

/** What is still to come, as bars: a series with this id is drawn as a band. */
export const EXPECTED = 'expected'
/** What is still to come, as a line: dashed, in the colour of the series before the dot. */
export const FORECAST = '.forecast'

export const isForecast = (id: string) => id.endsWith(FORECAST)
const sourceOf = (id: string) => (isForecast(id) ? id.slice(0, -FORECAST.length) : id)

/** Six series in fixed order, then "Other" in its own grey. */
export function colorOf(series: readonly Series[], id: string): string {
  if (id === EXPECTED) return 'var(--chart-band)'
  const found = series.find((each) => each.id === id)
  if (id === OTHER || found?.muted) return 'var(--chart-other)'
  const drawn = series.filter(
    (each) => each.id !== OTHER && each.id !== EXPECTED && !each.muted && !isForecast(each.id),
  )
  return colors[drawn.findIndex((each) => each.id === sourceOf(id))] ?? 'var(--chart-other)'
}

export function drawnValue(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** A value as it is read out: exact. */
export function writeValue(value: string | number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || value === '') return '–'
  if (unit === 'usd') return formatMoney(typeof value === 'number' ? value.toFixed(9) : value)
  const number = Number(value)
  if (unit === 'ms') return formatLatency(number)
  if (unit === 'percent') return formatPercent(number)
  return formatCount(Math.round(number))
}

/** A value at the axis: short. */
export function writeTick(value: number, unit: Unit): string {
  // Cents say nothing where a day costs less than one; zeros at the end would not fit beside the axis.
  if (unit === 'usd' && value > 0 && value < 0.1) {
    return value < 0.0001 ? '' : formatCallCost(value.toFixed(9)).replace(/(\.\d*[1-9])0+$/, '$1')
  }
  if (unit === 'usd') return formatAxisMoney(value.toFixed(2))
  if (unit === 'ms') return formatLatency(value)
  if (unit === 'percent') return formatPercent(value)
  // Written out, thousands are wider than the axis.
  if (value >= 10_000 && value < 1_000_000) return `${Number((value / 1000).toFixed(1))}k`
  return formatBigCount(Math.round(value))
}

export type Axis = { readonly ticks: readonly number[]; readonly top: number }

/** Zero, at most three lines above it at round figures, and where the axis ends. It ends at a line where one is near. */
export function axisFor(greatest: number): Axis {
  if (!(greatest > 0)) return { ticks: [0], top: 1 }
  const power = 10 ** Math.floor(Math.log10(greatest / 3))
  const steps = [1, 2, 2.5, 5, 10, 20].map((factor) => Number((factor * power).toPrecision(12)))
  const ending = steps.find((step) => greatest <= step * 3) ?? greatest
  const end = Number((Math.ceil(greatest / ending) * ending).toPrecision(12))
  if (end <= greatest * 1.12) return { ticks: multiples(ending, end / ending), top: end }
  const inside = steps.find((step) => Math.floor(greatest / step) <= 3) ?? greatest
  return { ticks: multiples(inside, Math.floor(greatest / inside)), top: greatest * 1.04 }
}

const multiples = (step: number, count: number) =>
  Array.from({ length: Math.round(count) + 1 }, (_, index) => Number((index * step).toPrecision(12)))

/** The same rows as text that a sheet opens: one line a point, one column a series, exact figures. */
export function toCsv(points: readonly Point[], series: readonly Series[], firstColumn: string): string {
  const rows = [
    [firstColumn, ...series.map((each) => each.label)],
    ...points.map((point) => [point.label, ...series.map((each) => String(point.values[each.id] ?? ''))]),
  ]
  return rows.map((row) => row.map(cell).join(',')).join('\r\n')
}

/** A cell that begins like a formula would run in a spreadsheet; a quote before it keeps it text. */
function cell(text: string): string {
  const inert = /^[=+@\t\r]/.test(text) || (text.startsWith('-') && !/^-\d+(\.\d+)?$/.test(text)) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
