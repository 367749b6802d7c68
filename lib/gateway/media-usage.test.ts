import { describe, expect, test } from 'vitest'
import type { NanosPerMillion, TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReading, MediaUse } from '#lib/formats/contract.ts'
import { likelyUsage, usageOfMedia } from '#lib/gateway/media-usage.ts'

const sound: MediaUse = {
  most: {},
  likely: { seconds: 9, input: 2, audio_input: 90, output: 36 },
  exact: [],
  how: 'counted from its size',
}
const byTheSecond = { seconds: 1 }
const byTheToken = { input: 1, output: 1 }
const told = (tokens: TokenVector | null, counted?: TokenVector): AnswerReading => ({
  tokens,
  promptTokens: null,
  outputSeen: 0,
  modelServed: null,
  complete: true,
  ...(counted ? { counted } : {}),
})
const pictures: MediaUse = { ...sound, likely: { images: 3, input: 4, image_output: 3000 } }

describe('a call with media in it', () => {
  test.each<[string, MediaUse, AnswerReading, NanosPerMillion, TokenVector]>([
    ['by what the provider reports', sound, told({ seconds: 8 }), byTheSecond, { seconds: 8 }],
    [
      'by that rather than by what was measured',
      { ...sound, exact: ['seconds'] },
      told({ seconds: 8 }),
      byTheSecond,
      { seconds: 8 },
    ],
    ['by what was measured', { ...sound, exact: ['seconds'] }, told(null), byTheSecond, { seconds: 9 }],
    [
      'by what was measured, where what is reported has no price',
      { ...sound, exact: ['seconds'] },
      told({ input: 1, output: 5 }),
      byTheSecond,
      { seconds: 9 },
    ],
    ['by what was counted', pictures, told(null, { images: 2 }), { images: 1 }, { images: 2 }],
    [
      'by both, where both have a price',
      pictures,
      told({ input: 5, image_output: 900 }, { images: 2 }),
      { images: 1, input: 1 },
      { images: 2, input: 5 },
    ],
    [
      'by what is reported, also in units without a price, for those are to be flagged',
      pictures,
      told({ input: 5, output: 7, image_output: 900 }, { images: 2 }),
      { input: 1, image_output: 1 },
      { input: 5, output: 7, image_output: 900 },
    ],
  ])('is billed %s', (_how, media, reading, prices, tokens) => {
    expect(usageOfMedia(media, reading, prices, null)).toEqual({ tokens, estimatedWhy: null })
  })

  test.each<[string, NanosPerMillion, AnswerReading | null, string | null, TokenVector, string]>([
    [
      'by the token',
      byTheToken,
      told(null),
      null,
      { input: 2, audio_input: 90, output: 36 },
      'the provider reported no usage',
    ],
    ['by the second', byTheSecond, told(null), null, { seconds: 9 }, 'the provider reported no usage'],
    [
      'of what was told',
      byTheSecond,
      told({ input: 1 }),
      null,
      { seconds: 9 },
      'the provider reported usage that has no price',
    ],
    ['of a caller that left', byTheSecond, null, 'left', { seconds: 9 }, 'left'],
  ])('is estimated %s, and says why', (_how, prices, reading, unfinished, tokens, why) => {
    const usage = usageOfMedia(sound, reading, prices, unfinished)
    expect(usage).toEqual({ tokens, estimatedWhy: `${why}: counted from its size` })
  })

  test('that was never sent owes nothing', () => {
    expect(usageOfMedia(sound, told({}), byTheSecond, 'left')).toEqual({ tokens: {}, estimatedWhy: null })
  })

  test('whose answer broke off is an estimate, even of what was measured', () => {
    const usage = usageOfMedia({ ...sound, exact: ['seconds'] }, null, byTheSecond, 'left')
    expect(usage).toEqual({ tokens: { seconds: 9 }, estimatedWhy: 'left' })
  })

  test('is likely in the units of its price, or in all where it has none', () => {
    expect(likelyUsage(sound, byTheSecond)).toEqual({ seconds: 9 })
    expect(likelyUsage(sound, { images: 1 })).toEqual(sound.likely)
  })
})
