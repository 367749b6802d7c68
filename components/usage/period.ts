/*
 * The span of time a report is about, from the address: a preset that moves with the clock, or two dates. Everything in
 * UTC; `to` is where it ends, exclusive.
 */
import { formatDate, formatDay, formatMonth } from '#components/ui/format.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

export const presets = ['today', '7d', '30d', 'month', 'last-month', '90d'] as const
export type Preset = (typeof presets)[number]

export type Period = {
  /** Null where the address names two dates. */
  readonly preset: Preset | null
  readonly fromMs: number
  readonly toMs: number
  /** "November 2026", "Last 7 days", "3 Nov to 9 Nov". */
  readonly label: string
  /** The same in a sentence: "in November 2026", "today", "from 3 Nov to 9 Nov". */
  readonly within: string
  /** Hours where a day would be one bar. */
  readonly granularity: 'hour' | 'day'
  /** The span of the same length before, for comparing. */
  readonly before: { readonly fromMs: number; readonly toMs: number; readonly label: string }
}

type Asked = { readonly period?: string; readonly from?: string; readonly to?: string }

/** What the address asks for; anything that is no period is the month so far. */
export function readPeriod(asked: Asked, nowMs: number): Period {
  const from = dayOf(asked.from)
  const to = dayOf(asked.to)
  const isSpan = from !== null && to !== null && from <= to && to - from <= 400 * DAY
  const found = isSpan
    ? datesPeriod(from, to + DAY, nowMs)
    : presetPeriod(presets.find((each) => each === asked.period) ?? 'month', nowMs)
  return { ...found, before: asFarAsNow(found, nowMs) }
}

/** A span that has not ended is compared with as much of the one before as has passed of it. */
function asFarAsNow({ fromMs, toMs, before }: Period, nowMs: number): Period['before'] {
  if (toMs <= nowMs) return before
  return { ...before, toMs: Math.min(before.toMs, before.fromMs + Math.max(HOUR, nowMs - fromMs)) }
}

export const presetLabels: Record<Preset, string> = {
  today: 'Today',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  month: 'This month',
  'last-month': 'Last month',
  '90d': 'Last 90 days',
}

function presetPeriod(preset: Preset, nowMs: number): Period {
  const tomorrow = startOfDay(nowMs) + DAY
  switch (preset) {
    case 'today':
      return period(preset, tomorrow - DAY, tomorrow, ['Today', 'today'], 'yesterday')
    case '7d':
      return period(
        preset,
        tomorrow - 7 * DAY,
        tomorrow,
        [presetLabels[preset], 'in the last 7 days'],
        'the 7 days before',
      )
    case '30d':
      return period(
        preset,
        tomorrow - 30 * DAY,
        tomorrow,
        [presetLabels[preset], 'in the last 30 days'],
        'the 30 days before',
      )
    case '90d':
      return period(
        preset,
        tomorrow - 90 * DAY,
        tomorrow,
        [presetLabels[preset], 'in the last 90 days'],
        'the 90 days before',
      )
    case 'month': {
      const start = startOfMonth(nowMs, 0)
      return {
        ...period(preset, start, startOfMonth(nowMs, 1), monthWords(start), ''),
        before: monthBefore(start),
      }
    }
    case 'last-month': {
      const start = startOfMonth(nowMs, -1)
      const next = startOfMonth(nowMs, 0)
      return { ...period(preset, start, next, monthWords(start), ''), before: monthBefore(start) }
    }
  }
}

function monthWords(ms: number): Words {
  return [formatMonth(ms), `in ${formatMonth(ms)}`]
}

function datesPeriod(fromMs: number, toMs: number, nowMs: number): Period {
  const days = Math.round((toMs - fromMs) / DAY)
  const thisYear = new Date(nowMs).getUTCFullYear()
  const written = (ms: number) => (new Date(ms).getUTCFullYear() === thisYear ? formatDay(ms) : formatDate(ms))
  const [first, last] = [written(fromMs), written(toMs - DAY)]
  return days === 1
    ? period(null, fromMs, toMs, [first, `on ${first}`], 'the day before')
    : period(null, fromMs, toMs, [`${first} to ${last}`, `from ${first} to ${last}`], `the ${days} days before`)
}

/** By itself, and in a sentence. */
type Words = readonly [label: string, within: string]

function period(preset: Preset | null, fromMs: number, toMs: number, [label, within]: Words, before: string): Period {
  const length = toMs - fromMs
  return {
    preset,
    fromMs,
    toMs,
    label,
    within,
    granularity: length <= 2 * DAY ? 'hour' : 'day',
    before: { fromMs: fromMs - length, toMs: fromMs, label: before },
  }
}

function monthBefore(startMs: number): Period['before'] {
  const fromMs = startOfMonth(startMs, -1)
  return { fromMs, toMs: startMs, label: formatMonth(fromMs).split(' ')[0] ?? '' }
}

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY) * DAY
}

function startOfMonth(ms: number, later: number): number {
  const at = new Date(ms)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later, 1)
}

/** `2026-11-03` as its first moment. */
function dayOf(text: string | undefined): number | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const ms = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text) ? ms : null
}

export function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
