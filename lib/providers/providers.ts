/** The kinds of providers: which wire each speaks, and how a call reaches it. */
import type { ProviderKind } from '#lib/catalog/contract.ts'
import { anthropicRequest } from '#lib/providers/anthropic/request.ts'
import { openaiRequest } from '#lib/providers/openai/request.ts'
import type { RequestFacts, UpstreamRequest } from '#lib/providers/upstream-request.ts'

type Provider = {
  /** Name of the format that it takes as it is. */
  readonly format: string
  readonly request: (facts: RequestFacts) => UpstreamRequest
}

const providers: Partial<Record<ProviderKind, Provider>> = {
  openai: { format: 'openai', request: openaiRequest },
  openai_compatible: { format: 'openai', request: openaiRequest },
  anthropic: { format: 'anthropic', request: anthropicRequest },
}

/** Whether calls in this format can go to such a provider. */
export function speaks(kind: ProviderKind, format: string): boolean {
  return providers[kind]?.format === format
}

/** Throws for a kind that no call is ever planned for. */
export function requestTo(kind: ProviderKind, facts: RequestFacts): UpstreamRequest {
  const provider = providers[kind]
  if (!provider) throw new Error(`no call can go to a provider of kind ${kind}`)
  return provider.request(facts)
}
