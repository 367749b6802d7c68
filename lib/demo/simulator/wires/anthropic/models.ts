import type { Route } from '#lib/demo/simulator/wire.ts'
import { errorBody } from '#lib/demo/simulator/wires/anthropic/errors.ts'

/** What the list shows, newest first. Calls may name any model: the simulator answers for all of them. */
const MODELS: readonly (readonly [id: string, displayName: string, createdAt: string])[] = [
  ['claude-opus-4-5', 'Claude Opus 4.5', '2025-11-24'],
  ['claude-haiku-4-5', 'Claude Haiku 4.5', '2025-10-15'],
  ['claude-sonnet-4-5', 'Claude Sonnet 4.5', '2025-09-29'],
  ['claude-opus-4-1', 'Claude Opus 4.1', '2025-08-05'],
]

const entries = MODELS.map(([id, displayName, createdAt]) => ({
  type: 'model',
  id,
  display_name: displayName,
  created_at: `${createdAt}T00:00:00Z`,
}))

const listBody = JSON.stringify({
  data: entries,
  has_more: false,
  first_id: entries[0]?.id,
  last_id: entries.at(-1)?.id,
})

export const modelList: Route = { kind: 'page', status: 200, body: () => listBody }

/** `id` as it stands in the address. */
export function modelPage(id: string): Route {
  const entry = entries.find((model) => model.id === id || encodeURIComponent(model.id) === id)
  if (entry) return { kind: 'page', status: 200, body: () => JSON.stringify(entry) }
  return { kind: 'page', status: 404, body: (answerId) => errorBody(404, `model: ${id}`, answerId) }
}
