/** Bedrock's runtime API, as far as the gateway speaks it: Converse and InvokeModel. */
import type { ReadCall, Route, Wire } from '#lib/demo/simulator/wire.ts'
import { readConverse } from '#lib/demo/simulator/wires/bedrock/converse.ts'
import { errorBody, exceptionOf } from '#lib/demo/simulator/wires/bedrock/errors.ts'
import { readInvoke } from '#lib/demo/simulator/wires/bedrock/invoke.ts'

export const bedrock: Wire = {
  provider: 'bedrock',
  basePath: '/bedrock',
  route,
  errorBody,
  errorHeaders: (status) => ['x-amzn-errortype', exceptionOf(status)],
  idHeader: (id) => ['x-amzn-requestid', id],
}

const ACTIONS: Readonly<Record<string, (model: string) => ReadCall>> = {
  converse: (model) => (request) => readConverse(request, model, false),
  'converse-stream': (model) => (request) => readConverse(request, model, true),
  invoke: (model) => (request, id) => readInvoke(request, id, model, false),
  'invoke-with-response-stream': (model) => (request, id) => readInvoke(request, id, model, true),
}

const CALL = /^\/model\/([^/]+)\/([a-z-]+)$/

/** A name with slashes in it, such as an ARN, comes escaped. */
function route(method: string, path: string): Route {
  const [, model = '', action = ''] = CALL.exec(path) ?? []
  const read = Object.hasOwn(ACTIONS, action) ? ACTIONS[action]?.(decode(model)) : undefined
  if (method === 'POST' && read) return { kind: 'call', read }
  return { kind: 'page', status: 404, body: () => errorBody(404, `Nothing answers to ${method} ${path}.`) }
}

function decode(model: string): string {
  try {
    return decodeURIComponent(model)
  } catch {
    return model
  }
}
