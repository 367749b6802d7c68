/** As OpenAI lists models. */
import type { ListedModel } from '#lib/formats/contract.ts'

export function modelList(models: readonly ListedModel[]): string {
  return JSON.stringify({ object: 'list', data: models.map(modelObject) })
}

export function modelPage(model: ListedModel): string {
  return JSON.stringify(modelObject(model))
}

function modelObject({ name, createdAtMs, vendor }: ListedModel): object {
  return { id: name, object: 'model', created: Math.floor(createdAtMs / 1000), owned_by: vendor }
}
