/** Whose wire each operation is. */
import { anthropic } from '#lib/formats/anthropic/format.ts'
import type { Format, Operation } from '#lib/formats/contract.ts'
import { openai } from '#lib/formats/openai/format.ts'

const anthropics: readonly Operation[] = ['messages', 'count_tokens']

export function formatOf(operation: Operation): Format {
  return anthropics.includes(operation) ? anthropic : openai
}
