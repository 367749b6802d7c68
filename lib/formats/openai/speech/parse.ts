/** Reads what the gateway must know of requests for speech; everything else passes untouched. */
import * as z from 'zod'
import type { ParsedRequest, ParseProblem } from '#lib/formats/contract.ts'
import { modelName, problemOf, tokensOfText } from '#lib/formats/openai/fields.ts'

const speech = z.looseObject({
  model: modelName,
  input: z.string().min(1),
  instructions: z.string().nullish(),
  speed: z.number().min(0.25).max(4).nullish(),
  stream_format: z.enum(['sse', 'audio']).nullish(),
})

/** A token of speech lasts 50 ms (OpenAI's guide to the costs of its Realtime API). */
const tokensPerSecond = 20
/** Bytes of text a second: English is read at some 150 words a minute; a character of CJK is three bytes and as long. */
const usualBytesPerSecond = 15
/** The slowest that a text is taken to be read, and a pause that the shortest may have. No source: an assumption. */
const leastBytesPerSecond = 4
const pauseSeconds = 10

export function parseSpeech(body: unknown): ParsedRequest | ParseProblem {
  const parsed = speech.safeParse(body)
  if (!parsed.success) return problemOf(parsed.error)
  const { model, input, instructions, speed, stream_format } = parsed.data
  const characters = codePoints(input)
  const bytes = Buffer.byteLength(input)
  const promptTokens = tokensOfText(input) + tokensOfText(instructions ?? '')
  const secondsAt = (bytesPerSecond: number) => bytes / bytesPerSecond / Math.min(1, speed ?? 1)
  const tokensOf = (seconds: number) => Math.ceil(seconds * tokensPerSecond)
  return {
    model,
    stream: stream_format === 'sse',
    outputMaximum: 0,
    choices: 1,
    promptTokensEstimate: promptTokens,
    tokensBeyondBytes: 0,
    media: {
      most: { characters, output: tokensOf(secondsAt(leastBytesPerSecond) + pauseSeconds) },
      likely: { characters, input: promptTokens, output: tokensOf(secondsAt(usualBytesPerSecond)) },
      exact: ['characters'],
      how: 'tokens of speech are counted from the text, read at 15 bytes a second',
    },
    wantsStreamUsage: true,
  }
}

/** What a character is to a price. */
function codePoints(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0xdc00 || unit > 0xdfff || i === 0 || !isHigh(text.charCodeAt(i - 1))) count += 1
  }
  return count
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
