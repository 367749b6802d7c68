/** Bedrock's usage as a token vector. Converse's input count leaves cached and written tokens out, as ours does. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'
import { tokensOf as anthropicTokensOf } from '#lib/formats/anthropic/usage.ts'
import type { AnswerHeaders } from '#lib/formats/contract.ts'
import { tokensOf as openaiTokensOf } from '#lib/formats/openai/usage.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)

const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count.nullish(),
  cacheWriteInputTokens: count.nullish(),
  // Nova's own names for them.
  cacheReadInputTokenCount: count.nullish(),
  cacheWriteInputTokenCount: count.nullish(),
  cacheDetails: z.array(z.object({ ttl: z.string().nullish(), inputTokens: count.nullish() })).nullish(),
})

/** Null when the object is not a usable usage: missing, negative or absurd numbers are not to be billed. */
export function tokensOf(value: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  const { inputTokens, outputTokens, cacheDetails } = parsed.data
  const cached = parsed.data.cacheReadInputTokens ?? parsed.data.cacheReadInputTokenCount ?? 0
  const written = parsed.data.cacheWriteInputTokens ?? parsed.data.cacheWriteInputTokenCount ?? 0
  let hour = 0
  for (const { ttl, inputTokens: tokens } of cacheDetails ?? []) if (ttl === '1h') hour += tokens ?? 0
  if (hour > written) return null
  return vectorOf(inputTokens, outputTokens, cached, written - hour, hour)
}

const metrics = z.object({
  inputTokenCount: count,
  outputTokenCount: count,
  cacheReadInputTokenCount: count.nullish(),
  cacheWriteInputTokenCount: count.nullish(),
})

/** The counts that Bedrock puts beside the last event of any model's own stream. */
export function tokensOfMetrics(value: unknown): TokenVector | null {
  const parsed = metrics.safeParse(value)
  if (!parsed.success) return null
  const { inputTokenCount, outputTokenCount, cacheReadInputTokenCount, cacheWriteInputTokenCount } = parsed.data
  return vectorOf(inputTokenCount, outputTokenCount, cacheReadInputTokenCount ?? 0, cacheWriteInputTokenCount ?? 0, 0)
}

/** The usage object of any maker whose answer has one. */
export function tokensOfAnyUsage(value: unknown): TokenVector | null {
  return anthropicTokensOf(value) ?? tokensOf(value) ?? openaiTokensOf(value)
}

/** Counts that stand in the answer itself: Llama's and Titan's. */
export function tokensOfCounts(bytes: Buffer): TokenVector | null {
  const text = bytes.toString('latin1')
  const input = numberIn(text, 'prompt_token_count') ?? numberIn(text, 'inputTextTokenCount')
  if (input === null) return null
  const output = numberIn(text, 'generation_token_count') ?? numberIn(text, 'tokenCount') ?? 0
  return vectorOf(input, output, 0, 0, 0)
}

/** The last one: a quote inside a string is escaped, so no text can pose as it. */
function numberIn(text: string, name: string): number | null {
  const at = text.lastIndexOf(`"${name}"`)
  const digits = at < 0 ? undefined : /^"\w+"\s*:\s*(\d{1,9})\b/.exec(text.slice(at, at + 80))?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Bedrock's own counts of an answer in one piece, whoever made the model; null where they are not told. */
export function tokensOfHeaders(headers: AnswerHeaders): TokenVector | null {
  const told = (name: string) => Number(headers[`x-amzn-bedrock-${name}-token-count`] ?? Number.NaN)
  return tokensOfMetrics({
    inputTokenCount: told('input'),
    // Embeddings have none.
    outputTokenCount: told('output') || 0,
    cacheReadInputTokenCount: told('cache-read-input') || 0,
    cacheWriteInputTokenCount: told('cache-write-input') || 0,
  })
}

function vectorOf(input: number, output: number, cached: number, minutes: number, hour: number): TokenVector {
  const tokens: TokenVector = { input, output }
  if (cached > 0) tokens.cached_read = cached
  if (minutes > 0) tokens.cache_write_5m = minutes
  if (hour > 0) tokens.cache_write_1h = hour
  return tokens
}
