/** Google's Gemini API, as far as the gateway speaks it: generation, token counts, embeddings, models. */
import type { ReadCall, Route, Wire } from '#lib/demo/simulator/wire.ts'
import { readCountTokens } from '#lib/demo/simulator/wires/gemini/count-tokens.ts'
import { readBatchEmbedContents, readEmbedContent } from '#lib/demo/simulator/wires/gemini/embeddings.ts'
import { errorBody } from '#lib/demo/simulator/wires/gemini/errors.ts'
import { readGenerateContent } from '#lib/demo/simulator/wires/gemini/generate-content.ts'
import { modelList, modelPage } from '#lib/demo/simulator/wires/gemini/models.ts'

export const gemini: Wire = {
  provider: 'gemini',
  basePath: '/gemini/v1beta',
  route,
  idHeader: (id) => ['x-request-id', id],
  errorBody,
}

const MODELS_PATH = '/models'

/** What may follow a model's name and a colon; the model and the query belong to what is asked for. */
const METHODS: Readonly<Record<string, (model: string, query: string) => ReadCall>> = {
  generateContent: (model) => (request) => readGenerateContent(request, model, 'plain'),
  streamGenerateContent: (model, query) => {
    const form = WANTS_EVENTS.test(query) ? 'events' : 'array'
    return (request) => readGenerateContent(request, model, form)
  },
  countTokens: (model) => (request) => readCountTokens(request, model),
  embedContent: (model) => (request) => readEmbedContent(request, model),
  batchEmbedContents: (model) => (request) => readBatchEmbedContents(request, model),
}

/** A call to a model by its method's name, also where the address before it is another; null where there is no such method. */
export function readCallTo(method: string, model: string, query: string): ReadCall | null {
  return Object.hasOwn(METHODS, method) ? (METHODS[method]?.(model, query) ?? null) : null
}

/** Google knows the system parameters of its APIs with a dollar sign too. */
const WANTS_EVENTS = /(?:^|&)(?:\$|%24)?alt=sse(?:&|$)/

function route(method: string, path: string, query: string): Route {
  if (method === 'GET' && path === MODELS_PATH) return modelList
  if (!path.startsWith(`${MODELS_PATH}/`)) return unknownAddress(method, path)

  const target = decode(path.slice(MODELS_PATH.length + 1))
  const colon = target.lastIndexOf(':')
  if (method === 'GET' && colon === -1) return modelPage(target)
  const name = target.slice(colon + 1)
  if (method !== 'POST' || colon < 1) return unknownAddress(method, path)
  const read = readCallTo(name, target.slice(0, colon), query)
  return read ? { kind: 'call', read } : unknownAddress(method, path)
}

/** Some clients escape the colon. */
function decode(target: string): string {
  if (!target.includes('%')) return target
  try {
    return decodeURIComponent(target)
  } catch {
    return target
  }
}

/** Google has no 405: a method that an address does not take is an address that does not exist. */
function unknownAddress(method: string, path: string): Route {
  return { kind: 'page', status: 404, body: () => errorBody(404, `Nothing answers to ${method} /v1beta${path}.`) }
}
