import type { AnswerReader } from '#lib/formats/contract.ts'

/** Counting tokens produces none. */
export function countAnswer(): AnswerReader {
  const nothing = Buffer.alloc(0)
  const reading = { tokens: {}, promptTokens: null, outputSeen: 0, modelServed: null, complete: true }
  return { push: (chunk) => chunk, end: () => nothing, reading: () => reading }
}
