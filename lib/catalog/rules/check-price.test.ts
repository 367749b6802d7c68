import { describe, expect, test } from 'vitest'
import type { Endpoint, NanosPerMillion } from '#lib/catalog/contract.ts'
import { checkPrice } from '#lib/catalog/rules/check-price.ts'

describe('a price', () => {
  test('names every unit that the model uses', () => {
    expect(checkPrice({ input: 1 }, ['chat']).map(({ field }) => field)).toEqual(['usdPerMillion.output'])
    expect(checkPrice({ output: 1 }, ['embeddings']).map(({ field }) => field)).toEqual(['usdPerMillion.input'])
    expect(checkPrice({ input: 0, output: 0 }, ['chat', 'messages'])).toEqual([])
  })

  test.each<[Endpoint, NanosPerMillion, string[]]>([
    ['images', { images: 1 }, []],
    ['images', { input: 1, image_output: 1 }, []],
    ['images', { input: 1, output: 1 }, ['image_output']],
    ['images', { output: 1 }, ['images']],
    ['speech', { characters: 1 }, []],
    ['speech', { input: 1, output: 1 }, []],
    ['speech', { input: 1 }, ['output']],
    ['transcriptions', { seconds: 1 }, []],
    ['transcriptions', { audio_input: 1 }, ['seconds']],
  ])('of %s by %o is by the piece or by the token, and lacks %o', (endpoint, price, missing) => {
    expect(checkPrice(price, [endpoint]).map(({ field }) => field)).toEqual(
      missing.map((unit) => `usdPerMillion.${unit}`),
    )
  })
})
