/** As Google lists models: one page that holds them all. */
import { serves } from '#lib/catalog/rules/serves.ts'
import type { ListedModel } from '#lib/formats/contract.ts'

export function modelList(models: readonly ListedModel[]): string {
  return JSON.stringify({ models: models.map(modelObject) })
}

export function modelPage(model: ListedModel): string {
  return JSON.stringify(modelObject(model))
}

function modelObject(model: ListedModel): object {
  const { name, displayName, endpoints } = model
  const supportedGenerationMethods = [
    // Conversations are carried to other wires; their tokens are counted where Google's own is spoken.
    ...(serves(model, 'generate_content') ? ['generateContent', 'streamGenerateContent'] : []),
    ...(endpoints.includes('count_tokens') ? ['countTokens'] : []),
    ...(endpoints.includes('embeddings') ? ['embedContent', 'batchEmbedContents'] : []),
  ]
  return { name: `models/${name}`, baseModelId: name, displayName, supportedGenerationMethods }
}
