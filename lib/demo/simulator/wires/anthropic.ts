/** Anthropic's API, as far as the gateway speaks it: messages, their token counts, models. */
import type { Route, Wire } from '#lib/demo/simulator/wire.ts'
import { readCountTokens } from '#lib/demo/simulator/wires/anthropic/count-tokens.ts'
import { errorBody, requestId } from '#lib/demo/simulator/wires/anthropic/errors.ts'
import { readMessages } from '#lib/demo/simulator/wires/anthropic/messages.ts'
import { modelList, modelPage } from '#lib/demo/simulator/wires/anthropic/models.ts'

export const anthropic: Wire = {
  provider: 'anthropic',
  // The official clients put the version into their paths and not into their base URL.
  basePath: '/anthropic',
  route,
  errorBody,
  idHeader: (id) => ['request-id', requestId(id)],
}

const CALLS: Readonly<Record<string, Route>> = {
  '/v1/messages': { kind: 'call', read: readMessages },
  '/v1/messages/count_tokens': { kind: 'call', read: readCountTokens },
}

const MODELS_PATH = '/v1/models'

function route(method: string, path: string): Route {
  const call = CALLS[path]
  if (call) return method === 'POST' ? call : errorPage(405, `Not allowed to ${method} on ${path}.`)
  if (path !== MODELS_PATH && !path.startsWith(`${MODELS_PATH}/`)) return errorPage(404, `Nothing is at ${path}.`)
  if (method !== 'GET') return errorPage(405, `Not allowed to ${method} on ${path}.`)
  return path === MODELS_PATH ? modelList : modelPage(path.slice(MODELS_PATH.length + 1))
}

function errorPage(status: number, message: string): Route {
  return { kind: 'page', status, body: (id) => errorBody(status, message, id) }
}
