/** OpenAI's usage object as a token vector. Its prompt count contains cached and audio tokens; ours does not. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'

const count = z.number().int().nonnegative().max(1_000_000_000).nullish()

const usage = z.object({
  prompt_tokens: z.number().int().nonnegative().max(1_000_000_000),
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: count, audio_tokens: count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count, audio_tokens: count }).nullish(),
})

/** Null when the object is not a usable usage: missing, negative or absurd numbers are not to be billed. */
export function tokensOf(value: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = parsed.data
  const audioInput = prompt_tokens_details?.audio_tokens ?? 0
  const cached = prompt_tokens_details?.cached_tokens ?? 0
  const written = prompt_tokens_details?.cache_write_tokens ?? 0
  const audioOutput = completion_tokens_details?.audio_tokens ?? 0
  const completion = completion_tokens ?? 0
  if (cached + written + audioInput > prompt_tokens || audioOutput > completion) return null

  const tokens: TokenVector = { input: prompt_tokens - cached - written - audioInput }
  if (completion_tokens != null) tokens.output = completion - audioOutput
  if (cached > 0) tokens.cached_read = cached
  if (written > 0) tokens.cache_write_5m = written
  if (audioInput > 0) tokens.audio_input = audioInput
  if (audioOutput > 0) tokens.audio_output = audioOutput
  const reasoning = completion_tokens_details?.reasoning_tokens ?? 0
  if (reasoning > 0) tokens.reasoning = Math.min(reasoning, tokens.output ?? 0)
  return tokens
}
