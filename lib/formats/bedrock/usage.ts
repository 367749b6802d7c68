/** Converse's usage as a token vector. Its input count leaves cached and written tokens out, as ours does. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)

const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count.nullish(),
  cacheWriteInputTokens: count.nullish(),
  cacheDetails: z.array(z.object({ ttl: z.string().nullish(), inputTokens: count.nullish() })).nullish(),
})

/** Null when the object is not a usable usage: missing, negative or absurd numbers are not to be billed. */
export function tokensOf(value: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens, cacheDetails } = parsed.data
  const written = cacheWriteInputTokens ?? 0
  let hour = 0
  for (const { ttl, inputTokens: tokens } of cacheDetails ?? []) if (ttl === '1h') hour += tokens ?? 0
  if (hour > written) return null
  return vectorOf(inputTokens, outputTokens, cacheReadInputTokens ?? 0, written - hour, hour)
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

function vectorOf(input: number, output: number, cached: number, minutes: number, hour: number): TokenVector {
  const tokens: TokenVector = { input, output }
  if (cached > 0) tokens.cached_read = cached
  if (minutes > 0) tokens.cache_write_5m = minutes
  if (hour > 0) tokens.cache_write_1h = hour
  return tokens
}
