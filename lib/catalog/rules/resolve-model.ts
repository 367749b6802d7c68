/** Which model a caller means by a name, before anything is authorised: policies name models, never aliases. Pure. */
import type { CatalogModel, CatalogSnapshot } from '#lib/catalog/snapshot.ts'

export type ResolvedModel = {
  readonly model: CatalogModel
  /** The one provider that was asked for; null: any that serves the model. */
  readonly providerName: string | null
}

type Names = Pick<CatalogSnapshot, 'models' | 'aliases' | 'providers'>

/**
 * `gpt-4o` is the model of that name, else the one with that alias. Only then is it read as an address: `openai-eu/gpt-4o`,
 * or Portkey's `@openai-eu/gpt-4o`, is the model at that provider alone, so a model with a slash in its name keeps it.
 * Null where there is no such model, or where that provider does not serve it.
 */
export function resolveModel(catalog: Names, asked: string): ResolvedModel | null {
  const model = modelNamed(catalog, asked)
  return model ? { model, providerName: null } : resolveAddress(catalog, asked)
}

function resolveAddress(catalog: Names, asked: string): ResolvedModel | null {
  const address = asked.startsWith('@') ? asked.slice(1) : asked
  const slash = address.indexOf('/')
  if (slash < 0) return null
  const providerName = address.slice(0, slash)
  const model = modelNamed(catalog, address.slice(slash + 1))
  const isServed = model?.deployments.some(({ provider }) => provider.name === providerName)
  return model && isServed ? { model, providerName } : null
}

function modelNamed({ models, aliases }: Names, name: string): CatalogModel | null {
  return models.get(name) ?? aliases.get(name) ?? null
}
