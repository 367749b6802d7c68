import { describe, expect, test } from 'vitest'
import { percentOf, showbackPeriods, weekIndex } from '#lib/reports/rules/showback-periods.ts'

const show = ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
  [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16))
const at = (text: string) => Date.parse(text)

describe('what showback puts side by side', () => {
  test('in the present month: so far, and as much of the month before', () => {
    const periods = showbackPeriods('2026-11', at('2026-11-18T14:32:00Z'))
    expect(periods.state).toBe('open')
    expect(show(periods.whole)).toEqual(['2026-11-01T00:00', '2026-12-01T00:00'])
    expect(show(periods.actual)).toEqual(['2026-11-01T00:00', '2026-11-18T15:00'])
    expect(show(periods.before)).toEqual(['2026-10-01T00:00', '2026-10-18T15:00'])
    expect(show(periods.beforeWhole)).toEqual(['2026-10-01T00:00', '2026-11-01T00:00'])
    expect(show(periods.weeks)).toEqual(['2026-09-14T00:00', '2026-11-23T00:00'])
  })

  test('at the end of March: February is over sooner', () => {
    expect(show(showbackPeriods('2026-03', at('2026-03-31T12:00:00Z')).before)).toEqual([
      '2026-02-01T00:00',
      '2026-03-01T00:00',
    ])
  })

  test('in a month that has ended: both whole', () => {
    const periods = showbackPeriods('2026-02', at('2026-11-18T14:32:00Z'))
    expect(periods.state).toBe('ended')
    expect(show(periods.actual)).toEqual(['2026-02-01T00:00', '2026-03-01T00:00'])
    expect(show(periods.before)).toEqual(['2026-01-01T00:00', '2026-02-01T00:00'])
  })

  test('in the first moment of a month and before it: nothing yet', () => {
    expect(show(showbackPeriods('2026-11', at('2026-11-01T00:00:00Z')).actual)).toEqual([
      '2026-11-01T00:00',
      '2026-11-01T00:00',
    ])
    expect(show(showbackPeriods('2027-01', at('2026-11-18T00:00:00Z')).actual)).toEqual([
      '2027-01-01T00:00',
      '2027-01-01T00:00',
    ])
  })

  test('has ten weeks from Monday to Monday', () => {
    const periods = showbackPeriods('2026-11', at('2026-11-23T00:30:00Z'))
    expect(show(periods.weeks)).toEqual(['2026-09-21T00:00', '2026-11-30T00:00'])
    expect(weekIndex(periods, periods.weeks.fromMs)).toBe(0)
    expect(weekIndex(periods, at('2026-11-23T00:00:00Z'))).toBe(9)
  })
})

test.each([
  [50n, 100n, 50],
  [1n, 3n, 33.3],
  [-5n, 100n, -5],
  [5n, 0n, null],
])('%s of %s is %s percent', (part, whole, percent) => {
  expect(percentOf(part, whole)).toBe(percent)
})
