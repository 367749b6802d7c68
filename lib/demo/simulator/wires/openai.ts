/** OpenAI's API, as far as the gateway speaks it. */
import type { Route, Wire } from '#lib/demo/simulator/wire.ts'
import { readChat } from '#lib/demo/simulator/wires/openai/chat.ts'
import { readCompletion } from '#lib/demo/simulator/wires/openai/completions.ts'
import { readEmbeddings } from '#lib/demo/simulator/wires/openai/embeddings.ts'
import { errorBody } from '#lib/demo/simulator/wires/openai/errors.ts'
import { readImages } from '#lib/demo/simulator/wires/openai/images.ts'
import { modelList, modelPage } from '#lib/demo/simulator/wires/openai/models.ts'
import { readModeration } from '#lib/demo/simulator/wires/openai/moderations.ts'
import { readResponse } from '#lib/demo/simulator/wires/openai/responses/read-response.ts'
import { readSpeech } from '#lib/demo/simulator/wires/openai/speech.ts'
import { readTranscription } from '#lib/demo/simulator/wires/openai/transcriptions.ts'

export const openai: Wire = {
  provider: 'openai',
  basePath: '/openai/v1',
  route,
  errorBody: (status, message) => errorBody(status, { message }),
  idHeader: (id) => ['x-request-id', id],
}

const CALLS: Readonly<Record<string, Route>> = {
  '/chat/completions': { kind: 'call', read: readChat },
  '/responses': { kind: 'call', read: readResponse },
  '/completions': { kind: 'call', read: readCompletion },
  '/embeddings': { kind: 'call', read: readEmbeddings },
  '/moderations': { kind: 'call', read: readModeration },
  '/images/generations': { kind: 'call', read: readImages },
  '/audio/speech': { kind: 'call', read: readSpeech },
  '/audio/transcriptions': { kind: 'call', read: readTranscription, isForm: true },
}

const MODELS_PATH = '/models'

function route(method: string, path: string): Route {
  const call = CALLS[path]
  if (call) return method === 'POST' ? call : notAllowed(method, path)
  if (path !== MODELS_PATH && !path.startsWith(`${MODELS_PATH}/`)) return unknownAddress(method, path)
  if (method !== 'GET') return notAllowed(method, path)
  return path === MODELS_PATH ? modelList : modelPage(path.slice(MODELS_PATH.length + 1))
}

function notAllowed(method: string, path: string): Route {
  const message = `Not allowed to ${method} on /v1${path}.`
  return { kind: 'page', status: 405, body: () => errorBody(405, { message }) }
}

function unknownAddress(method: string, path: string): Route {
  const message = `Unknown request URL: ${method} /v1${path}. Please check the URL for typos.`
  return { kind: 'page', status: 404, body: () => errorBody(404, { message, code: 'unknown_url' }) }
}
