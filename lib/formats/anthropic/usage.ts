/** Anthropic's usage object as a token vector. Its input count leaves cached and written tokens out, as ours does. */
import * as z from 'zod'
import type { TokenVector } from '#lib/catalog/contract.ts'

const count = z.number().int().nonnegative().max(1_000_000_000)

const usage = z.object({
  input_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
  cache_creation: z
    .object({ ephemeral_5m_input_tokens: count.nullish(), ephemeral_1h_input_tokens: count.nullish() })
    .nullish(),
  output_tokens: count.nullish(),
  output_tokens_details: z.object({ thinking_tokens: count.nullish() }).nullish(),
  server_tool_use: z.object({ web_search_requests: count.nullish() }).nullish(),
})
export type Usage = z.infer<typeof usage>

/** Null when the object is not a usable usage: negative or absurd numbers are not to be billed. */
export function readUsage(value: unknown): Usage | null {
  const parsed = usage.safeParse(value)
  return parsed.success ? parsed.data : null
}

/** Null where there is no output count yet, or no input count. */
export function tokensOf(value: unknown): TokenVector | null {
  const read = readUsage(value)
  return read && read.output_tokens != null ? wholeOf(read) : null
}

/** All tokens of a usage that has its input count. */
export function wholeOf(read: Usage): TokenVector | null {
  const prompt = promptOf(read)
  if (!prompt) return null
  const tokens: TokenVector = { ...prompt, output: read.output_tokens ?? 0 }
  const thinking = Math.min(read.output_tokens_details?.thinking_tokens ?? 0, read.output_tokens ?? 0)
  if (thinking > 0) tokens.reasoning = thinking
  const searches = read.server_tool_use?.web_search_requests ?? 0
  if (searches > 0) tokens.tool_calls = searches
  return tokens
}

/** The prompt's part. */
export function promptOf(read: Usage): TokenVector | null {
  if (read.input_tokens == null) return null
  const tokens: TokenVector = { input: read.input_tokens }
  const cached = read.cache_read_input_tokens ?? 0
  if (cached > 0) tokens.cached_read = cached
  const hour = read.cache_creation?.ephemeral_1h_input_tokens ?? 0
  // Older answers give the sum alone: it is of five minutes, the default.
  const minutes = read.cache_creation?.ephemeral_5m_input_tokens ?? (read.cache_creation_input_tokens ?? 0) - hour
  if (minutes > 0) tokens.cache_write_5m = minutes
  if (hour > 0) tokens.cache_write_1h = hour
  return tokens
}
