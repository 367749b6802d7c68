/** As Google lists models: one page that holds them all. */
import type { Endpoint } from '#lib/catalog/contract.ts'
import type { ListedModel } from '#lib/formats/contract.ts'

export function modelList(models: readonly ListedModel[]): string {
  return JSON.stringify({ models: models.map(modelObject) })
}

export function modelPage(model: ListedModel): string {
  return JSON.stringify(modelObject(model))
}

function modelObject({ name, displayName, endpoints }: ListedModel): object {
  return {
    name: `models/${name}`,
    baseModelId: name,
    displayName,
    supportedGenerationMethods: endpoints.flatMap((endpoint) => methodsOf[endpoint] ?? []),
  }
}

const methodsOf: Partial<Record<Endpoint, readonly string[]>> = {
  generate_content: ['generateContent', 'streamGenerateContent'],
  count_tokens: ['countTokens'],
  embeddings: ['embedContent', 'batchEmbedContents'],
}
