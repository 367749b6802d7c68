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
export const connectableKinds = [
  'openai',
  'openai_compatible',
  'anthropic',
  'azure',
  'gemini',
] as const satisfies readonly ProviderKind[]

/** Where such a provider is, unless somebody says otherwise. */
export const usualBaseUrl: Record<(typeof connectableKinds)[number], string> = {
  openai: 'https://api.openai.com/v1',
  openai_compatible: '',
  anthropic: 'https://api.anthropic.com/v1',
  gemini: 'https://generativelanguage.googleapis.com/v1beta',
  azure: '',
}

/** What to enter, where there is no usual one. */
export const baseUrlExample: Partial<Record<ProviderKind, string>> = {
  openai_compatible: 'http://vllm.internal:8000/v1',
  azure: 'https://NAME.openai.azure.com/openai/v1',
}

export function baseUrlHelp(kind: ProviderKind): string {
  if (kind !== 'azure') return 'Up to the version, without the endpoint.'
  return 'Up to /openai/v1, or to /openai where each deployment has its own address; ?api-version= may follow. The upstream model of a route is the deployment.'
}
