import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answerText,
  BYTES_PER_TOKEN,
  TOKENS_PER_SENTENCE,
  wideAnswerText,
} from '#lib/demo/simulator/rules/answer-text.ts'

const tokens = fc.nat({ max: 20_000 })

describe('the text of an answer', () => {
  test('has four bytes a token', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), tokens, tokens, (choice, from, length) => {
        const text = answerText(choice, from, from + length)
        expect(Buffer.byteLength(text)).toBe(length * BYTES_PER_TOKEN)
        expect(Buffer.byteLength(wideAnswerText(from, from + length))).toBe(length * BYTES_PER_TOKEN)
      }),
    )
  })

  test('is the same however it is divided', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9 }), tokens, tokens, (choice, first, second) => {
        const end = first + second
        expect(answerText(choice, 0, first) + answerText(choice, first, end)).toBe(answerText(choice, 0, end))
        expect(wideAnswerText(0, first) + wideAnswerText(first, end)).toBe(wideAnswerText(0, end))
      }),
    )
  })

  test('needs no JSON escapes', () => {
    const text = answerText(0, 0, 200) + wideAnswerText(0, 200)
    expect(JSON.stringify(text)).toBe(`"${text}"`)
  })

  test('is one whole sentence by default, another one for the next choice', () => {
    const [first, second] = [0, 1].map((choice) => answerText(choice, 0, TOKENS_PER_SENTENCE))
    expect(first).toMatch(/^This is a simulated answer.*\. $/)
    expect(second).toMatch(/^Each token.*\. $/)
  })
})
