/** The kinds of providers: what each can be asked, and how a call reaches it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ProviderKind } from '#lib/catalog/contract.ts'
import type { BodyFields, Operation } from '#lib/formats/contract.ts'
import { isTranslatable } from '#lib/formats/translation.ts'
import { anthropicRequest } from '#lib/providers/anthropic/request.ts'
import { entraTokens } from '#lib/providers/azure/entra-tokens.ts'
import { azureAt } from '#lib/providers/azure/surfaces.ts'
import { bedrockRequest } from '#lib/providers/bedrock/request.ts'
import { geminiRequest } from '#lib/providers/gemini/request.ts'
import { openaiRequest } from '#lib/providers/openai/request.ts'
import { problemOf, type TokenSource } from '#lib/providers/tokens/token-source.ts'
import type { Provider, RequestFacts, UpstreamRequest } from '#lib/providers/upstream-request.ts'
import { googleTokens } from '#lib/providers/vertex/google-tokens.ts'
import { vertexAt } from '#lib/providers/vertex/publishers.ts'

type Kind = {
  /** What such a provider is may depend on its address and on the model. */
  readonly at: (baseUrl: string, upstreamModel: string) => Provider
  /** Where its credentials may have to be exchanged for tokens before they are shown. */
  readonly tokens?: TokenSource
}

const openai: Provider = {
  operations: ['chat', 'responses', 'completions', 'embeddings', 'moderations', 'images', 'speech', 'transcriptions'],
  request: openaiRequest,
}

/** Servers of this kind differ in what they have beside chat; responses are carried as chat, which all of them have. */
const openaiCompatible: Provider = {
  operations: ['chat', 'completions', 'embeddings', 'moderations', 'images', 'speech', 'transcriptions'],
  request: openaiRequest,
}

const anthropic: Provider = {
  operations: ['messages', 'count_tokens'],
  request: anthropicRequest,
  // Other clouds have it in the body, and the API refuses fields that it does not know.
  bodyFields: () => ({ anthropic_version: undefined }),
}

const bedrock: Provider = { operations: ['converse', 'invoke'], request: bedrockRequest }

const gemini: Provider = {
  operations: ['generateContent', 'countTokens', 'embedContent', 'batchEmbedContents'],
  request: geminiRequest,
}

const kinds: Record<ProviderKind, Kind> = {
  openai: { at: () => openai },
  openai_compatible: { at: () => openaiCompatible },
  anthropic: { at: () => anthropic },
  azure: { at: azureAt, tokens: entraTokens },
  bedrock: { at: () => bedrock },
  gemini: { at: () => gemini },
  vertex: { at: vertexAt, tokens: googleTokens },
}

type Connection = { readonly kind: ProviderKind; readonly baseUrl: string }

function providerAt({ kind, baseUrl }: Connection, upstreamModel: string): Provider {
  return kinds[kind].at(baseUrl, upstreamModel)
}

/**
 * What such a provider is asked for this model where a caller asks for `operation`: the same where it can, else a
 * conversation that the caller's can be carried as. Null where calls of this kind cannot reach it.
 */
export function carriedAs(connection: Connection, operation: Operation, upstreamModel: string): Operation | null {
  const operations = providerAt(connection, upstreamModel).operations
  if (operations.includes(operation)) return operation
  return operations.find((spoken) => isTranslatable(operation, spoken)) ?? null
}

/** Whether credentials of this kind may have to be exchanged for tokens before they are shown. */
export function takesTokens(kind: ProviderKind): boolean {
  return kinds[kind].tokens !== undefined
}

/**
 * What is wrong with a credential as it was entered, or null. Says nothing of what is in it. `identityTokenUrls`: the
 * addresses that one may be read from.
 */
export function credentialProblem(
  kind: ProviderKind,
  credential: string,
  identityTokenUrls: readonly string[] = [],
): string | null {
  const { tokens } = kinds[kind]
  return tokens ? problemOf(tokens, credential, identityTokenUrls) : null
}

export function requestTo(kind: ProviderKind, facts: RequestFacts): UpstreamRequest | Promise<UpstreamRequest> {
  return providerAt({ kind, baseUrl: facts.baseUrl }, facts.upstreamModel).request(facts)
}

/** What the provider wants to stand in the body of such a call otherwise; nothing for most. */
export function bodyFieldsFor(
  connection: Connection,
  operation: Operation,
  upstreamModel: string,
  body: BodyFields,
  caller: IncomingHttpHeaders = {},
): BodyFields | undefined {
  return providerAt(connection, upstreamModel).bodyFields?.(body, operation, upstreamModel, caller)
}
