/** How a call reaches OpenAI or a server that speaks its format: the address, and headers built from an allow-list. */
import { baseOf, forwardedHeaders, type RequestFacts, type UpstreamRequest } from '#lib/providers/upstream-request.ts'

const passedOn = ['openai-beta', 'openai-organization', 'openai-project', 'idempotency-key'] as const

/** `baseUrl` ends where the API's own paths begin, such as https://api.openai.com/v1. */
export function openaiRequest({ baseUrl, path, credential, caller }: RequestFacts): UpstreamRequest {
  const { origin, basePath } = baseOf(baseUrl)
  const headers = forwardedHeaders(caller, passedOn)
  if (credential !== null) headers.authorization = `Bearer ${credential}`
  return { origin, path: basePath + path, headers }
}
