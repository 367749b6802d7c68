import { describe, expect, test } from 'vitest'
import { spendSpan, withExpected } from '#components/keys/detail/spend-points.ts'

const nowMs = Date.UTC(2026, 10, 4, 9, 30)

describe('the spend of a key', () => {
  test('is shown by hour for a day, and to the end of a month', () => {
    expect(spendSpan('day', nowMs)).toEqual({
      fromMs: Date.UTC(2026, 10, 3, 10),
      toMs: Date.UTC(2026, 10, 4, 10),
      granularity: 'hour',
    })
    expect(spendSpan('month', nowMs)).toMatchObject({ fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 11, 1) })
  })

  const days = (...amounts: string[]) => ({
    points: amounts.map((usd, index) => ({ label: `${index + 1} Nov`, values: { mini: usd } })),
    series: [{ id: 'mini', label: 'gpt-4o-mini' }],
  })
  const span = { fromMs: Date.UTC(2026, 10, 1), nowMs }

  test('is expected to go on as on its last whole days, and today stays what it is', () => {
    const { points } = withExpected(days('2', '4', '6', '1', '0', '0'), span)
    expect(points[3]?.values).toEqual({ mini: '1' })
    expect(points[4]).toEqual({ label: '5 Nov', values: { expected: '4' }, expected: true })
  })

  test('is not expected at all where nothing was spent yet', () => {
    expect(withExpected(days('0', '0', '0', '1', '0'), span).series).toHaveLength(1)
  })
})
