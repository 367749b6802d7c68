import { describe, expect, test } from 'vitest'
import { spendChart } from '#components/usage/series.ts'

const day = (number: number) => Date.UTC(2026, 10, number)
const span = { fromMs: day(1), toMs: day(4), granularity: 'day' } as const

describe('spend by model and day', () => {
  test('every day has its place, also one without calls', () => {
    const { points } = spendChart([{ startMs: day(2), name: 'gpt-4o', costUsd: '1.5' }], span)
    expect(points).toEqual([
      { label: '1 Nov', values: { 'gpt-4o': '0' } },
      { label: '2 Nov', values: { 'gpt-4o': '1.5' } },
      { label: '3 Nov', values: { 'gpt-4o': '0' } },
    ])
  })

  test('series come by size, with their sum to the cent', () => {
    const { series } = spendChart(
      [
        { startMs: day(1), name: 'small', costUsd: '0.1' },
        { startMs: day(1), name: 'large', costUsd: '2' },
        { startMs: day(3), name: 'small', costUsd: '0.2' },
      ],
      span,
    )
    expect(series).toEqual([
      { id: 'large', label: 'large', figure: '$2.00' },
      { id: 'small', label: 'small', figure: '$0.30' },
    ])
  })

  test('what has no colour left is Other, and nothing is lost', () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({
      startMs: day(1),
      name: `model-${index}`,
      costUsd: `${index + 1}`,
    }))
    const { series, points } = spendChart(rows, span)
    expect(series).toHaveLength(7)
    expect(series.at(-1)).toEqual({ id: 'other', label: 'Other', figure: '$6.00' })
    expect(Object.values(points[0]?.values ?? {}).reduce((sum: number, value) => sum + Number(value), 0)).toBe(45)
  })

  test('a model that cost nothing is not drawn', () => {
    expect(spendChart([{ startMs: day(1), name: 'refused', costUsd: '0' }], span).series).toEqual([])
  })
})
