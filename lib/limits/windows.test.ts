import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { budgetPeriods, type BudgetPeriod, type LimitKind } from '#lib/limits/contract.ts'
import { always, budgetWindow, limitWindow, type Window } from '#lib/limits/windows.ts'

const at = (text: string): number => Date.parse(text)
const span = (from: string, to: string): Window => ({ startMs: at(from), endMs: at(to) })

describe('a budget period', () => {
  test.each<[BudgetPeriod, string, string, string, string, string]>([
    ['day', 'UTC', '2026-11-21T15:04:05Z', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 'a day'],
    ['day', 'UTC', '2026-11-21T00:00:00Z', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 'begins with its first ms'],
    ['day', 'UTC', '2026-11-21T23:59:59.999Z', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 'has its last ms'],
    ['week', 'UTC', '2026-11-22T23:00:00Z', '2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z', 'Sunday ends a week'],
    ['week', 'UTC', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z', 'Monday begins one'],
    ['week', 'UTC', '2027-01-01T12:00:00Z', '2026-12-28T00:00:00Z', '2027-01-04T00:00:00Z', 'ISO week 53 spans years'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z', 'a leap February'],
    ['month', 'UTC', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z', 'December'],
    ['quarter', 'UTC', '2026-11-21T00:00:00Z', '2026-10-01T00:00:00Z', '2027-01-01T00:00:00Z', 'the last quarter'],
    ['quarter', 'UTC', '2026-03-31T23:59:59Z', '2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z', 'the first quarter'],
    ['day', 'Asia/Kolkata', '2026-11-21T18:30:00Z', '2026-11-21T18:30:00Z', '2026-11-22T18:30:00Z', 'half an hour off'],
    ['day', 'Asia/Kathmandu', '2026-11-21T18:14:59Z', '2026-11-20T18:15:00Z', '2026-11-21T18:15:00Z', 'a quarter off'],
    ['day', 'Pacific/Kiritimati', '2026-11-21T10:00:00Z', '2026-11-21T10:00:00Z', '2026-11-22T10:00:00Z', '14 h ahead'],
    ['day', 'Pacific/Pago_Pago', '2026-11-21T10:59:59Z', '2026-11-20T11:00:00Z', '2026-11-21T11:00:00Z', '11 h behind'],
    [
      'day',
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-28T23:00:00Z',
      '2026-03-29T22:00:00Z',
      'a day of 23 hours',
    ],
    [
      'day',
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      '2026-10-24T22:00:00Z',
      '2026-10-25T23:00:00Z',
      'a day of 25 hours',
    ],
    [
      'week',
      'America/New_York',
      '2026-03-08T12:00:00Z',
      '2026-03-02T05:00:00Z',
      '2026-03-09T04:00:00Z',
      'DST in a week',
    ],
    [
      'month',
      'Europe/Berlin',
      '2026-10-01T00:00:00Z',
      '2026-09-30T22:00:00Z',
      '2026-10-31T23:00:00Z',
      'DST in a month',
    ],
    [
      'day',
      'Africa/Cairo',
      '2026-04-24T12:00:00Z',
      '2026-04-23T22:00:00Z',
      '2026-04-24T21:00:00Z',
      'midnight is skipped',
    ],
    [
      'day',
      'America/Santiago',
      '2026-09-06T12:00:00Z',
      '2026-09-06T04:00:00Z',
      '2026-09-07T03:00:00Z',
      'skipped, in the west',
    ],
    [
      'day',
      'America/Havana',
      '2026-11-01T04:30:00Z',
      '2026-11-01T04:00:00Z',
      '2026-11-02T05:00:00Z',
      'midnight comes twice',
    ],
    ['day', 'Asia/Amman', '2021-10-28T21:30:00Z', '2021-10-28T21:00:00Z', '2021-10-29T22:00:00Z', 'twice, in the east'],
    [
      'day',
      'Atlantic/Azores',
      '2026-10-25T00:30:00Z',
      '2026-10-25T00:00:00Z',
      '2026-10-26T01:00:00Z',
      'twice, near UTC',
    ],
    [
      'day',
      'Pacific/Apia',
      '2011-12-30T12:00:00Z',
      '2011-12-30T10:00:00Z',
      '2011-12-31T10:00:00Z',
      'a day that never was',
    ],
  ])('%s in %s at %s is [%s, %s): %s', (period, timeZone, now, from, to) => {
    expect(budgetWindow(period, timeZone, at(now))).toEqual(span(from, to))
  })

  test('total has no end', () => {
    expect(budgetWindow('total', 'Europe/Berlin', at('2026-11-21T00:00:00Z'))).toEqual(always)
  })
})

describe('the window of a limit', () => {
  test.each<[LimitKind, string, string, string, string]>([
    ['rph', 'UTC', '2026-11-21T15:59:59.999Z', '2026-11-21T15:00:00Z', '2026-11-21T16:00:00Z'],
    ['rph', 'Asia/Kolkata', '2026-11-21T15:29:00Z', '2026-11-21T14:30:00Z', '2026-11-21T15:30:00Z'],
    ['rph', 'Asia/Kathmandu', '2026-11-21T15:15:00Z', '2026-11-21T15:15:00Z', '2026-11-21T16:15:00Z'],
    ['rph', 'Pacific/Marquesas', '2026-11-21T15:29:00Z', '2026-11-21T14:30:00Z', '2026-11-21T15:30:00Z'],
    ['rpd', 'Asia/Kolkata', '2026-11-21T15:00:00Z', '2026-11-20T18:30:00Z', '2026-11-21T18:30:00Z'],
    ['tpd', 'America/New_York', '2026-11-21T04:59:59Z', '2026-11-20T05:00:00Z', '2026-11-21T05:00:00Z'],
  ])('%s in %s at %s is [%s, %s)', (kind, timeZone, now, from, to) => {
    expect(limitWindow(kind, timeZone, at(now))).toEqual(span(from, to))
  })

  test.each<LimitKind>(['rpm', 'tpm', 'concurrency'])('%s knows no calendar', (kind) => {
    expect(limitWindow(kind, 'Asia/Kolkata', at('2026-11-21T15:29:00Z'))).toEqual(always)
  })

  // Lord Howe Island moves its clocks by half an hour.
  test('an hour that a change of the clock cuts short ends or begins with the change', () => {
    expect(limitWindow('rph', 'Australia/Lord_Howe', at('2026-10-03T15:29:59Z'))).toEqual(
      span('2026-10-03T14:30:00Z', '2026-10-03T15:30:00Z'),
    )
    expect(limitWindow('rph', 'Australia/Lord_Howe', at('2026-10-03T15:30:00Z'))).toEqual(
      span('2026-10-03T15:30:00Z', '2026-10-03T16:00:00Z'),
    )
    expect(limitWindow('rph', 'Australia/Lord_Howe', at('2026-04-04T15:00:00Z'))).toEqual(
      span('2026-04-04T15:00:00Z', '2026-04-04T15:30:00Z'),
    )
  })
})

const units = ['hour', 'day', 'week', 'month', 'quarter'] as const
type Unit = (typeof units)[number]

function windowOf(unit: Unit, timeZone: string, nowMs: number): Window {
  return unit === 'hour' ? limitWindow('rph', timeZone, nowMs) : budgetWindow(unit, timeZone, nowMs)
}

const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC']
const zone = fc.constantFrom(...zones)
const unit = fc.constantFrom(...units)
const anyMoment = fc.integer({ min: at('2016-01-01T00:00:00Z'), max: at('2037-12-31T00:00:00Z') })

const formats = new Map<string, Intl.DateTimeFormat>()

/** Local date as text that sorts: "2026-11-21". Written apart from the code under test. */
function localDate(ms: number, timeZone: string): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  formats.set(timeZone, format)
  return format.format(ms)
}

/** Moments around which a zone's clock jumps: to the minute, within two years. */
const jumps = new Map<string, number[]>()
function jumpsOf(timeZone: string): number[] {
  const known = jumps.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offset = (ms: number): number => {
    const parts = format.formatToParts(ms)
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d+):(\d+)/.exec(text) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  }
  const found: number[] = []
  // No zone changes its clock twice in three weeks; Morocco, for Ramadan, comes nearest.
  const step = 3 * 7 * 86_400_000
  for (let from = at('2025-06-01T00:00:00Z'); from < at('2027-06-01T00:00:00Z'); from += step) {
    if (offset(from) === offset(from + step)) continue
    let [low, high] = [from, from + step]
    while (high - low > 60_000) {
      const middle = low + Math.floor((high - low) / 120_000) * 60_000
      if (offset(middle) === offset(from)) low = middle
      else high = middle
    }
    found.push(high)
  }
  jumps.set(timeZone, found)
  return found
}

/** A zone, and a moment in it that is near a jump of its clock wherever it has any. */
const nearJump = fc
  .tuple(zone, fc.nat(), fc.integer({ min: -26 * 3_600_000, max: 26 * 3_600_000 }), anyMoment)
  .map(([timeZone, pick, away, moment]): [string, number] => {
    const known = jumpsOf(timeZone)
    return [timeZone, known.length > 0 ? known[pick % known.length]! + away : moment]
  })
const moments = fc.oneof(fc.tuple(zone, anyMoment), nearJump)

describe('windows of every zone and unit', () => {
  test('hold the moment they are of, and follow one another without gap or overlap', () => {
    fc.assert(
      fc.property(moments, unit, ([timeZone, nowMs], of) => {
        const window = windowOf(of, timeZone, nowMs)
        expect(window.startMs).toBeLessThanOrEqual(nowMs)
        expect(window.endMs).toBeGreaterThan(nowMs)
        expect(windowOf(of, timeZone, window.endMs).startMs).toBe(window.endMs)
        expect(windowOf(of, timeZone, window.startMs - 1).endMs).toBe(window.startMs)
        // Whoever asks, and whenever within it, is given the same window: two gateways count in one record.
        expect(windowOf(of, timeZone, window.startMs)).toEqual(window)
        expect(windowOf(of, timeZone, window.endMs - 1)).toEqual(window)
      }),
      { numRuns: 1_500 },
    )
  })

  test('begin where a local day begins', () => {
    fc.assert(
      fc.property(
        moments,
        fc.constantFrom(...budgetPeriods.filter((period) => period !== 'total')),
        ([timeZone, nowMs], of) => {
          const { startMs } = windowOf(of, timeZone, nowMs)
          const first = localDate(startMs, timeZone)
          expect(localDate(startMs - 1, timeZone) < first).toBe(true)
          const [, month, day] = first.split('-').map(Number)
          const begins = {
            day: true,
            week: new Date(first).getUTCDay() === 1,
            month: day === 1,
            quarter: day === 1 && month! % 3 === 1,
          }
          expect(begins[of]).toBe(true)
        },
      ),
      { numRuns: 1_500 },
    )
  })
})
