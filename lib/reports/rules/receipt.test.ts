import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NanosPerMillion, TokenVector, Unit } from '#lib/catalog/contract.ts'
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import { lineUsd, receiptTokens, standing, unpricedUnits, type Booking } from '#lib/reports/rules/receipt.ts'

describe('what has no price', () => {
  test.each<[string, TokenVector, NanosPerMillion, Unit[]]>([
    ['nothing, where all has one', { input: 9, output: 3 }, { input: 1, output: 1 }, []],
    ['nothing, where nothing was used', {}, {}, []],
    ['nothing, where it is free and says so', { input: 9, output: 3 }, { input: 0, output: 0 }, []],
    ['nothing, where another price stands in', { input: 9, cached_read: 3 }, { input: 1 }, []],
    ['nothing, where all of the output was reasoning', { output: 3, reasoning: 3 }, { output: 1, reasoning: 1 }, []],
    ['all, and reasoning is in the output', { input: 9, output: 3, reasoning: 2 }, {}, ['input', 'output']],
    ['the one unit', { input: 9, audio_output: 3 }, { input: 1 }, ['audio_output']],
  ])('is %s', (_what, tokens, prices, expected) => {
    expect(unpricedUnits(tokens, priceCall(tokens, prices).lines)).toEqual(expected)
    expect(priceCall(tokens, prices).unpriced).toEqual(expected)
  })
})

describe('what one line costs', () => {
  test.each([
    [100, 150_000_000, '0.000015'],
    [1, 150_000_000, '0.00000015'],
    [1, 1, '0.000000000000001'],
    [3, 333_333_333, '0.000000999999999'],
    [12.345, 6_000_000_000, '0.00007407'],
    [1_000_000, 2_500_000_000, '2.5'],
    [0, 2_500_000_000, '0'],
  ])('%s at %s nano-USD a million is $%s', (quantity, nanosPerMillion, usd) => {
    expect(lineUsd({ unit: 'input', quantity, nanosPerMillion })).toBe(usd)
  })

  test('adds up with the others to the cost of the call, rounded once', () => {
    const amount = fc.integer({ min: 0, max: 10_000_000 })
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.integer({ min: 1, max: 10 ** 11 }),
        fc.integer({ min: 1, max: 10 ** 11 }),
        (input, cached, output, inPrice, outPrice) => {
          const { lines, costNanos } = priceCall(
            { input, cached_read: cached, output },
            { input: inPrice, output: outPrice },
          )
          const exact = lines.reduce((sum, line) => sum + scaled(lineUsd(line)), 0n)
          expect((exact + 500_000_000n) / 1_000_000_000n).toBe(costNanos)
        },
      ),
    )
  })
})

/** Decimal text in units of 10^-18. */
function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, '0'))
}

describe('the token vector of a receipt', () => {
  test('always has the usual five, and the others where there are any', () => {
    expect(receiptTokens({ input: 5, cache_write_5m: 2, cache_write_1h: 3, audio_input: 4 })).toEqual({
      input: 5,
      cachedRead: 0,
      cacheWrite: 5,
      output: 0,
      reasoning: 0,
      cacheWrite5m: 2,
      cacheWrite1h: 3,
      audioInput: 4,
    })
  })
})

describe('a call and its corrections', () => {
  const call: Booking = {
    kind: 'call',
    outcome: 'interrupted',
    status: 502,
    errorCode: 'gateway_interrupted',
    tokens: { input: 100, output: 9 },
    costNanos: 700n,
    priceLines: [{ unit: 'input', quantity: 100, nanosPerMillion: 7 }],
    estimated: true,
    estimatedWhy: 'it died',
  }
  const truth: Booking = {
    kind: 'adjustment',
    outcome: 'served',
    status: 200,
    errorCode: null,
    tokens: { input: -20, output: -9, cached_read: 20 },
    costNanos: -140n,
    priceLines: [{ unit: 'input', quantity: -20, nanosPerMillion: 7 }],
    estimated: false,
    estimatedWhy: null,
  }

  test('is what was booked while there are none', () => {
    expect(standing(call, [])).toEqual(call)
  })

  test('becomes the truth, at the sum of the money', () => {
    expect(standing(call, [truth])).toEqual({
      ...truth,
      kind: 'call',
      tokens: { input: 80, cached_read: 20 },
      costNanos: 560n,
      priceLines: [{ unit: 'input', quantity: 80, nanosPerMillion: 7 }],
    })
  })

  test('has the lines of a billed attempt beside its own', () => {
    const attempt: Booking = {
      ...truth,
      kind: 'attempt',
      tokens: { input: 3 },
      costNanos: 21n,
      priceLines: [{ unit: 'input', quantity: 3, nanosPerMillion: 7 }],
    }
    expect(standing(call, [attempt])).toEqual({
      ...call,
      tokens: { input: 103, output: 9 },
      costNanos: 721n,
      priceLines: [...call.priceLines, ...attempt.priceLines],
    })
  })
})
