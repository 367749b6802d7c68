import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countTexts } from '#lib/formats/openai/images/count-texts.ts'
import { imagesJson, imagesStream, imageTokensOf } from '#lib/formats/openai/images/read-answer.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'

function readWhole(reader: AnswerReader, text: string, pieceBytes = 7_000) {
  const bytes = Buffer.from(text)
  const passed: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) passed.push(reader.push(bytes.subarray(at, at + pieceBytes)))
  passed.push(reader.end())
  expect(Buffer.concat(passed).equals(bytes)).toBe(true)
  return reader.reading()
}

const usage = { input_tokens: 10, input_tokens_details: { text_tokens: 10, image_tokens: 0 }, output_tokens: 272 }
const vector = { input: 10, image_output: 272 }
const megabytes = 'A'.repeat(3 * 1024 * 1024)

describe('the pictures of an answer', () => {
  test.each<[string, object]>([
    ['after them', { created: 1, data: [{ b64_json: megabytes }, { b64_json: megabytes }], usage }],
    ['before them', { created: 1, usage, data: [{ b64_json: megabytes }, { b64_json: megabytes }] }],
  ])('are counted, and their usage is found %s', (_where, answer) => {
    const reading = readWhole(imagesJson(), JSON.stringify(answer))
    expect(reading).toMatchObject({ tokens: vector, counted: { images: 2 }, complete: true })
  })

  test('are counted in whatever pieces they come, and no prompt poses as one', () => {
    const revised = '{"url":"x"} "b64_json": "y" \\" \\"url\\": \\"z'
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 80 }), (images, pieceBytes) => {
        const data = Array.from({ length: images }, () => ({
          url: 'https://a/b.png',
          b64_json: null,
          revised_prompt: revised,
        }))
        const text = JSON.stringify({ data }, null, pieceBytes % 3)
        expect(readWhole(imagesJson(), text, pieceBytes).counted).toEqual({ images })
      }),
    )
  })

  test('are not counted before all of them have passed', () => {
    const reader = imagesJson()
    reader.push(Buffer.from(JSON.stringify({ usage, data: [{ b64_json: 'AAAA' }] })))
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
    expect(reader.reading()).not.toHaveProperty('counted')
  })

  test('in a stream have their usage in the events that end them, also in those too long to be held', () => {
    const event = (type: string, b64_json: string, more: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, b64_json, ...more })}\n\n`
    const text = [
      event('image_generation.partial_image', megabytes, { partial_image_index: 0 }),
      event('image_generation.completed', megabytes, { usage }),
      event('image_generation.completed', 'AAAA', { usage }),
    ].join('')
    const reading = readWhole(imagesStream(), text)
    expect(reading).toMatchObject({ tokens: { input: 20, image_output: 544 }, counted: { images: 2 }, complete: true })
  })
})

test('text of a picture’s output is told apart, and a usage that cannot be is none', () => {
  const told = { ...usage, output_tokens_details: { text_tokens: 72, image_tokens: 200 } }
  expect(imageTokensOf(told)).toEqual({ input: 10, image_output: 200, output: 72 })
  const edited = { ...usage, input_tokens_details: { image_tokens: 4 } }
  expect(imageTokensOf(edited)).toEqual({ input: 6, image_input: 4, image_output: 272 })
  for (const wrong of [null, {}, { ...usage, output_tokens: -1 }, { ...edited, input_tokens: 3 }]) {
    expect(imageTokensOf(wrong)).toBeNull()
  }
})

test('members are counted where their value is a text', () => {
  const counter = countTexts('url')
  for (const byte of Buffer.from('{"url":null,"url" : "a","url":1,"urls":"b","url":"c"}'))
    counter.push(Buffer.from([byte]))
  expect(counter.count()).toBe(2)
})
