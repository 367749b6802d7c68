/** The one table of what the gateway serves; both mounts are fed from it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Endpoint } from '#lib/catalog/contract.ts'
import type { Format } from '#lib/formats/contract.ts'
import { anthropic } from '#lib/formats/anthropic/format.ts'
import { openai } from '#lib/formats/openai/format.ts'

export type Route = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly endpoint: Endpoint
  readonly format: Format
} & (
  | { readonly kind: 'call'; /** Below the provider's base URL. */ readonly upstreamPath: string }
  | { readonly kind: 'models' }
)

function anthropicRoutes(base: string): Route[] {
  const call = { method: 'POST', format: anthropic, kind: 'call' } as const
  return [
    { ...call, path: `${base}/messages`, endpoint: 'messages', upstreamPath: '/messages' },
    {
      ...call,
      path: `${base}/messages/count_tokens`,
      endpoint: 'count_tokens',
      upstreamPath: '/messages/count_tokens',
    },
  ]
}

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/chat/completions',
    endpoint: 'chat',
    format: openai,
    kind: 'call',
    upstreamPath: '/chat/completions',
  },
  {
    method: 'POST',
    path: '/v1/embeddings',
    endpoint: 'embeddings',
    format: openai,
    kind: 'call',
    upstreamPath: '/embeddings',
  },
  ...anthropicRoutes('/v1'),
  ...anthropicRoutes('/anthropic/v1'),
  { method: 'GET', path: '/v1/models', endpoint: 'models', format: openai, kind: 'models' },
  { method: 'GET', path: '/v1/models/{id}', endpoint: 'models', format: openai, kind: 'models' },
  { method: 'GET', path: '/anthropic/v1/models', endpoint: 'models', format: anthropic, kind: 'models' },
  { method: 'GET', path: '/anthropic/v1/models/{id}', endpoint: 'models', format: anthropic, kind: 'models' },
]

/** OpenAI's and Anthropic's clients list models at the same address; only the latter send a version. */
export function inCallersFormat(route: Route, headers: IncomingHttpHeaders): Route {
  if (route.kind !== 'models' || headers['anthropic-version'] === undefined) return route
  return { ...route, format: anthropic }
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly parameter: string | null }
  | { readonly kind: 'wrong method'; readonly allow: string; readonly format: Format }
  | { readonly kind: 'unknown'; readonly format: Format }

const prefixes = ['/v1/', '/v1beta/', '/anthropic/', '/gemini/', '/azure/', '/bedrock/', '/vertex/', '/mcp/', '/apis/']

/** Whether a path belongs to the gateway rather than to the portal. */
export function isGatewayPath(path: string): boolean {
  return prefixes.some((prefix) => path.startsWith(prefix) || path === prefix.slice(0, -1))
}

const exact = new Map<string, Route[]>()
for (const route of routes) {
  if (!route.path.endsWith('/{id}')) exact.set(route.path, [...(exact.get(route.path) ?? []), route])
}
const withParameter = routes.filter((route) => route.path.endsWith('/{id}'))

/** Matches the path byte for byte: no decoding, no case folding, no merging of slashes, so nothing can slip past a rule. */
export function matchRoute(method: string, path: string): RouteMatch {
  const candidates = exact.get(path)
  if (candidates) return choose(candidates, method, null)
  for (const route of withParameter) {
    const base = route.path.slice(0, -'{id}'.length)
    if (path.length > base.length && path.startsWith(base)) {
      const parameter = decode(path.slice(base.length))
      if (parameter !== null) return choose([route], method, parameter)
    }
  }
  return { kind: 'unknown', format: path.startsWith('/anthropic/') ? anthropic : openai }
}

function choose(candidates: readonly Route[], method: string, parameter: string | null): RouteMatch {
  const route = candidates.find((candidate) => candidate.method === method)
  if (route) return { kind: 'found', route, parameter }
  return { kind: 'wrong method', allow: candidates.map((c) => c.method).join(', '), format: candidates[0]!.format }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
