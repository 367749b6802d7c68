/** The kinds of providers: what each can be asked, and how a call reaches it. */
import type { ProviderKind } from '#lib/catalog/contract.ts'
import type { Operation } from '#lib/formats/contract.ts'
import { isTranslatable } from '#lib/formats/translation.ts'
import { anthropicRequest } from '#lib/providers/anthropic/request.ts'
import { openaiRequest } from '#lib/providers/openai/request.ts'
import type { Provider, RequestFacts, UpstreamRequest } from '#lib/providers/upstream-request.ts'

const providers: Partial<Record<ProviderKind, Provider>> = {
  openai: {
    operations: ['chat', 'responses', 'completions', 'embeddings', 'moderations'],
    request: openaiRequest,
  },
  // Servers of this kind differ in what they have beside chat; responses are carried as chat, which all of them have.
  openai_compatible: { operations: ['chat', 'completions', 'embeddings', 'moderations'], request: openaiRequest },
  anthropic: { operations: ['messages', 'count_tokens'], request: anthropicRequest },
}

/**
 * What such a provider is asked where a caller asks for `operation`: the same where it can, else a conversation that the
 * caller's can be carried as. Null where calls of this kind cannot reach it.
 */
export function carriedAs(kind: ProviderKind, operation: Operation): Operation | null {
  const operations = providers[kind]?.operations ?? []
  if (operations.includes(operation)) return operation
  return operations.find((spoken) => isTranslatable(operation, spoken)) ?? null
}

/** Throws for a kind that no call is ever planned for. */
export function requestTo(kind: ProviderKind, facts: RequestFacts): UpstreamRequest {
  const provider = providers[kind]
  if (!provider) throw new Error(`no call can go to a provider of kind ${kind}`)
  return provider.request(facts)
}
