import type { Route } from '#lib/demo/simulator/wire.ts'
import { errorBody } from '#lib/demo/simulator/wires/gemini/errors.ts'

const GENERATES = ['generateContent', 'streamGenerateContent', 'countTokens'] as const
const EMBEDS = ['embedContent', 'batchEmbedContents', 'countTokens'] as const

type Model = {
  readonly id: string
  readonly displayName: string
  readonly inputTokenLimit: number
  readonly outputTokenLimit: number
  readonly methods: readonly string[]
  readonly thinking?: boolean
}

/** What the list shows. Calls may name any model: the simulator answers for all of them. */
const MODELS: readonly Model[] = [
  chatModel('gemini-2.5-pro', 'Gemini 2.5 Pro', 65_536, true),
  chatModel('gemini-2.5-flash', 'Gemini 2.5 Flash', 65_536, true),
  chatModel('gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite', 65_536, true),
  chatModel('gemini-2.0-flash', 'Gemini 2.0 Flash', 8192, false),
  {
    id: 'gemini-embedding-001',
    displayName: 'Gemini Embedding 001',
    inputTokenLimit: 2048,
    outputTokenLimit: 1,
    methods: EMBEDS,
  },
]

function chatModel(id: string, displayName: string, outputTokenLimit: number, thinks: boolean): Model {
  return {
    id,
    displayName,
    inputTokenLimit: 1_048_576,
    outputTokenLimit,
    methods: GENERATES,
    ...(thinks ? { thinking: true } : {}),
  }
}

const entries = MODELS.map(({ id, methods, ...facts }) => ({
  name: `models/${id}`,
  baseModelId: id,
  version: '001',
  ...facts,
  supportedGenerationMethods: methods,
}))

export const modelList: Route = { kind: 'page', status: 200, body: () => JSON.stringify({ models: entries }) }

export function modelPage(id: string): Route {
  const entry = entries.find((model) => model.baseModelId === id)
  if (entry) return { kind: 'page', status: 200, body: () => JSON.stringify(entry) }
  return { kind: 'page', status: 404, body: () => errorBody(404, `There is no model models/${id} in version v1beta.`) }
}
