import { describe, expect, test } from 'vitest'
import { colorOf, axisFor, toCsv, writeTick, writeValue, type Series } from '#components/charts/chart-data.ts'

const series: Series[] = [
  { id: 'a', label: 'claude-haiku-4-5' },
  { id: 'other', label: 'Other' },
  { id: 'last', label: 'October', muted: true },
  { id: 'b', label: 'gpt-5-mini' },
]

describe('the colours of a chart', () => {
  test('follow the order of the series; Other and what is only compared are grey', () => {
    expect(series.map((each) => colorOf(series, each.id))).toEqual([
      'var(--chart-1)',
      'var(--chart-other)',
      'var(--chart-other)',
      'var(--chart-2)',
    ])
  })
  test('of a forecast are those of its series, and take none away', () => {
    const lines = [
      { id: 'actual', label: 'Actual' },
      { id: 'actual.forecast', label: 'Forecast' },
      { id: 'b', label: 'B' },
    ]
    expect(lines.map((each) => colorOf(lines, each.id))).toEqual(['var(--chart-1)', 'var(--chart-1)', 'var(--chart-2)'])
  })
})

describe('the axis', () => {
  test.each([
    [38, [0, 20, 40], 40],
    [29_296, [0, 10_000, 20_000, 30_000], 30_000],
    [30_900, [0, 10_000, 20_000, 30_000], 32_136],
    [0, [0], 1],
    [3, [0, 1, 2, 3], 3],
  ])('for %s starts at zero and has lines at round figures', (greatest, ticks, top) => {
    expect(axisFor(greatest)).toEqual({ ticks, top })
  })

  test('holds the greatest value and at most three lines above zero', () => {
    for (let value = 0.001; value < 1e9; value *= 1.37) {
      const { ticks, top } = axisFor(value)
      expect(top).toBeGreaterThanOrEqual(value)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.length).toBeLessThanOrEqual(4)
    }
  })
})

test('a value is read out exactly, a tick is short', () => {
  expect(writeValue('17767.63', 'usd')).toBe('$17,767.63')
  expect(writeValue(null, 'usd')).toBe('–')
  expect(writeValue(6204, 'count')).toBe('6,204')
  expect(writeTick(20_000, 'usd')).toBe('$20k')
  expect(writeTick(0.03, 'usd')).toBe('$0.03')
  expect(writeTick(200_000, 'count')).toBe('200k')
  expect(writeTick(0.005, 'usd')).toBe('$0.005')
})

test('the table twin as CSV keeps exact figures and defuses formulas', () => {
  const csv = toCsv(
    [
      { label: '1 Nov', values: { a: '6.500000001', b: '-3.5' } },
      { label: '=cmd()', values: { a: null } },
    ],
    [series[0]!, { ...series[3]!, label: 'gpt, "mini"' }],
    'Day',
  )
  expect(csv).toBe('Day,claude-haiku-4-5,"gpt, ""mini"""\r\n1 Nov,6.500000001,-3.5\r\n\'=cmd(),,')
})
