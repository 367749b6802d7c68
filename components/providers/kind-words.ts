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
  'vertex',
  'bedrock',
] as const satisfies readonly ProviderKind[]

/** Where such a provider is, unless somebody says otherwise. */
export const usualBaseUrl: Record<(typeof connectableKinds)[number], string> = {
  openai: 'https://api.openai.com/v1',
  openai_compatible: '',
  anthropic: 'https://api.anthropic.com/v1',
  gemini: 'https://generativelanguage.googleapis.com/v1beta',
  azure: '',
  vertex: '',
  bedrock: '',
}

/** What to enter, where there is no usual one. */
export const baseUrlExample: Partial<Record<ProviderKind, string>> = {
  openai_compatible: 'http://vllm.internal:8000/v1',
  azure: 'https://NAME.openai.azure.com/openai/v1',
  bedrock: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
  vertex: 'https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION',
}

const baseUrlHelps: Partial<Record<ProviderKind, string>> = {
  bedrock:
    'The endpoint of a region. Where the host does not name it, ?region= must follow. The upstream model of a route is a model id, an inference profile or an ARN.',
  azure:
    'Up to /openai/v1, or to /openai where each deployment has its own address; ?api-version= may follow. The upstream model of a route is the deployment.',
  vertex:
    'Up to the location. The upstream model of a route is Google’s or Anthropic’s, such as gemini-2.5-flash or claude-sonnet-4-5@20250929.',
}

export function baseUrlHelp(kind: ProviderKind): string {
  return baseUrlHelps[kind] ?? 'Up to the version, without the endpoint.'
}

/** What a credential of this kind is, where that is more than a key. */
export const credentialHelp: Partial<Record<ProviderKind, string>> = {
  azure:
    'A key of the resource; or the client credentials of an application in Microsoft Entra, as JSON with tenantId, clientId and clientSecret.',
  bedrock:
    'An API key of Bedrock’s, or ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind where there is one.',
  vertex:
    'The whole JSON of a service account’s key or of a workload identity federation; or an access token or API key. A federation may read its token in a file of the gateway’s, or at an address that GATEHOUSE_IDENTITY_TOKEN_URLS lists.',
}
