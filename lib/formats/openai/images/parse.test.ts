import { describe, expect, test } from 'vitest'
import { parseImage } from '#lib/formats/openai/images/parse.ts'
import { tokensOfPicture, type PictureWish } from '#lib/formats/openai/images/picture-tokens.ts'
import type { ParsedRequest } from '#lib/formats/contract.ts'

const wish: PictureWish = { size: 'auto', quality: 'auto', partials: 0, frames: 1 }

describe('a picture takes at most', () => {
  test.each<[number, Partial<PictureWish>]>([
    [6240, {}],
    [6240, { size: '1024x1536', quality: 'high' }],
    [1584, { size: '1536x1024', quality: 'medium' }],
    [272, { size: '1024x1024', quality: 'low' }],
    [32_907, { size: '3840x2160', quality: 'high' }],
    [32_907, { size: '99999x99999', quality: 'high' }],
    [32_907, { size: 'huge' }],
    [24_960, { quality: 'xhigh' }],
    [99_840, { quality: 'the best' }],
    [6540, { partials: 3 }],
    [99_840, { frames: 16 }],
  ])('%d tokens for %o', (tokens, wished) => {
    expect(tokensOfPicture({ ...wish, ...wished })).toBe(tokens)
  })

  test.each<[string, string, number]>([
    ['1024x1024', 'low', 272],
    ['1024x1024', 'medium', 1056],
    ['1024x1024', 'high', 4160],
    ['1536x1024', 'low', 400],
    ['1536x1024', 'medium', 1568],
    ['1536x1024', 'high', 6208],
  ])('what OpenAI’s table says of %s at %s', (size, quality, table) => {
    expect(tokensOfPicture({ ...wish, size, quality })).toBeGreaterThanOrEqual(table)
  })
})

test('a request holds every picture that it asks for', () => {
  const parsed = parseImage({ model: 'm', prompt: 'A depot', n: 4, quality: 'low', size: '1024x1024' }) as ParsedRequest
  expect(parsed.media!.most).toMatchObject({ images: 4, image_output: 4 * 272 })
  const gif = parseImage({ model: 'm', prompt: 'A depot', output_format: 'gif' }) as ParsedRequest
  expect(gif.media!.most.image_output).toBe(9 * 6240)
})

test.each<[object, string]>([
  [{ prompt: '' }, 'prompt'],
  [{ n: 0 }, 'n'],
  [{ partial_images: 4 }, 'partial_images'],
  [{ output_format: 'SVG' }, 'output_format'],
  [{ svg: {} }, 'svg'],
])('%o is refused', (fields, param) => {
  expect(parseImage({ model: 'm', prompt: 'A depot', ...fields })).toMatchObject({ param })
})
