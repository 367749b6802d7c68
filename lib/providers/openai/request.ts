/** How a call reaches OpenAI or a server that speaks its format: the address, and headers built from an allow-list. */
import type { Operation } from '#lib/formats/contract.ts'
import {
  baseOf,
  forwardedHeaders,
  typeOfBody,
  type RequestFacts,
  type UpstreamRequest,
} from '#lib/providers/upstream-request.ts'

const passedOn = ['openai-beta', 'openai-organization', 'openai-project', 'idempotency-key'] as const

/** Below the base URL; Azure's newer surface has the same. */
export const paths: Partial<Record<Operation, string>> = {
  chat: '/chat/completions',
  responses: '/responses',
  completions: '/completions',
  embeddings: '/embeddings',
  moderations: '/moderations',
  images: '/images/generations',
  speech: '/audio/speech',
  transcriptions: '/audio/transcriptions',
}

/** `baseUrl` ends where the API's own paths begin, such as https://api.openai.com/v1. */
export function openaiRequest({ baseUrl, operation, credential, caller }: RequestFacts): UpstreamRequest {
  const { origin, basePath } = baseOf(baseUrl)
  const headers = forwardedHeaders(caller, passedOn)
  headers['content-type'] = typeOfBody(operation, caller)
  if (credential !== null) headers.authorization = `Bearer ${credential}`
  return { origin, path: basePath + paths[operation], headers }
}
