import type { ProviderKind } from '#lib/catalog/contract.ts'

/** The wire that a provider speaks. */
export const kindWords: Record<ProviderKind, string> = {
  openai: 'OpenAI',
  openai_compatible: 'OpenAI-compatible',
  anthropic: 'Anthropic',
  gemini: 'Gemini',
  azure: 'Azure OpenAI',
  bedrock: 'Bedrock',
  vertex: 'Vertex AI',
}

/** Those that the gateway can speak, and so those that can be connected. */
export const connectableKinds = ['openai', 'openai_compatible', 'anthropic'] as const satisfies readonly ProviderKind[]

/** Where such a provider is, unless somebody says otherwise. */
export const usualBaseUrl: Record<(typeof connectableKinds)[number], string> = {
  openai: 'https://api.openai.com/v1',
  openai_compatible: '',
  anthropic: 'https://api.anthropic.com/v1',
}
