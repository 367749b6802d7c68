/**
 * How a call reaches OpenAI or a server that speaks its format: the address, and headers built from an allow-list. What a
 * caller sends beside it (its key, cookies, forwarding headers) never goes on.
 */
import type { IncomingHttpHeaders } from 'node:http'

export type UpstreamRequest = {
  readonly origin: string
  readonly path: string
  readonly headers: Record<string, string>
}

const passedOn = ['openai-beta', 'openai-organization', 'openai-project', 'idempotency-key'] as const

/** `baseUrl` ends where the API's own paths begin, such as https://api.openai.com/v1. */
export function openaiRequest(
  baseUrl: string,
  upstreamPath: string,
  credential: string | null,
  caller: IncomingHttpHeaders,
): UpstreamRequest {
  const { origin, basePath } = split(baseUrl)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: typeof caller.accept === 'string' ? caller.accept : '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'gatehouse',
  }
  if (credential !== null) headers.authorization = `Bearer ${credential}`
  for (const name of passedOn) {
    const value = caller[name]
    if (typeof value === 'string') headers[name] = value
  }
  return { origin, path: basePath + upstreamPath, headers }
}

const bases = new Map<string, { origin: string; basePath: string }>()

function split(baseUrl: string): { origin: string; basePath: string } {
  let base = bases.get(baseUrl)
  if (!base) {
    const url = new URL(baseUrl)
    base = { origin: url.origin, basePath: url.pathname.replace(/\/$/, '') }
    bases.set(baseUrl, base)
  }
  return base
}
