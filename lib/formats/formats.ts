/** Whose wire each operation is. */
import { anthropic } from '#lib/formats/anthropic/format.ts'
import { bedrock } from '#lib/formats/bedrock/format.ts'
import type { Format, Operation } from '#lib/formats/contract.ts'
import { gemini } from '#lib/formats/gemini/format.ts'
import { openai } from '#lib/formats/openai/format.ts'

const anthropics: readonly Operation[] = ['messages', 'count_tokens']
const geminis: readonly Operation[] = [
  'generateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
  'predict',
]
const bedrocks: readonly Operation[] = ['converse', 'invoke']

export function formatOf(operation: Operation): Format {
  if (bedrocks.includes(operation)) return bedrock
  if (geminis.includes(operation)) return gemini
  return anthropics.includes(operation) ? anthropic : openai
}
