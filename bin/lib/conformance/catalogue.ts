/** The providers and models of the run, and what these cost. */
import type { Endpoint, NanosPerMillion, ProviderKind } from '#lib/catalog/contract.ts'
import type { ProviderName } from './case.ts'

type Provider = { readonly name: ProviderName; readonly kind: ProviderKind; readonly path: string }

const vertexPath = '/vertex/v1/projects/fernhill/locations/europe-west4'

export const providers: readonly Provider[] = [
  { name: 'openai', kind: 'openai', path: '/openai/v1' },
  { name: 'anthropic', kind: 'anthropic', path: '/anthropic/v1' },
  { name: 'gemini', kind: 'gemini', path: '/gemini/v1beta' },
  { name: 'bedrock', kind: 'bedrock', path: '/bedrock' },
  { name: 'azure', kind: 'azure', path: '/azure/openai' },
  { name: 'azure-v1', kind: 'azure', path: '/azure/openai/v1' },
  { name: 'vertex', kind: 'vertex', path: vertexPath },
  { name: 'vertex-anthropic', kind: 'vertex', path: vertexPath },
]

/** Whole nano-USD a unit, so that what a call costs can be told without rounding. */
const perUnit = (nanos: NanosPerMillion): NanosPerMillion =>
  Object.fromEntries(Object.entries(nanos).map(([unit, price]) => [unit, price * 1_000_000]))

const ofPictures = perUnit({ input: 5003, output: 10_007, image_input: 8009, image_output: 32_003 })
const ofSound = perUnit({ input: 2503, audio_input: 6007, output: 10_009 })

const conversation: readonly Endpoint[] = ['chat', 'responses', 'messages', 'generate_content', 'converse']

export type Model = {
  readonly name: string
  readonly provider: ProviderName
  readonly endpoints: readonly Endpoint[]
  readonly prices: NanosPerMillion
}

/** The model of each provider that conversations are held with. */
export const modelOf: Readonly<Record<ProviderName, string>> = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-flash',
  bedrock: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
  azure: 'gpt-4o',
  'azure-v1': 'gpt-4.1',
  vertex: 'gemini-2.5-pro',
  'vertex-anthropic': 'claude-sonnet-4-5@20250929',
}

export const models: readonly Model[] = [
  {
    name: modelOf.openai,
    provider: 'openai',
    endpoints: [...conversation, 'completions'],
    prices: perUnit({ input: 151, cached_read: 73, cache_write_5m: 167, cache_write_1h: 211, output: 607 }),
  },
  {
    name: modelOf.anthropic,
    provider: 'anthropic',
    endpoints: [...conversation, 'count_tokens'],
    prices: perUnit({ input: 3001, cached_read: 307, cache_write_5m: 3761, cache_write_1h: 6007, output: 15013 }),
  },
  {
    name: modelOf.gemini,
    provider: 'gemini',
    endpoints: [...conversation, 'count_tokens'],
    prices: perUnit({ input: 313, cached_read: 79, output: 2503 }),
  },
  {
    name: modelOf.bedrock,
    provider: 'bedrock',
    endpoints: conversation,
    prices: perUnit({ input: 3307, cached_read: 331, cache_write_5m: 4133, cache_write_1h: 6607, output: 16519 }),
  },
  {
    name: modelOf.azure,
    provider: 'azure',
    endpoints: [...conversation, 'completions'],
    prices: perUnit({ input: 2503, cached_read: 1259, output: 10_007 }),
  },
  {
    name: modelOf['azure-v1'],
    provider: 'azure-v1',
    endpoints: conversation,
    prices: perUnit({ input: 2003, cached_read: 509, output: 8009 }),
  },
  {
    name: modelOf.vertex,
    provider: 'vertex',
    endpoints: [...conversation, 'count_tokens'],
    prices: perUnit({ input: 1259, cached_read: 127, output: 10_037 }),
  },
  {
    name: modelOf['vertex-anthropic'],
    provider: 'vertex-anthropic',
    endpoints: [...conversation, 'count_tokens'],
    prices: perUnit({ input: 3011, cached_read: 311, cache_write_5m: 3767, cache_write_1h: 6011, output: 15_017 }),
  },
  { name: 'text-embedding-3-small', provider: 'openai', endpoints: ['embeddings'], prices: perUnit({ input: 23 }) },
  { name: 'gemini-embedding-001', provider: 'gemini', endpoints: ['embeddings'], prices: perUnit({ input: 151 }) },
  { name: 'omni-moderation-latest', provider: 'openai', endpoints: ['moderations'], prices: perUnit({ input: 0 }) },
  { name: 'text-embedding-3-large', provider: 'azure', endpoints: ['embeddings'], prices: perUnit({ input: 131 }) },

  { name: 'gpt-image-1.5', provider: 'openai', endpoints: ['images'], prices: ofPictures },
  { name: 'dall-e-3', provider: 'openai', endpoints: ['images'], prices: perUnit({ images: 40_000_003 }) },
  { name: 'gpt-image-1', provider: 'azure-v1', endpoints: ['images'], prices: ofPictures },
  { name: 'tts-1', provider: 'openai', endpoints: ['speech'], prices: perUnit({ characters: 15_013 }) },
  {
    name: 'gpt-4o-mini-tts',
    provider: 'openai',
    endpoints: ['speech'],
    prices: perUnit({ input: 601, output: 12_007 }),
  },
  { name: 'tts-hd', provider: 'azure-v1', endpoints: ['speech'], prices: perUnit({ characters: 30_011 }) },
  { name: 'whisper-1', provider: 'openai', endpoints: ['transcriptions'], prices: perUnit({ seconds: 100_003 }) },
  { name: 'gpt-4o-transcribe', provider: 'openai', endpoints: ['transcriptions'], prices: ofSound },
  { name: 'whisper', provider: 'azure', endpoints: ['transcriptions'], prices: perUnit({ seconds: 100_019 }) },
]
