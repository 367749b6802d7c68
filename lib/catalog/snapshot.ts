/** The catalogue as the call path uses it: one immutable snapshot of models, routes, credentials and prices. */
import type { Endpoint, PriceVersion, ProviderKind, ProviderTimeouts, UnpricedModels } from '#lib/catalog/contract.ts'
import type { CredentialSecret } from '#lib/providers/credentials/credential-secret.ts'

export type CatalogCredential = {
  readonly id: string
  readonly label: string
  readonly secret: CredentialSecret
  readonly weight: number
}

export type CatalogProvider = {
  readonly id: string
  readonly name: string
  readonly kind: ProviderKind
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly simulated: boolean
  readonly status: string
  /** Those that differ from what the gateway's process has for all. */
  readonly timeouts: ProviderTimeouts
  /** Live credentials that could be opened, heaviest first. */
  readonly credentials: readonly CatalogCredential[]
}

export type CatalogDeployment = {
  readonly id: string
  readonly provider: CatalogProvider
  readonly upstreamModel: string
  readonly region: string
  readonly rank: number
  readonly weight: number
  readonly status: string
  /** Prices of its own, as the model's are; none where it costs what the model costs. */
  readonly prices: readonly DatedPrice[]
}

export type DatedPrice = PriceVersion & { readonly effectiveFromMs: number }

export type CatalogModel = {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly vendor: string
  readonly endpoints: readonly Endpoint[]
  readonly capabilities: readonly string[]
  readonly contextTokens: number | null
  readonly maxOutputTokens: number | null
  readonly status: string
  readonly retiresAtMs: number | null
  readonly createdAtMs: number
  /** By rank, then heaviest first; of any status. */
  readonly deployments: readonly CatalogDeployment[]
  /** The price in force when the snapshot was read and those to come, by date: a price change needs no reload. */
  readonly prices: readonly DatedPrice[]
}

export type CatalogSnapshot = {
  /** Version of subject `catalog`, read before everything else: a race yields an older version, never a newer one. */
  readonly version: string
  /** What happens to calls of models without a price. */
  readonly unpricedModels: UnpricedModels
  readonly models: ReadonlyMap<string, CatalogModel>
  /** Other names of models. None is a model's name. */
  readonly aliases: ReadonlyMap<string, CatalogModel>
  readonly providers: ReadonlyMap<string, CatalogProvider>
  /** Credentials that the master key does not open, for the log. Their providers go without them. */
  readonly unreadableCredentials: readonly string[]
}

/** The price in force at this moment, or null where there is none yet. */
export function priceAt({ prices }: { readonly prices: readonly DatedPrice[] }, nowMs: number): DatedPrice | null {
  return prices.findLast((price) => price.effectiveFromMs <= nowMs) ?? null
}

/** What a call costs that this deployment serves: its own price, else the model's; null: nobody has said it. */
export function routePriceAt(model: CatalogModel, deployment: CatalogDeployment, nowMs: number): DatedPrice | null {
  return priceAt(deployment, nowMs) ?? priceAt(model, nowMs)
}
