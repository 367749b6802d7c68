import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { units, type NanosPerMillion, type TokenVector, type Unit } from '#lib/catalog/contract.ts'
import { inputCeilingNanosPerToken, outputCeilingNanosPerToken, priceCall } from '#lib/catalog/rules/price-call.ts'

/** gpt-4o-mini: $0.15, $0.075 cached, $0.60 a million. */
const mini: NanosPerMillion = { input: 150_000_000, cached_read: 75_000_000, output: 600_000_000 }

describe('the cost of a call', () => {
  test('is the sum over its tokens at their prices', () => {
    expect(priceCall({ input: 1000, cached_read: 500, output: 16 }, mini)).toEqual({
      lines: [
        { unit: 'input', quantity: 1000, nanosPerMillion: 150_000_000 },
        { unit: 'cached_read', quantity: 500, nanosPerMillion: 75_000_000 },
        { unit: 'output', quantity: 16, nanosPerMillion: 600_000_000 },
      ],
      costNanos: 150_000n + 37_500n + 9_600n,
      unpriced: [],
    })
  })

  test.each([
    ['a quarter of a nano is nothing', { input: 1 }, { input: 250_000 }, 0n],
    ['half a nano is one', { input: 1 }, { input: 500_000 }, 1n],
    [
      'two quarters are rounded together, not one by one',
      { input: 1, output: 1 },
      { input: 250_000, output: 250_000 },
      1n,
    ],
    [
      'four fractions of 0.6 nano are 2.4, not 4',
      { input: 1, output: 1, cached_read: 1, images: 1 },
      { input: 600_000, output: 600_000, cached_read: 600_000, images: 600_000 },
      2n,
    ],
    ['seconds have fractions', { seconds: 1.5 }, { seconds: 100_000_000_000 }, 150_000n],
  ] as const)('rounds half up once: %s', (_, tokens, prices, cost) => {
    expect(priceCall(tokens, prices).costNanos).toBe(cost)
  })

  test.each([
    ['cached_read', 'input'],
    ['cache_write_5m', 'input'],
    ['cache_write_1h', 'input'],
    ['audio_input', 'input'],
  ] as const)('takes the price of %s from %s where it has none', (unit, from) => {
    expect(priceCall({ [unit]: 10 }, { [from]: 7_000_000 })).toEqual({
      lines: [{ unit, quantity: 10, nanosPerMillion: 7_000_000 }],
      costNanos: 70n,
      unpriced: [],
    })
  })

  test('takes the price of an hour of cache from five minutes of it before it takes that of plain input', () => {
    const priced = priceCall({ cache_write_1h: 1 }, { input: 3_000_000, cache_write_5m: 3_750_000 })
    expect(priced.lines[0]?.nanosPerMillion).toBe(3_750_000)
  })

  test('counts reasoning as output unless it has a price of its own, and then not twice', () => {
    expect(priceCall({ output: 100, reasoning: 60 }, { output: 10_000_000 }).lines).toEqual([
      { unit: 'output', quantity: 100, nanosPerMillion: 10_000_000 },
    ])
    expect(priceCall({ output: 100, reasoning: 60 }, { output: 10_000_000, reasoning: 20_000_000 })).toEqual({
      lines: [
        { unit: 'output', quantity: 40, nanosPerMillion: 10_000_000 },
        { unit: 'reasoning', quantity: 60, nanosPerMillion: 20_000_000 },
      ],
      costNanos: 400n + 1200n,
      unpriced: [],
    })
  })

  test('never bills more reasoning than there was output, whatever a provider says', () => {
    const prices = { output: 10_000_000, reasoning: 10_000_000 }
    expect(priceCall({ output: 5, reasoning: 50 }, prices).costNanos).toBe(priceCall({ output: 5 }, prices).costNanos)
  })

  test('names what it could not price instead of calling it free', () => {
    expect(priceCall({ input: 10, images: 2, audio_output: 3 }, mini).unpriced).toEqual(['audio_output', 'images'])
    expect(priceCall({ input: 10 }, {}).unpriced).toEqual(['input'])
    expect(priceCall({}, {})).toEqual({ lines: [], costNanos: 0n, unpriced: [] })
  })
})

const someUnits = fc.constantFrom(...units)
const vectors = fc.dictionary(someUnits, fc.nat({ max: 2_000_000_000 })) as fc.Arbitrary<TokenVector>
const allPrices = fc.record(
  Object.fromEntries(units.map((unit) => [unit, fc.nat({ max: 1_000_000_000_000 })])) as Record<
    Unit,
    fc.Arbitrary<number>
  >,
) as fc.Arbitrary<NanosPerMillion>

describe('pricing, for any usage and any prices', () => {
  test('agrees with its own lines to the nano', () => {
    fc.assert(
      fc.property(vectors, allPrices, (tokens, prices) => {
        const { lines, costNanos, unpriced } = priceCall(tokens, prices)
        const millionths = lines.reduce((sum, line) => sum + BigInt(line.quantity) * BigInt(line.nanosPerMillion), 0n)
        expect(unpriced).toEqual([])
        expect(costNanos).toBe((millionths + 500_000n) / 1_000_000n)
      }),
    )
  })

  test('is never negative and grows with use', () => {
    fc.assert(
      fc.property(vectors, allPrices, someUnits, (tokens, prices, unit) => {
        const before = priceCall(tokens, prices).costNanos
        // Reasoning is a memo: more of it moves tokens between lines, which may be cheaper.
        fc.pre(unit !== 'reasoning')
        expect(before >= 0n).toBe(true)
        expect(priceCall({ ...tokens, [unit]: (tokens[unit] ?? 0) + 1000 }, prices).costNanos >= before).toBe(true)
      }),
    )
  })

  test('never exceeds what the ceilings allow for the same tokens', () => {
    fc.assert(
      fc.property(
        allPrices,
        fc.nat({ max: 1e6 }),
        fc.nat({ max: 1e6 }),
        fc.nat({ max: 1e6 }),
        fc.nat({ max: 1e6 }),
        (prices, input, cached, output, reasoning) => {
          const tokens = { input, cached_read: cached, output, reasoning: Math.min(reasoning, output) }
          const bound =
            BigInt(input + cached) * inputCeilingNanosPerToken(prices) +
            BigInt(output) * outputCeilingNanosPerToken(prices)
          expect(priceCall(tokens, prices).costNanos <= bound).toBe(true)
        },
      ),
    )
  })
})

describe('the ceilings of a hold', () => {
  test.each([
    ['whole nanos stay', mini, 150n, 600n],
    ['fractions are rounded up', { input: 1, output: 1_000_001 }, 1n, 2n],
    [
      'the dearest kind of token counts',
      { input: 3_000_000, cache_write_1h: 6_000_000, output: 5_000_000, reasoning: 9_000_000 },
      6n,
      9n,
    ],
    ['no price, no ceiling', {}, 0n, 0n],
  ] as const)('%s', (_, prices, input, output) => {
    expect(inputCeilingNanosPerToken(prices)).toBe(input)
    expect(outputCeilingNanosPerToken(prices)).toBe(output)
  })
})
