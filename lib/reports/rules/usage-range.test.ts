import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '#lib/platform/errors.ts'
import { dayMs, hourMs, sourcesOf, usageRange, widen } from '#lib/reports/rules/usage-range.ts'

const at = (text: string) => Date.parse(text)
const show = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => [
  new Date(fromMs).toISOString(),
  new Date(toMs).toISOString(),
]

describe('the range that is used', () => {
  test.each([
    [
      undefined,
      '2026-11-03T10:20:30Z',
      '2026-11-03T11:00:00.001Z',
      '2026-11-03T10:00:00.000Z',
      '2026-11-03T12:00:00.000Z',
    ],
    [undefined, '2026-11-03T10:00:00Z', '2026-11-03T11:00:00Z', '2026-11-03T10:00:00.000Z', '2026-11-03T11:00:00.000Z'],
    ['hour', '2026-11-03T10:59:59Z', '2026-11-03T11:00:00Z', '2026-11-03T10:00:00.000Z', '2026-11-03T11:00:00.000Z'],
    ['day', '2026-11-03T10:00:00Z', '2026-11-04T00:00:00Z', '2026-11-03T00:00:00.000Z', '2026-11-04T00:00:00.000Z'],
    [
      'day',
      '2026-11-03T00:00:00+02:00',
      '2026-11-04T00:00:00+02:00',
      '2026-11-02T00:00:00.000Z',
      '2026-11-04T00:00:00.000Z',
    ],
    ['month', '2026-11-03T00:00:00Z', '2026-12-01T00:00:00Z', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['month', '2026-11-30T23:00:00Z', '2026-12-01T00:00:01Z', '2026-11-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ] as const)('by %s: %s to %s becomes %s to %s', (granularity, from, to, usedFrom, usedTo) => {
    expect(show(usageRange({ from: at(from), to: at(to), granularity }, 0))).toEqual([usedFrom, usedTo])
  })

  test('is the 30 days until now when nothing is asked', () => {
    expect(show(usageRange({}, at('2026-11-21T04:05:06Z')))).toEqual([
      '2026-10-22T04:00:00.000Z',
      '2026-11-21T05:00:00.000Z',
    ])
  })

  test('ends in the future where it begins there', () => {
    const range = usageRange({ from: at('2027-01-01T00:00:00Z') }, at('2026-11-21T00:00:00Z'))
    expect(show(range)).toEqual(['2027-01-01T00:00:00.000Z', '2027-01-01T01:00:00.000Z'])
  })

  test.each([
    ['empty', { from: 1000, to: 1000 }],
    ['turned round', { from: 2000, to: 1000 }],
    ['of ages', { from: 0, to: 10 * 366 * dayMs }],
    ['of a year by the hour', { from: 0, to: 365 * dayMs, granularity: 'hour' as const }],
  ])('is refused when it is %s', (_title, asked) => {
    expect(() => usageRange(asked, 0)).toThrow(AppError)
  })
})

describe('the rollups that answer', () => {
  test.each([
    ['a few hours', '2026-11-03T10:00:00Z', '2026-11-03T15:00:00Z', ['usage_hourly']],
    ['a day that is not whole', '2026-11-03T01:00:00Z', '2026-11-04T01:00:00Z', ['usage_hourly']],
    ['whole days', '2026-11-03T00:00:00Z', '2026-11-05T00:00:00Z', ['usage_daily']],
    ['days and hours', '2026-11-03T22:00:00Z', '2026-11-06T03:00:00Z', ['usage_hourly', 'usage_daily', 'usage_hourly']],
    ['days up to now', '2026-11-01T00:00:00Z', '2026-11-21T05:00:00Z', ['usage_daily', 'usage_hourly']],
  ])('for %s', (_title, from, to, tables) => {
    expect(sourcesOf({ fromMs: at(from), toMs: at(to) }, undefined).map(({ table }) => table)).toEqual(tables)
  })

  test('cover any range without gap or overlap, days only whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 3_000 }), (firstHour, hours) => {
        const range = widen({ fromMs: firstHour * hourMs, toMs: (firstHour + hours) * hourMs }, undefined)
        const parts = sourcesOf(range, undefined)
        expect(parts[0]!.fromMs).toBe(range.fromMs)
        expect(parts.at(-1)!.toMs).toBe(range.toMs)
        parts.slice(1).forEach((part, n) => expect(part.fromMs).toBe(parts[n]!.toMs))
        const days = parts.filter(({ table }) => table === 'usage_daily')
        expect(days.every(({ fromMs, toMs }) => fromMs % dayMs === 0 && toMs % dayMs === 0)).toBe(true)
      }),
    )
  })
})
