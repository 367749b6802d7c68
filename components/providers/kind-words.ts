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
export const connectableKinds = ['openai', 'openai_compatible'] as const satisfies readonly ProviderKind[]
