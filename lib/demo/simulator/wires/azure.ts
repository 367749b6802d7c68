/**
 * Azure OpenAI: OpenAI's calls on two surfaces, with what the content filter says of them. On the classic one the address
 * names the deployment and a dated version of the API; v1 has OpenAI's paths, and the body's `model` is the deployment. The
 * tenant of Microsoft Entra's that gives tokens for it is here too.
 */
import { isObject } from '#lib/demo/simulator/rules/members.ts'
import type { ReadCall, Route, Wire } from '#lib/demo/simulator/wire.ts'
import { filtered } from '#lib/demo/simulator/wires/azure/content-filter.ts'
import { errorBody, errorWithCode } from '#lib/demo/simulator/wires/azure/errors.ts'
import { answerEntraToken } from '#lib/demo/simulator/wires/azure/token.ts'
import { readChat } from '#lib/demo/simulator/wires/openai/chat.ts'
import { readCompletion } from '#lib/demo/simulator/wires/openai/completions.ts'
import { readEmbeddings } from '#lib/demo/simulator/wires/openai/embeddings.ts'
import { readImages } from '#lib/demo/simulator/wires/openai/images.ts'
import { modelList, modelPage } from '#lib/demo/simulator/wires/openai/models.ts'
import { readResponse } from '#lib/demo/simulator/wires/openai/responses/read-response.ts'
import { readSpeech } from '#lib/demo/simulator/wires/openai/speech.ts'
import { readTranscription } from '#lib/demo/simulator/wires/openai/transcriptions.ts'

export const azure: Wire = {
  provider: 'azure',
  basePath: '/azure',
  route,
  errorBody,
  idHeader: (id) => ['apim-request-id', id],
  headers: ['x-ms-region', 'Simulated'],
}

const CALLS: Readonly<Record<string, ReadCall>> = {
  '/chat/completions': (request) => filtered(readChat(request)),
  '/completions': (request) => filtered(readCompletion(request)),
  '/embeddings': readEmbeddings,
  '/images/generations': readImages,
  '/audio/transcriptions': readTranscription,
}
const FORM = '/audio/transcriptions'
/** On v1 alone. */
const V1_CALLS: Readonly<Record<string, ReadCall>> = {
  ...CALLS,
  '/responses': readResponse,
  '/audio/speech': readSpeech,
}

const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)(\/.+)$/
/** Of the classic surface's calls the one whose body names the deployment. */
const RESPONSES = '/openai/responses'
const V1 = '/openai/v1'
const TOKEN = /^\/[\w.-]+\/oauth2\/v2\.0\/token$/
const MODELS = '/models'

function route(method: string, path: string, query: string): Route {
  if (method === 'POST' && TOKEN.test(path)) return { kind: 'form', answer: answerEntraToken }
  const version = new URLSearchParams(query).get('api-version')
  if (path.startsWith(`${V1}/`)) return routeV1(method, path.slice(V1.length), version)

  // To Azure an address without a version that it has is no address.
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version ?? '')) return noResource
  if (method === 'POST' && path === RESPONSES) return call(path, readResponse)
  const [, deployment = '', operation = ''] = DEPLOYMENT.exec(path) ?? []
  const read = method === 'POST' ? CALLS[operation] : undefined
  if (read) return call(operation, (request, id) => read(withModel(request, decode(deployment)), id))
  return method === 'GET' && path.startsWith('/openai') ? routeModels(path.slice('/openai'.length)) : noResource
}

function routeV1(method: string, path: string, version: string | null): Route {
  if (version !== null && !['v1', 'latest', 'preview'].includes(version)) return noVersion
  const read = method === 'POST' ? V1_CALLS[path] : undefined
  if (read) return call(path, read)
  return method === 'GET' ? routeModels(path) : noResource
}

function call(operation: string, read: ReadCall): Route {
  return { kind: 'call', read, ...(operation === FORM ? { isForm: true } : {}) }
}

function routeModels(path: string): Route {
  if (path === MODELS) return modelList
  return path.startsWith(`${MODELS}/`) ? modelPage(path.slice(MODELS.length + 1)) : noResource
}

/** The address decides; a model in the body is not looked at. */
function withModel(request: unknown, model: string): unknown {
  return isObject(request) ? { ...request, model } : request
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const noResource: Route = { kind: 'page', status: 404, body: () => errorWithCode('404', 'Resource not found') }
const noVersion: Route = {
  kind: 'page',
  status: 400,
  body: () => errorWithCode('BadRequest', 'API version not supported'),
}
