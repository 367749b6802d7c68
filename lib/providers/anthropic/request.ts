/** How a call reaches Anthropic: the address, and headers built from an allow-list. */
import type { Operation } from '#lib/formats/contract.ts'
import { baseOf, forwardedHeaders, type RequestFacts, type UpstreamRequest } from '#lib/providers/upstream-request.ts'

/** Clients of other kinds send no version; this is the one that the API's documentation is written for. */
const defaultVersion = '2023-06-01'

const passedOn = ['anthropic-version', 'anthropic-beta', 'idempotency-key'] as const

const paths: Partial<Record<Operation, string>> = {
  messages: '/messages',
  count_tokens: '/messages/count_tokens',
}

/** `baseUrl` ends where the API's own paths begin, such as https://api.anthropic.com/v1. */
export function anthropicRequest({ baseUrl, operation, credential, caller }: RequestFacts): UpstreamRequest {
  const { origin, basePath } = baseOf(baseUrl)
  const headers = forwardedHeaders(caller, passedOn)
  headers['anthropic-version'] ??= defaultVersion
  if (credential !== null) headers['x-api-key'] = credential
  return { origin, path: basePath + paths[operation], headers }
}
