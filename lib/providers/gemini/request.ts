/** How a call reaches Google's Gemini API: the address, and headers built from an allow-list. */
import type { Operation } from '#lib/formats/contract.ts'
import { wantsEvents } from '#lib/formats/gemini/alt.ts'
import { baseOf, forwardedHeaders, type RequestFacts, type UpstreamRequest } from '#lib/providers/upstream-request.ts'

const passedOn = ['x-goog-api-client', 'x-server-timeout'] as const

const methods: Partial<Record<Operation, string>> = {
  generateContent: 'generateContent',
  countTokens: 'countTokens',
  embedContent: 'embedContent',
  batchEmbedContents: 'batchEmbedContents',
}

/**
 * `baseUrl` ends where the API's own paths begin, such as https://generativelanguage.googleapis.com/v1beta. Of the query
 * only the form of a stream goes on: a caller's key stays here, and a mask of fields would hide the usage.
 */
export function geminiRequest(facts: RequestFacts): UpstreamRequest {
  const { baseUrl, operation, upstreamModel, stream, credential, caller, query } = facts
  const { origin, basePath } = baseOf(baseUrl)
  const headers = forwardedHeaders(caller, passedOn)
  if (credential !== null) headers['x-goog-api-key'] = credential
  const model = upstreamModel.split('/').map(encodeURIComponent).join('/')
  const method = stream ? 'streamGenerateContent' : methods[operation]
  const alt = stream && (query === null || wantsEvents(query)) ? '?alt=sse' : ''
  return { origin, path: `${basePath}/models/${model}:${method}${alt}`, headers }
}
