import { describe, expect, test } from 'vitest'
import { diffLines } from '#components/audit/json-diff.ts'

const shown = (before: Parameters<typeof diffLines>[0], after: Parameters<typeof diffLines>[1]) =>
  diffLines(before, after).map(({ sign, text }) => `${sign} ${text}`)

describe('a change as lines', () => {
  test('shows a changed value as what went and what came, with what stayed beside it', () => {
    expect(shown({ amountUsd: '500', period: 'month' }, { amountUsd: '600', period: 'month' })).toEqual([
      '- amountUsd: "500"',
      '+ amountUsd: "600"',
      '  period: "month"',
    ])
  })

  test('names nested values by their path', () => {
    expect(shown({ limits: { rpm: { maximum: 12 } } }, { limits: { rpm: { maximum: 8 } } })).toEqual([
      '- limits.rpm.maximum: 12',
      '+ limits.rpm.maximum: 8',
    ])
  })

  test('keeps a list of plain values on one line', () => {
    expect(shown({ roles: ['admin'] }, { roles: ['admin', 'finance'] })).toEqual([
      '- roles: ["admin"]',
      '+ roles: ["admin","finance"]',
    ])
  })

  test('shows all of what was made, and all of what was taken away', () => {
    expect(shown(null, { name: 'Search', tags: {} })).toEqual(['+ name: "Search"', '+ tags: {}'])
    expect(shown({ name: 'Search' }, null)).toEqual(['- name: "Search"'])
  })

  test('is bounded, however large the change', () => {
    expect(
      diffLines(
        null,
        Array.from({ length: 5_000 }, (_, index) => ({ index })),
      ),
    ).toHaveLength(200)
  })
})
