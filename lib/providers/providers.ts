/** The kinds of providers: what each can be asked, and how a call reaches it. */
import type { ProviderKind } from '#lib/catalog/contract.ts'
import type { BodyFields, Operation } from '#lib/formats/contract.ts'
import { isTranslatable } from '#lib/formats/translation.ts'
import { anthropicRequest } from '#lib/providers/anthropic/request.ts'
import { azureAt } from '#lib/providers/azure/surfaces.ts'
import { bedrockRequest } from '#lib/providers/bedrock/request.ts'
import { geminiRequest } from '#lib/providers/gemini/request.ts'
import { openaiRequest } from '#lib/providers/openai/request.ts'
import type { Provider, RequestFacts, UpstreamRequest } from '#lib/providers/upstream-request.ts'
import { vertexAt } from '#lib/providers/vertex/publishers.ts'

/** Where it depends on the address or the model what a provider can be asked, they are asked first. */
const providers: Partial<Record<ProviderKind, Provider | ((baseUrl: string, upstreamModel: string) => Provider)>> = {
  openai: {
    operations: ['chat', 'responses', 'completions', 'embeddings', 'moderations', 'images', 'speech', 'transcriptions'],
    request: openaiRequest,
  },
  // Servers of this kind differ in what they have beside chat; responses are carried as chat, which all of them have.
  openai_compatible: {
    operations: ['chat', 'completions', 'embeddings', 'moderations', 'images', 'speech', 'transcriptions'],
    request: openaiRequest,
  },
  anthropic: {
    operations: ['messages', 'count_tokens'],
    request: anthropicRequest,
    // Other clouds have it in the body, and the API refuses fields that it does not know.
    bodyFields: () => ({ anthropic_version: undefined }),
  },
  azure: azureAt,
  bedrock: { operations: ['converse', 'invoke'], request: bedrockRequest },
  gemini: {
    operations: ['generateContent', 'countTokens', 'embedContent', 'batchEmbedContents'],
    request: geminiRequest,
  },
  vertex: vertexAt,
}

type Connection = { readonly kind: ProviderKind; readonly baseUrl: string }

function providerAt({ kind, baseUrl }: Connection, upstreamModel: string): Provider | undefined {
  const provider = providers[kind]
  return typeof provider === 'function' ? provider(baseUrl, upstreamModel) : provider
}

/**
 * What such a provider is asked for this model where a caller asks for `operation`: the same where it can, else a
 * conversation that the caller's can be carried as. Null where calls of this kind cannot reach it.
 */
export function carriedAs(connection: Connection, operation: Operation, upstreamModel: string): Operation | null {
  const operations = providerAt(connection, upstreamModel)?.operations ?? []
  if (operations.includes(operation)) return operation
  return operations.find((spoken) => isTranslatable(operation, spoken)) ?? null
}

/** Whether credentials of this kind may have to be exchanged for tokens before they are shown. */
export function takesTokens(kind: ProviderKind): boolean {
  return kind === 'vertex'
}

/** Throws for a kind that no call is ever planned for. */
export function requestTo(kind: ProviderKind, facts: RequestFacts): UpstreamRequest | Promise<UpstreamRequest> {
  const provider = providerAt({ kind, baseUrl: facts.baseUrl }, facts.upstreamModel)
  if (!provider) throw new Error(`no call can go to a provider of kind ${kind}`)
  return provider.request(facts)
}

/** What the provider wants to stand in the body of such a call otherwise; nothing for most. */
export function bodyFieldsFor(
  connection: Connection,
  operation: Operation,
  upstreamModel: string,
  body: BodyFields,
): BodyFields | undefined {
  return providerAt(connection, upstreamModel)?.bodyFields?.(body, operation, upstreamModel)
}
