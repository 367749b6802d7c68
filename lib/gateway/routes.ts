/** The one table of what the gateway serves; both mounts are fed from it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Endpoint } from '#lib/catalog/contract.ts'
import type { Addressed, Format, Operation } from '#lib/formats/contract.ts'
import { anthropic } from '#lib/formats/anthropic/format.ts'
import { bedrock } from '#lib/formats/bedrock/format.ts'
import { gemini } from '#lib/formats/gemini/format.ts'
import { openai } from '#lib/formats/openai/format.ts'
import { decidingFields } from '#lib/formats/openai/transcriptions/parse.ts'

export type Route = {
  readonly method: 'GET' | 'POST'
  /**
   * As it stands in an address. `{model}`, once at most, is whatever stands between what is written around it; any other
   * `{name}` is one part of the path, and not looked at.
   */
  readonly path: string
  /** What policy and catalogue call it. */
  readonly endpoint: Endpoint
  readonly format: Format
} & (
  | {
      readonly kind: 'call'
      /** What the wire calls it. */
      readonly operation: Operation
      /** Where the address, not the body, asks for a stream. */
      readonly stream?: true
      /** What the body is, where it is not JSON: a form with a file in it, in which these fields may stand once. */
      readonly form?: readonly string[]
    }
  | { readonly kind: 'models' }
)

export type CallRoute = Extract<Route, { readonly kind: 'call' }>

const openaiCall = { method: 'POST', format: openai, kind: 'call' } as const
const anthropicCall = { method: 'POST', format: anthropic, kind: 'call' } as const

/** What a model answers at an address of its own. Chats before completions: where both fit, the first decides. */
function deploymentRoutes(base: string): Route[] {
  return [
    { ...openaiCall, path: `${base}/chat/completions`, endpoint: 'chat', operation: 'chat' },
    { ...openaiCall, path: `${base}/completions`, endpoint: 'completions', operation: 'completions' },
    { ...openaiCall, path: `${base}/embeddings`, endpoint: 'embeddings', operation: 'embeddings' },
    { ...openaiCall, path: `${base}/images/generations`, endpoint: 'images', operation: 'images' },
    { ...openaiCall, path: `${base}/audio/speech`, endpoint: 'speech', operation: 'speech' },
    {
      ...openaiCall,
      path: `${base}/audio/transcriptions`,
      endpoint: 'transcriptions',
      operation: 'transcriptions',
      form: decidingFields,
    },
  ]
}

function openaiRoutes(base: string): Route[] {
  return [
    ...deploymentRoutes(base),
    { ...openaiCall, path: `${base}/responses`, endpoint: 'responses', operation: 'responses' },
    { ...openaiCall, path: `${base}/moderations`, endpoint: 'moderations', operation: 'moderations' },
  ]
}

function anthropicRoutes(base: string): Route[] {
  return [
    { ...anthropicCall, path: `${base}/messages`, endpoint: 'messages', operation: 'messages' },
    { ...anthropicCall, path: `${base}/messages/count_tokens`, endpoint: 'count_tokens', operation: 'count_tokens' },
  ]
}

const geminiCall = { method: 'POST', format: gemini, kind: 'call' } as const

/** The address names the model, and whether the answer is a stream. */
function geminiModelRoutes(model: string): Route[] {
  const generate = { ...geminiCall, endpoint: 'generate_content', operation: 'generateContent' } as const
  return [
    { ...generate, path: `${model}:generateContent` },
    { ...generate, path: `${model}:streamGenerateContent`, stream: true },
    { ...geminiCall, path: `${model}:countTokens`, endpoint: 'count_tokens', operation: 'countTokens' },
  ]
}

function geminiRoutes(base: string): Route[] {
  const embed = { ...geminiCall, endpoint: 'embeddings' } as const
  const model = `${base}/models/{model}`
  return [
    ...geminiModelRoutes(model),
    { ...embed, path: `${model}:embedContent`, operation: 'embedContent' },
    { ...embed, path: `${model}:batchEmbedContents`, operation: 'batchEmbedContents' },
  ]
}

/**
 * Google's cloud: models by their makers, each on its maker's wire. The project and the location are the caller's, and mean
 * nothing here. Without them, as with a key of Google's express mode, the address is the same.
 */
function vertexRoutes(base: string): Route[] {
  const claude = `${base}/publishers/anthropic/models`
  const messages = { ...anthropicCall, endpoint: 'messages', operation: 'messages' } as const
  const gemini = `${base}/publishers/google/models/{model}`
  return [
    ...geminiModelRoutes(gemini),
    { ...geminiCall, path: `${gemini}:predict`, endpoint: 'embeddings', operation: 'predict' },
    // No model's name: the body has it, here alone. It comes first, or it would be taken for one.
    {
      ...anthropicCall,
      path: `${claude}/count-tokens:rawPredict`,
      endpoint: 'count_tokens',
      operation: 'count_tokens',
    },
    { ...messages, path: `${claude}/{model}:rawPredict` },
    { ...messages, path: `${claude}/{model}:streamRawPredict`, stream: true },
  ]
}

/** The address names the model, and whether the answer is a stream. */
function bedrockRoutes(base: string): Route[] {
  const call = { method: 'POST', format: bedrock, kind: 'call', endpoint: 'converse' } as const
  const model = `${base}/model/{model}`
  return [
    { ...call, path: `${model}/converse`, operation: 'converse' },
    { ...call, path: `${model}/converse-stream`, operation: 'converse', stream: true },
    { ...call, path: `${model}/invoke`, operation: 'invoke' },
    { ...call, path: `${model}/invoke-with-response-stream`, operation: 'invoke', stream: true },
  ]
}

function modelRoutes(base: string, format: Format): Route[] {
  const models = { method: 'GET', endpoint: 'models', format, kind: 'models' } as const
  return [
    { ...models, path: base },
    { ...models, path: `${base}/{model}` },
  ]
}

/** Google's clients put a version of their choice behind the base URL: v1beta, or v1 in the newest. */
const geminiBases = ['/v1beta', '/v1', '/gemini/v1beta', '/gemini/v1']
const vertexBases = ['/vertex/v1', '/vertex/v1beta1'].flatMap((base) => [
  `${base}/projects/{project}/locations/{location}`,
  base,
])

export const routes: readonly Route[] = [
  ...openaiRoutes('/v1'),
  ...anthropicRoutes('/v1'),
  ...anthropicRoutes('/anthropic/v1'),
  // Azure names the model in the address, as a deployment; on its newer surface, as OpenAI does.
  ...deploymentRoutes('/azure/openai/deployments/{model}'),
  // Where Azure's own client looks for them, whichever the deployment.
  { ...openaiCall, path: '/azure/openai/responses', endpoint: 'responses', operation: 'responses' },
  ...openaiRoutes('/azure/openai/v1'),
  // Calls before models: where both fit, the end of the address decides.
  ...geminiBases.flatMap(geminiRoutes),
  ...vertexBases.flatMap(vertexRoutes),
  ...bedrockRoutes('/bedrock'),
  ...modelRoutes('/v1/models', openai),
  ...modelRoutes('/anthropic/v1/models', anthropic),
  ...modelRoutes('/v1beta/models', gemini),
  ...modelRoutes('/gemini/v1beta/models', gemini),
  ...modelRoutes('/gemini/v1/models', gemini),
  ...modelRoutes('/azure/openai/models', openai),
  ...modelRoutes('/azure/openai/v1/models', openai),
]

/** OpenAI's and Anthropic's clients list models at the same address; only the latter send a version. */
export function inCallersFormat(route: Route, headers: IncomingHttpHeaders): Route {
  if (route.kind !== 'models' || route.format !== openai || headers['anthropic-version'] === undefined) return route
  return { ...route, format: anthropic }
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly addressed: Addressed }
  | { readonly kind: 'wrong method'; readonly allow: string; readonly format: Format }
  | { readonly kind: 'unknown'; readonly format: Format }

/** What begins so is the gateway's, on every mount. */
export const prefixes = [
  '/v1/',
  '/v1beta/',
  '/anthropic/',
  '/gemini/',
  '/azure/',
  '/bedrock/',
  '/vertex/',
  '/mcp/',
  '/apis/',
]

/** Whether a path belongs to the gateway rather than to the portal. */
export function isGatewayPath(path: string): boolean {
  return prefixes.some((prefix) => path.startsWith(prefix) || path === prefix.slice(0, -1))
}

type Pattern = {
  readonly route: Route
  /** What is written, before the model; between one and the next is one part of the path. */
  readonly literals: readonly string[]
  /** What is written behind the model; null where the path names none. */
  readonly after: string | null
}

const exact = new Map<string, Route[]>()
const patterns: Pattern[] = []
for (const route of routes) {
  if (!route.path.includes('{')) {
    exact.set(route.path, [...(exact.get(route.path) ?? []), route])
    continue
  }
  const [before = '', after = null] = route.path.split('{model}')
  patterns.push({ route, literals: before.split(/\{\w+\}/), after })
}

/** Matches the path byte for byte: no decoding, no case folding, no merging of slashes, so nothing can slip past a rule. */
export function matchRoute(method: string, path: string): RouteMatch {
  const candidates = exact.get(path)
  if (candidates) return choose(candidates, method, null)
  for (const { route, literals, after } of patterns) {
    const at = endOf(literals, path)
    if (at < 0) continue
    if (after === null) {
      if (at === path.length) return choose([route], method, null)
      continue
    }
    if (path.length <= at + after.length || !path.endsWith(after)) continue
    const model = decode(path.slice(at, path.length - after.length))
    if (model !== null) return choose([route], method, model)
  }
  return { kind: 'unknown', format: formatAt(path) }
}

/** Where in the path the last of these ends, or -1. A part ends at the next slash, so there is one way to read a path. */
function endOf(literals: readonly string[], path: string): number {
  let at = 0
  for (let i = 0; i < literals.length; i++) {
    if (i > 0) {
      const slash = path.indexOf('/', at)
      if (slash <= at) return -1
      at = slash
    }
    if (!path.startsWith(literals[i]!, at)) return -1
    at += literals[i]!.length
  }
  return at
}

/** Whose clients look there. */
function formatAt(path: string): Format {
  if (path.startsWith('/anthropic/')) return anthropic
  if (path.startsWith('/vertex/')) return path.includes('/publishers/anthropic/') ? anthropic : gemini
  if (path.startsWith('/bedrock/')) return bedrock
  return path.startsWith('/gemini/') || path.startsWith('/v1beta/') ? gemini : openai
}

function choose(candidates: readonly Route[], method: string, model: string | null): RouteMatch {
  const route = candidates.find((candidate) => candidate.method === method)
  if (route) {
    const stream = route.kind === 'call' && route.stream === true
    return { kind: 'found', route, addressed: model === null && !stream ? unaddressed : { model, stream } }
  }
  return { kind: 'wrong method', allow: candidates.map((c) => c.method).join(', '), format: candidates[0]!.format }
}

const unaddressed: Addressed = { model: null, stream: false }

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
