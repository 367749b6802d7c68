/** As Anthropic lists models: one page that holds them all. */
import type { ListedModel } from '#lib/formats/contract.ts'

export function modelList(models: readonly ListedModel[]): string {
  const data = models.map(modelObject)
  return JSON.stringify({
    data,
    has_more: false,
    first_id: models[0]?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  })
}

export function modelPage(model: ListedModel): string {
  return JSON.stringify(modelObject(model))
}

function modelObject({ name, displayName, createdAtMs }: ListedModel): object {
  return { type: 'model', id: name, display_name: displayName, created_at: new Date(createdAtMs).toISOString() }
}
