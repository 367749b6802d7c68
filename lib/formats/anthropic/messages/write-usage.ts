/** A token vector as Anthropic's usage object. Its input count leaves cached and written tokens out, as ours does. */
import type { TokenVector } from '#lib/catalog/contract.ts'

export function usageOf(tokens: TokenVector): Readonly<Record<string, unknown>> {
  const minutes = tokens.cache_write_5m ?? 0
  const hour = tokens.cache_write_1h ?? 0
  return {
    // Sounds and pictures are counted apart by us, and not by Anthropic.
    input_tokens: (tokens.input ?? 0) + (tokens.audio_input ?? 0) + (tokens.image_input ?? 0),
    cache_creation_input_tokens: minutes + hour,
    cache_read_input_tokens: tokens.cached_read ?? 0,
    cache_creation: { ephemeral_5m_input_tokens: minutes, ephemeral_1h_input_tokens: hour },
    output_tokens: (tokens.output ?? 0) + (tokens.audio_output ?? 0) + (tokens.image_output ?? 0),
    ...(tokens.reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: tokens.reasoning } }),
  }
}
