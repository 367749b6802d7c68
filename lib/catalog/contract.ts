/** Models, what they cost, and where they run. Browser-safe. */
import * as z from 'zod'

/** What a price is for. A call's usage is a vector over these. */
export const units = [
  'input',
  'cached_read',
  'cache_write_5m',
  'cache_write_1h',
  'output',
  'reasoning',
  'audio_input',
  'audio_output',
  'image_input',
  'image_output',
  'images',
  'seconds',
  'characters',
  'tool_calls',
] as const
export type Unit = (typeof units)[number]

/** Nano-USD per million units. A unit without a price of its own falls back as `lib/catalog/rules/price-call.ts` says. */
export const nanosPerMillion = z.partialRecord(z.enum(units), z.int().nonnegative())
export type NanosPerMillion = z.infer<typeof nanosPerMillion>

export type PriceVersion = { readonly id: string; readonly nanosPerMillion: NanosPerMillion }

/**
 * What one call used. Disjoint but for one memo: `reasoning` tokens are contained in `output`, as OpenAI counts them.
 * `input` excludes cached and audio tokens. Absent means zero.
 */
export const tokenVector = z.partialRecord(z.enum(units), z.number())
export type TokenVector = z.infer<typeof tokenVector>

export const endpoints = [
  'chat',
  'responses',
  'completions',
  'embeddings',
  'models',
  'images',
  'transcriptions',
  'speech',
  'moderations',
  'messages',
  'count_tokens',
  'generate_content',
  'converse',
  'mcp',
  'apis',
] as const
export type Endpoint = (typeof endpoints)[number]

export const providerKinds = [
  'openai',
  'openai_compatible',
  'anthropic',
  'gemini',
  'azure',
  'bedrock',
  'vertex',
] as const
export type ProviderKind = (typeof providerKinds)[number]

/** Subject of the catalogue's version in lib/policy/versions.ts. */
export const catalogSubject = 'catalog'
