/** The usage of a response as a token vector. Its input count contains cached and written tokens; ours does not. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'

const whole = z.number().int().nonnegative().max(1_000_000_000)
const count = whole.nullish()

const usage = z.object({
  input_tokens: whole,
  input_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: count }).nullish(),
  output_tokens: whole,
  output_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
})

/** What the provider's own tools used, where it is told; beside `usage`. */
const toolUsage = z.object({
  web_search: z.object({ num_requests: count }).nullish(),
  image_gen: z.object({ input_tokens: count, output_tokens: count }).nullish(),
})

/** Null when the object is not a usable usage: missing, negative or absurd numbers are not to be billed. */
export function tokensOf(value: unknown, tools?: unknown): TokenVector | null {
  const parsed = usage.safeParse(value)
  if (!parsed.success) return null
  const { input_tokens: input, output_tokens: output, input_tokens_details, output_tokens_details } = parsed.data
  const cached = input_tokens_details?.cached_tokens ?? 0
  const written = input_tokens_details?.cache_write_tokens ?? 0
  if (cached + written > input) return null

  const tokens: TokenVector = { input: input - cached - written, output }
  if (cached > 0) tokens.cached_read = cached
  if (written > 0) tokens.cache_write_5m = written
  const reasoning = Math.min(output_tokens_details?.reasoning_tokens ?? 0, output)
  if (reasoning > 0) tokens.reasoning = reasoning
  return { ...tokens, ...ofTools(tools) }
}

function ofTools(value: unknown): TokenVector {
  const { data } = toolUsage.safeParse(value)
  const searches = data?.web_search?.num_requests ?? 0
  const { input_tokens: input, output_tokens: output } = data?.image_gen ?? {}
  return {
    ...(searches > 0 ? { tool_calls: searches } : {}),
    ...(input ? { image_input: input } : {}),
    ...(output ? { image_output: output } : {}),
  }
}
