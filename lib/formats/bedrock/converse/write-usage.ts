/** A token vector as Converse's usage. Its input count leaves cached and written tokens out, as ours does. */
import type { TokenVector } from '#lib/catalog/contract.ts'

export function usageOf(tokens: TokenVector): object {
  // Sounds and pictures are counted apart by us, and not by Bedrock.
  const inputTokens = (tokens.input ?? 0) + (tokens.audio_input ?? 0) + (tokens.image_input ?? 0)
  const outputTokens = (tokens.output ?? 0) + (tokens.audio_output ?? 0) + (tokens.image_output ?? 0)
  const cacheReadInputTokens = tokens.cached_read ?? 0
  const minutes = tokens.cache_write_5m ?? 0
  const hour = tokens.cache_write_1h ?? 0
  const cacheDetails = [
    ...(minutes > 0 ? [{ ttl: '5m', inputTokens: minutes }] : []),
    ...(hour > 0 ? [{ ttl: '1h', inputTokens: hour }] : []),
  ]
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + cacheReadInputTokens + minutes + hour + outputTokens,
    cacheReadInputTokens,
    cacheWriteInputTokens: minutes + hour,
    ...(cacheDetails.length > 0 ? { cacheDetails } : {}),
  }
}
