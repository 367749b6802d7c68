import { describe, expect, test } from 'vitest'
import { callCost, costShares, medianCall, readCallSize } from '#components/models/your-call.ts'

const own = { tokensIn: 3100, tokensOut: 420 }

describe('the size of "your call"', () => {
  test('comes from the address', () => {
    expect(readCallSize({ in: '1000', out: '0' }, own)).toEqual({ tokensIn: 1000, tokensOut: 0 })
  })

  test.each(['', '-5', '1e9', 'many', '123456789012'])('%j is no size and leaves the own one', (asked) => {
    expect(readCallSize({ in: asked }, own)).toEqual(own)
  })
})

describe('what one call costs', () => {
  test('is exact', () => {
    expect(callCost(own, { input: 250_000_000, output: 2_000_000_000 })).toBe(1_615_000n)
  })

  test('is unknown without a price', () => {
    expect(callCost(own, null)).toBeNull()
    expect(callCost(own, { input: 20_000_000 })).toBeNull()
  })

  test('needs no output price when nothing comes out', () => {
    expect(callCost({ tokensIn: 1_000_000, tokensOut: 0 }, { input: 20_000_000 })).toBe(20_000_000n)
  })
})

describe('the bars of a cost column', () => {
  test('run from a mark to the full width', () => {
    const shares = costShares([1000n, null, 1_000_000n])
    expect(shares).toEqual([0.03, null, 1])
  })

  test('are full where all cost the same', () => {
    expect(costShares([5n, 5n])).toEqual([1, 1])
  })

  test('are empty for what costs nothing', () => {
    expect(costShares([0n, 5n])).toEqual([0, 1])
  })
})

describe("the middle of one's own calls", () => {
  test('is taken by direction, and a single giant does not move it', () => {
    const sizes = [
      [100, 10],
      [300, 30],
      [90_000, 9],
    ].map(([tokensIn = 0, tokensOut = 0]) => ({ tokensIn, tokensOut }))
    expect(medianCall(sizes)).toEqual({ tokensIn: 300, tokensOut: 10 })
  })

  test('of an even number lies between the two', () => {
    expect(
      medianCall([
        { tokensIn: 100, tokensOut: 1 },
        { tokensIn: 200, tokensOut: 2 },
      ]),
    ).toEqual({ tokensIn: 150, tokensOut: 2 })
  })

  test('is unknown without calls', () => {
    expect(medianCall([])).toBeNull()
  })
})
