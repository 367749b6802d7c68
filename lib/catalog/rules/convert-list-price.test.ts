import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { convertListPrice } from '#lib/catalog/rules/convert-list-price.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

describe('a list price', () => {
  test('becomes whole nano-USD per million units', () => {
    expect(
      convertListPrice(
        {
          input_mtok: 0.15,
          cache_read_mtok: 0.075,
          output_mtok: 0.6,
          cache_write_mtok: 3.75,
          cache_write_1h_mtok: 6,
          web_searches_kcount: 10,
        },
        128_000,
      ),
    ).toEqual({
      input: 150_000_000,
      cached_read: 75_000_000,
      output: 600_000_000,
      cache_write_5m: 3_750_000_000,
      cache_write_1h: 6_000_000_000,
    })
  })

  test('by the hour becomes one by the million seconds, rounded up', () => {
    expect(convertListPrice({ audio_hours: 0.36, input_audio_hours: 0.36 }, 0)).toEqual({ seconds: 100_000_000_000 })
    expect(convertListPrice({ input_audio_hours: 0.01 }, 0)).toEqual({ seconds: 2_777_777_778 })
  })

  test('loses nothing: the decimal comes back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), fc.integer({ min: 0, max: 6 }), (digits, places) => {
        const text = usdOfNanos(BigInt(digits) * 10n ** BigInt(9 - places))
        const { input = 0 } = convertListPrice({ input_mtok: Number(text) }, 1) ?? {}
        return usdOfNanos(BigInt(input)) === text
      }),
    )
  })

  test('that rises within the context has no single figure', () => {
    const tiered = { input_mtok: { base: 3, tiers: [{ start: 200_000, price: 6 }] }, output_mtok: 15 }
    expect(convertListPrice(tiered, 1_000_000)).toBeNull()
    expect(convertListPrice(tiered, 200_000)).toEqual({ input: 3_000_000_000, output: 15_000_000_000 })
  })

  test('finer than a nano is refused, not rounded', () => {
    expect(() => convertListPrice({ input_mtok: 0.000_000_000_5 }, 1)).toThrow()
  })
})
