import { describe, expect, test } from 'vitest'
import { spendSoFar } from '#components/showback/spend-so-far.ts'

const days = (...costs: string[]) => costs.map((costUsd, day) => ({ startMs: day, costUsd }))

describe('spend so far', () => {
  test('adds up to the nano, day by day', () => {
    const points = spendSoFar('2026-11', days('0.1', '0.2', '0.000000001'), [])
    expect(points.slice(0, 3).map(({ values }) => values.actual)).toEqual(['0.1', '0.3', '0.300000001'])
  })

  test('has a point for every day of the month, and nothing for days to come', () => {
    const points = spendSoFar('2026-02', days('5'), days(...Array.from({ length: 31 }, () => '1')))
    expect(points).toHaveLength(28)
    expect(points[1]?.values).toEqual({ actual: null, before: '2' })
    expect(points[27]).toMatchObject({ label: '28 Feb', values: { before: '28' } })
  })

  test('ends the line of a shorter month before where that month ended', () => {
    const points = spendSoFar('2026-03', days(), days(...Array.from({ length: 28 }, () => '1')))
    expect(points[27]?.values.before).toBe('28')
    expect(points[28]?.values.before).toBeNull()
  })
})
