/**
 * Google's Vertex AI: Gemini's calls, embeddings and Claude's calls, below addresses that name the publisher and the model, and a token
 * endpoint for credentials that are exchanged. The body of a call to Claude has a version and no model.
 */
import { isObject } from '#lib/demo/simulator/rules/members.ts'
import type { CallRead, ReadCall, Route, Wire } from '#lib/demo/simulator/wire.ts'
import { readCountTokens } from '#lib/demo/simulator/wires/anthropic/count-tokens.ts'
import { errorBody as anthropicError } from '#lib/demo/simulator/wires/anthropic/errors.ts'
import { readMessages } from '#lib/demo/simulator/wires/anthropic/messages.ts'
import { readCallTo } from '#lib/demo/simulator/wires/gemini.ts'
import { errorBody } from '#lib/demo/simulator/wires/gemini/errors.ts'
import { readPredict } from '#lib/demo/simulator/wires/vertex/predict.ts'
import { answerTokenRequest } from '#lib/demo/simulator/wires/vertex/token.ts'

export const vertex: Wire = {
  provider: 'vertex',
  basePath: '/vertex',
  route,
  idHeader: (id) => ['x-request-id', id],
  errorBody,
}

const MODEL = /^\/v1(?:beta1)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/publishers\/([^/]+)\/models\/([^/]+):(\w+)$/
const GEMINI_METHODS = ['generateContent', 'streamGenerateContent', 'countTokens']
const CLAUDE_METHODS = ['rawPredict', 'streamRawPredict']

function route(method: string, path: string, query: string): Route {
  if (method === 'POST' && path === '/token') return { kind: 'form', answer: answerTokenRequest }
  const [, publisher = '', model = '', called = ''] = MODEL.exec(path) ?? []
  const read = method === 'POST' ? readerOf(publisher, decode(model), called, query) : null
  if (read) return { kind: 'call', read }
  return { kind: 'page', status: 404, body: () => errorBody(404, `Nothing answers to ${method} /vertex${path}.`) }
}

function readerOf(publisher: string, model: string, called: string, query: string): ReadCall | null {
  if (publisher === 'google' && called === 'predict') return (request) => readPredict(request, model)
  if (publisher === 'google' && GEMINI_METHODS.includes(called))
    return withoutIds(readCallTo(called, model, query), model)
  if (publisher !== 'anthropic' || !CLAUDE_METHODS.includes(called)) return null
  // The one call whose body names the model.
  return model === 'count-tokens' ? readCountTokens : (request, id) => rawPredict(request, model, id)
}

/** Ids of calls are a field of Gemini's other API. */
function withoutIds(read: ReadCall | null, model: string): ReadCall | null {
  if (!read) return null
  return (request, id) => {
    const place = placeOfId(request)
    if (place === null) return read(request, id)
    const message = `Invalid JSON payload received. Unknown name "id" at '${place}': Cannot find field.`
    return { kind: 'invalid', model, body: errorBody(400, message) }
  }
}

const WITH_ID = ['functionCall', 'function_call', 'functionResponse', 'function_response']

function placeOfId(request: unknown): string | null {
  const contents = isObject(request) && Array.isArray(request.contents) ? (request.contents as unknown[]) : []
  for (const [i, content] of contents.entries()) {
    const parts = isObject(content) && Array.isArray(content.parts) ? (content.parts as unknown[]) : []
    for (const [j, part] of parts.entries()) {
      const name = isObject(part) && WITH_ID.find((one) => isObject(part[one]) && 'id' in part[one])
      if (name) return `contents[${i}].parts[${j}].${name}`
    }
  }
  return null
}

const FIRST_VERSION = 'vertex-2023-10-16'
/** Later ones are dates, as in Anthropic's own API. */
const LATER_VERSION = /^20(?:2[4-9]|[3-9]\d)-\d{2}-\d{2}$/

function rawPredict(request: unknown, model: string, id: string): CallRead {
  if (!isObject(request)) return readMessages(request, id)
  const { anthropic_version: version, ...members } = request
  const isKnown = typeof version === 'string' && (version === FIRST_VERSION || LATER_VERSION.test(version))
  if (!isKnown) return refused(model, `anthropic_version: Expected '${FIRST_VERSION}' or a later date`, id)
  if ('model' in members) return refused(model, 'model: Extra inputs are not permitted', id)
  return readMessages({ ...members, model }, id)
}

function refused(model: string, message: string, id: string): CallRead {
  return { kind: 'invalid', model, body: anthropicError(400, message, id) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
