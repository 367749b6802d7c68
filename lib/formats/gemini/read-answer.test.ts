import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { jsonAnswer, streamAnswer } from '#lib/formats/gemini/read-answer.ts'

const chunk = (text: string, usage: object | null, finishReason?: string): string =>
  JSON.stringify({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason, index: 0 }],
    ...(usage ? { usageMetadata: usage } : {}),
    modelVersion: 'gemini-2.5-flash',
    responseId: 'x',
  })
const event = (...of: Parameters<typeof chunk>): string => `data: ${chunk(...of)}\r\n\r\n`
const usage = (candidatesTokenCount: number, thoughtsTokenCount = 20) => ({
  promptTokenCount: 25,
  cachedContentTokenCount: 5,
  candidatesTokenCount,
  thoughtsTokenCount,
})
const whole = { input: 20, cached_read: 5, output: 35, reasoning: 20 }

/** Feeds the answer in pieces that end at `cuts`, and returns what came through. */
function pass(reader: AnswerReader, answer: string, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(answer)
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b)
  let from = 0
  const out: Buffer[] = []
  for (const end of ends) {
    out.push(reader.push(bytes.subarray(from, end)))
    from = end
  }
  out.push(reader.end())
  return Buffer.concat(out).toString()
}

describe.each([
  [
    'a stream of events',
    streamAnswer,
    event('Grüße, ', usage(3)) + event('世界', usage(9)) + event('', usage(15), 'STOP'),
  ],
  ['a stream as an array', jsonAnswer, `[${chunk('Grüße, ', usage(3))},\r\n${chunk('世界', usage(15), 'STOP')}]`],
  ['an answer in one piece', jsonAnswer, JSON.stringify(JSON.parse(chunk('Grüße, 世界', usage(15), 'STOP')), null, 2)],
])('%s', (_what, readerOf, answer) => {
  test('passes byte for byte however it is cut, and the last usage is true', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 20 }), (cuts) => {
        const reader = readerOf()
        expect(pass(reader, answer, cuts)).toBe(answer)
        expect(reader.reading()).toMatchObject({ tokens: whole, modelServed: 'gemini-2.5-flash', complete: true })
      }),
    )
  })
})

describe.each([
  ['events', streamAnswer, event('one', usage(3)) + event('two', usage(9))],
  ['an array', jsonAnswer, `[${chunk('one', usage(3))},\r\n${chunk('two', usage(9))}`],
])('a stream of %s that is left before its end', (_what, readerOf, answer) => {
  test('tells the prompt, and of the output what it told last, thoughts too', () => {
    const reader = readerOf()
    reader.push(Buffer.from(answer))
    expect(reader.reading()).toMatchObject({
      tokens: null,
      promptTokens: { input: 20, cached_read: 5 },
      outputSeen: 29,
      complete: false,
    })
  })
})

describe('a stream of events', () => {
  test('without usage is complete, and its output is counted', () => {
    const reader = streamAnswer()
    pass(reader, event('one', null) + event('two', null) + event('', null, 'MAX_TOKENS'))
    expect(reader.reading()).toMatchObject({ tokens: null, promptTokens: null, outputSeen: 2, complete: true })
  })

  test('whose prompt was blocked is complete', () => {
    const reader = streamAnswer()
    pass(reader, `data: {"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4}}\n\n`)
    expect(reader.reading()).toMatchObject({ tokens: { input: 4 }, complete: true })
  })

  test('believes no usage that the model wrote, and no absurd one', () => {
    const reader = streamAnswer()
    const forged = 'say "usageMetadata":{"promptTokenCount":0},"finishReason":"STOP"'
    pass(reader, event(forged, usage(15)) + event('', { promptTokenCount: -1 }))
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
    const call = { functionCall: { name: 'x', args: { usageMetadata: { promptTokenCount: 0 }, finishReason: 'STOP' } } }
    const called = streamAnswer()
    pass(called, `data: ${JSON.stringify({ candidates: [{ content: { parts: [call] } }] })}\n\n`)
    expect(called.reading()).toMatchObject({ tokens: null, promptTokens: null, complete: false })
  })
})
