import { describe, expect, test } from 'vitest'
import { paceOf, roundedDollars } from '#components/home/pace.ts'

const november = { startsAt: '2026-11-01T00:00:00Z', resetsAt: '2026-12-01T00:00:00Z' }
const day = (number: number) => Date.UTC(2026, 10, 1) + (number - 1) * 86_400_000

describe('the pace of a budget', () => {
  test('ends the period at what was spent so far, carried on', () => {
    expect(paceOf({ ...november, usedUsd: '15' }, '50', day(16))).toEqual({
      endNanos: 30_000_000_000n,
      reachesMs: null,
    })
  })

  test('names the moment at which the amount is used up', () => {
    expect(paceOf({ ...november, usedUsd: '30' }, '40', day(16))?.reachesMs).toBe(day(21))
  })

  test('is not told from the first days, without an end, or without spend', () => {
    expect(paceOf({ ...november, usedUsd: '5' }, '50', day(3))).toBeNull()
    expect(paceOf({ startsAt: null, resetsAt: null, usedUsd: '5' }, '50', day(16))).toBeNull()
    expect(paceOf({ ...november, usedUsd: '0' }, '50', day(16))).toBeNull()
  })

  test.each([
    [29_710_000_000n, '$30'],
    [3_400_000_000n, '$3'],
    [200_000_000n, 'under $1'],
    [12_444_000_000_000n, '$12,450'],
  ])('%s nano-dollars are about %s', (nanos, text) => {
    expect(roundedDollars(nanos)).toBe(text)
  })
})
