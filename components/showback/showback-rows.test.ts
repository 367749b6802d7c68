import { describe, expect, test } from 'vitest'
import { sortRows, topMovers } from '#components/showback/showback-rows.ts'
import type { ShowbackRow } from '#lib/reports/showback-contract.ts'

const row = (name: string | null, costUsd: string, lastMonthUsd = '0', leftUsd: string | null = null): ShowbackRow => ({
  team: { id: name, name },
  calls: 1,
  refused: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  estimatedCalls: 0,
  unpricedCalls: 0,
  costUsd,
  lastMonthUsd,
  leftUsd,
  budgetUsd: null,
  usedPercent: null,
  lastMonthWholeUsd: '0',
  changePercent: null,
  weeksUsd: [],
})
const rows = [row('Search', '2', '5', '1'), row('Growth', '10', '9.5'), row(null, '0.5', '0.5', '-3')]
const names = (sorted: readonly ShowbackRow[]) => sorted.map(({ team }) => team?.name)

describe('the rows of showback', () => {
  test('are dearest first unless said, by amount and not by text', () => {
    expect(names(sortRows(rows, 'team', null))).toEqual(['Growth', 'Search', null])
    expect(names(sortRows(rows, 'team', 'nonsense'))).toEqual(['Growth', 'Search', null])
    expect(names(sortRows(rows, 'team', 'cost'))).toEqual([null, 'Search', 'Growth'])
  })

  test.each([
    ['name', ['Growth', 'Search', null]],
    ['-name', ['Search', 'Growth', null]],
    ['left', [null, 'Search', 'Growth']],
    ['-left', ['Search', null, 'Growth']],
  ])('sorted by %s have what is missing last', (sort, expected) => {
    expect(names(sortRows(rows, 'team', sort))).toEqual(expected)
  })

  test('move most where the difference is largest, up or down; what stayed is no mover', () => {
    expect(topMovers(rows, 3).map(({ row: { team }, differenceNanos }) => [team?.name, differenceNanos])).toEqual([
      ['Search', -3_000_000_000n],
      ['Growth', 500_000_000n],
    ])
  })
})
