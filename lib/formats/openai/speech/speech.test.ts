import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import { parseSpeech } from '#lib/formats/openai/speech/parse.ts'
import { speechBytes, speechStream } from '#lib/formats/openai/speech/read-answer.ts'

const parsed = (fields: object) => parseSpeech({ model: 'tts-1', voice: 'ash', input: 'x', ...fields }) as ParsedRequest

describe('speech', () => {
  test('has as many characters as its text has code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (input) => {
        expect(parsed({ input }).media!.likely.characters).toBe([...input].length)
      }),
    )
    expect(parsed({ input: '\udc00\ud800a' }).media!.likely.characters).toBe(3)
  })

  test('holds at least what is likely, and more where it is to be slow', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.double({ min: 0.25, max: 4, noNaN: true }), (input, speed) => {
        const { most, likely } = parsed({ input, speed }).media!
        expect(most.output).toBeGreaterThanOrEqual(likely.output!)
        expect(most.output).toBeGreaterThanOrEqual(parsed({ input }).media!.most.output!)
      }),
    )
  })

  test('passes as bytes, and is complete at its end', () => {
    const reader = speechBytes()
    const sound = Buffer.from([0xff, 0xfb, 0])
    expect(reader.push(sound)).toBe(sound)
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
    reader.end()
    expect(reader.reading()).toMatchObject({ tokens: null, complete: true })
  })

  test('in a stream tells its usage at the end', () => {
    const reader = speechStream()
    reader.push(Buffer.from('data: {"type":"speech.audio.delta","audio":"AAAA"}\n\n'))
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
    const usage = { input_tokens: 7, output_tokens: 30, total_tokens: 37 }
    reader.push(Buffer.from(`data: ${JSON.stringify({ type: 'speech.audio.done', usage })}\n\n`))
    expect(reader.reading()).toMatchObject({ tokens: { input: 7, output: 30 }, complete: true })
  })
})
