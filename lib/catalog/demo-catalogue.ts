/** The catalogue of the demo organisation: real models at their list prices, served by the provider simulator. */
import type { Endpoint, ProviderKind } from '#lib/catalog/contract.ts'
import type { ListVendor } from '#lib/catalog/list-prices.ts'

export type DemoProvider = {
  readonly name: string
  readonly displayName: string
  readonly kind: keyof typeof simulatorPaths
  readonly region: string
}

export const demoProviders: readonly DemoProvider[] = [
  { name: 'openai', displayName: 'OpenAI', kind: 'openai', region: 'us' },
  { name: 'openai-eu', displayName: 'OpenAI, EU residency', kind: 'openai', region: 'eu' },
  { name: 'anthropic', displayName: 'Anthropic', kind: 'anthropic', region: 'us' },
  { name: 'google', displayName: 'Google AI', kind: 'gemini', region: 'us' },
]

/** Where the simulator speaks each wire, below its own address. */
export const simulatorPaths = {
  openai: '/openai/v1',
  anthropic: '/anthropic/v1',
  gemini: '/gemini/v1beta',
} as const satisfies Partial<Record<ProviderKind, string>>

export type DemoModel = {
  readonly name: string
  /** Other names that callers may use. */
  readonly aliases?: readonly string[]
  readonly displayName: string
  readonly vendor: ListVendor
  readonly endpoints: readonly Endpoint[]
  readonly capabilities: readonly string[]
  /** Null where the maker names none. */
  readonly contextTokens: number | null
  readonly maxOutputTokens: number | null
  /** In the order in which they are tried. */
  readonly providers: readonly string[]
}

const openaiChat: readonly Endpoint[] = ['chat', 'responses']
const anthropicChat: readonly Endpoint[] = ['chat', 'messages', 'count_tokens']
const googleChat: readonly Endpoint[] = ['chat', 'generate_content']
const sees = ['tools', 'vision', 'json']
const thinks = [...sees, 'reasoning']
const bothRegions = ['openai', 'openai-eu']

export const demoModels: readonly DemoModel[] = [
  {
    name: 'gpt-4o-mini',
    aliases: ['fast'],
    displayName: 'GPT-4o mini',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: sees,
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    providers: bothRegions,
  },
  {
    name: 'gpt-4o',
    displayName: 'GPT-4o',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: sees,
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    providers: bothRegions,
  },
  {
    name: 'gpt-4.1',
    displayName: 'GPT-4.1',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: sees,
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    providers: bothRegions,
  },
  {
    name: 'gpt-4.1-mini',
    displayName: 'GPT-4.1 mini',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: sees,
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    providers: ['openai'],
  },
  {
    name: 'gpt-4.1-nano',
    displayName: 'GPT-4.1 nano',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: sees,
    contextTokens: 1_000_000,
    maxOutputTokens: 32_768,
    providers: ['openai'],
  },
  {
    name: 'gpt-5',
    displayName: 'GPT-5',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: thinks,
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    providers: bothRegions,
  },
  {
    name: 'gpt-5-mini',
    displayName: 'GPT-5 mini',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: thinks,
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    providers: bothRegions,
  },
  {
    name: 'gpt-5-nano',
    displayName: 'GPT-5 nano',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: thinks,
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    providers: ['openai'],
  },
  {
    name: 'o3',
    displayName: 'o3',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: thinks,
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    providers: ['openai'],
  },
  {
    name: 'o4-mini',
    displayName: 'o4-mini',
    vendor: 'openai',
    endpoints: openaiChat,
    capabilities: thinks,
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    providers: ['openai'],
  },
  {
    name: 'text-embedding-3-small',
    displayName: 'Text embedding 3 small',
    vendor: 'openai',
    endpoints: ['embeddings'],
    capabilities: [],
    contextTokens: 8192,
    maxOutputTokens: null,
    providers: bothRegions,
  },
  {
    name: 'text-embedding-3-large',
    displayName: 'Text embedding 3 large',
    vendor: 'openai',
    endpoints: ['embeddings'],
    capabilities: [],
    contextTokens: 8192,
    maxOutputTokens: null,
    providers: ['openai'],
  },
  {
    name: 'gpt-image-1.5',
    displayName: 'GPT Image 1.5',
    vendor: 'openai',
    endpoints: ['images'],
    capabilities: [],
    contextTokens: null,
    maxOutputTokens: null,
    providers: ['openai'],
  },
  {
    name: 'gpt-4o-mini-tts',
    displayName: 'GPT-4o mini TTS',
    vendor: 'openai',
    endpoints: ['speech'],
    capabilities: [],
    contextTokens: 2000,
    maxOutputTokens: null,
    providers: ['openai'],
  },
  {
    name: 'gpt-4o-transcribe',
    displayName: 'GPT-4o Transcribe',
    vendor: 'openai',
    endpoints: ['transcriptions'],
    capabilities: [],
    contextTokens: 16_000,
    maxOutputTokens: 2000,
    providers: ['openai'],
  },
  {
    name: 'whisper-1',
    displayName: 'Whisper',
    vendor: 'openai',
    endpoints: ['transcriptions'],
    capabilities: [],
    contextTokens: null,
    maxOutputTokens: null,
    providers: ['openai'],
  },
  {
    name: 'claude-sonnet-4-5',
    aliases: ['smart'],
    displayName: 'Claude Sonnet 4.5',
    vendor: 'anthropic',
    endpoints: anthropicChat,
    capabilities: thinks,
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    providers: ['anthropic'],
  },
  {
    name: 'claude-haiku-4-5',
    displayName: 'Claude Haiku 4.5',
    vendor: 'anthropic',
    endpoints: anthropicChat,
    capabilities: thinks,
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    providers: ['anthropic'],
  },
  {
    name: 'claude-opus-4-1',
    displayName: 'Claude Opus 4.1',
    vendor: 'anthropic',
    endpoints: anthropicChat,
    capabilities: thinks,
    contextTokens: 200_000,
    maxOutputTokens: 32_000,
    providers: ['anthropic'],
  },
  {
    name: 'claude-opus-4-5',
    displayName: 'Claude Opus 4.5',
    vendor: 'anthropic',
    endpoints: anthropicChat,
    capabilities: thinks,
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    providers: ['anthropic'],
  },
  {
    name: 'gemini-2.5-flash',
    displayName: 'Gemini 2.5 Flash',
    vendor: 'google',
    endpoints: googleChat,
    capabilities: thinks,
    contextTokens: 1_048_576,
    maxOutputTokens: 65_536,
    providers: ['google'],
  },
  {
    name: 'gemini-2.5-flash-lite',
    displayName: 'Gemini 2.5 Flash-Lite',
    vendor: 'google',
    endpoints: googleChat,
    capabilities: thinks,
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    providers: ['google'],
  },
  {
    name: 'gemini-2.0-flash',
    displayName: 'Gemini 2.0 Flash',
    vendor: 'google',
    endpoints: googleChat,
    capabilities: sees,
    contextTokens: 1_000_000,
    maxOutputTokens: 8192,
    providers: ['google'],
  },
  {
    name: 'gemini-embedding-001',
    displayName: 'Gemini embedding 001',
    vendor: 'google',
    endpoints: ['embeddings'],
    capabilities: [],
    contextTokens: 2048,
    maxOutputTokens: null,
    providers: ['google'],
  },
]
