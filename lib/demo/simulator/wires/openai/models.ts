import type { Route } from '#lib/demo/simulator/wire.ts'
import { errorBody } from '#lib/demo/simulator/wires/openai/errors.ts'

/** What the list shows. Calls may name any model: the simulator answers for all of them. */
const MODELS: readonly (readonly [id: string, createdAt: string])[] = [
  ['gpt-4.1', '2025-04-14'],
  ['gpt-4.1-mini', '2025-04-14'],
  ['gpt-4o', '2024-05-13'],
  ['gpt-4o-mini', '2024-07-18'],
  ['gpt-5', '2025-08-07'],
  ['gpt-5-mini', '2025-08-07'],
  ['o3-mini', '2025-01-31'],
  ['o4-mini', '2025-04-16'],
  ['text-embedding-3-large', '2024-01-25'],
  ['text-embedding-3-small', '2024-01-25'],
  ['text-embedding-ada-002', '2022-12-15'],
]

const entries = MODELS.map(([id, createdAt]) => ({
  id,
  object: 'model',
  created: Date.parse(createdAt) / 1000,
  owned_by: 'openai',
}))

const listBody = JSON.stringify({ object: 'list', data: entries })

export const modelList: Route = { kind: 'page', status: 200, body: () => listBody }

/** `id` as it stands in the address. */
export function modelPage(id: string): Route {
  const entry = entries.find((model) => model.id === id || encodeURIComponent(model.id) === id)
  if (entry) return { kind: 'page', status: 200, body: () => JSON.stringify(entry) }
  return {
    kind: 'page',
    status: 404,
    body: () => errorBody(404, { message: `The model '${id}' does not exist`, param: 'model' }),
  }
}
