/** The providers and models of the run: one of each wire, and what it costs. */
import type { Endpoint, NanosPerMillion } from '#lib/catalog/contract.ts'
import type { Wire } from './case.ts'

export const providers: readonly { readonly name: Wire; readonly path: string }[] = [
  { name: 'openai', path: '/openai/v1' },
  { name: 'anthropic', path: '/anthropic/v1' },
  { name: 'gemini', path: '/gemini/v1beta' },
  { name: 'bedrock', path: '/bedrock' },
]

/** Whole nano-USD a token, so that what a call costs can be told without rounding. */
const perToken = (nanos: NanosPerMillion): NanosPerMillion =>
  Object.fromEntries(Object.entries(nanos).map(([unit, price]) => [unit, price * 1_000_000]))

const conversation: readonly Endpoint[] = ['chat', 'responses', 'messages', 'generate_content', 'converse']

export type Model = {
  readonly name: string
  readonly provider: Wire
  readonly endpoints: readonly Endpoint[]
  readonly prices: NanosPerMillion
}

/** The model of each provider that conversations are held with. */
export const modelOf: Readonly<Record<Wire, string>> = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-flash',
  bedrock: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
}

export const models: readonly Model[] = [
  {
    name: modelOf.openai,
    provider: 'openai',
    endpoints: [...conversation, 'completions'],
    prices: perToken({ input: 151, cached_read: 73, cache_write_5m: 167, cache_write_1h: 211, output: 607 }),
  },
  {
    name: modelOf.anthropic,
    provider: 'anthropic',
    endpoints: [...conversation, 'count_tokens'],
    prices: perToken({ input: 3001, cached_read: 307, cache_write_5m: 3761, cache_write_1h: 6007, output: 15013 }),
  },
  {
    name: modelOf.gemini,
    provider: 'gemini',
    endpoints: [...conversation, 'count_tokens'],
    prices: perToken({ input: 313, cached_read: 79, output: 2503 }),
  },
  {
    name: modelOf.bedrock,
    provider: 'bedrock',
    endpoints: [...conversation, 'converse'],
    prices: perToken({ input: 3307, cached_read: 331, cache_write_5m: 4133, cache_write_1h: 6607, output: 16519 }),
  },
  { name: 'text-embedding-3-small', provider: 'openai', endpoints: ['embeddings'], prices: perToken({ input: 23 }) },
  { name: 'gemini-embedding-001', provider: 'gemini', endpoints: ['embeddings'], prices: perToken({ input: 151 }) },
  { name: 'omni-moderation-latest', provider: 'openai', endpoints: ['moderations'], prices: perToken({ input: 0 }) },
]
