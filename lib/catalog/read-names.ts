import * as z from 'zod'
import { unpricedModels, type UnpricedModels } from '#lib/catalog/contract.ts'
import { findUnpricedModels, findActiveModels, findProviderNames, findRegions } from '#lib/catalog/store.ts'
import type { Db } from '#lib/platform/db.ts'

export type CatalogNames = {
  readonly models: readonly { readonly name: string; readonly displayName: string; readonly vendor: string }[]
  readonly providers: readonly string[]
  readonly regions: readonly string[]
}

/** What the patterns of policies are matched against: everything there is, by name. */
export async function readCatalogNames(db: Db): Promise<CatalogNames> {
  const [models, providers, regions] = await Promise.all([findActiveModels(db), findProviderNames(db), findRegions(db)])
  return { models, providers, regions }
}

/** What happens to calls of models without a price. */
export async function readUnpricedModels(db: Db): Promise<UnpricedModels> {
  return z.enum(unpricedModels).parse(await findUnpricedModels(db))
}
