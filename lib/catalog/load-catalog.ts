/**
 * Reads the whole catalogue for the call path. The version is read first: what changes meanwhile has a higher one, so the
 * snapshot may be newer than it says but never older.
 */
import * as z from 'zod'
import {
  catalogSubject,
  endpoints,
  nanosPerMillion,
  providerKinds,
  providerTimeouts,
  unpricedModels,
} from '#lib/catalog/contract.ts'
import type {
  CatalogCredential,
  CatalogDeployment,
  CatalogModel,
  CatalogProvider,
  CatalogSnapshot,
  DatedPrice,
} from '#lib/catalog/snapshot.ts'
import { readCatalogRows, type ModelRow, type PriceRow, type ProviderRow } from '#lib/catalog/store.ts'
import type { Db } from '#lib/platform/db.ts'
import { readVersions } from '#lib/policy/versions.ts'
import { openCredential } from '#lib/providers/credentials/seal-credential.ts'

export async function loadCatalog(db: Db, masterKey: Buffer, nowMs: number = Date.now()): Promise<CatalogSnapshot> {
  const [[, version] = ['', '0']] = await readVersions(db, [catalogSubject])
  const rows = await readCatalogRows(db, nowMs)
  const unreadableCredentials: string[] = []
  const providers = rows.providers.map((row) => providerOf(row, masterKey, unreadableCredentials))
  const providersById = new Map(providers.map((provider) => [provider.id, provider]))
  const models = rows.models.map((row) => modelOf(row, providersById))
  const modelsById = new Map(models.map((model) => [model.id, model]))
  return {
    version,
    unpricedModels: z.enum(unpricedModels).parse(rows.unpricedModels),
    models: new Map(models.map((model) => [model.name, model])),
    aliases: new Map(rows.models.flatMap(({ id, aliases }) => aliases.map(({ name }) => [name, modelsById.get(id)!]))),
    providers: new Map(providers.map((provider) => [provider.name, provider])),
    unreadableCredentials,
  }
}

function providerOf(row: ProviderRow, masterKey: Buffer, unreadable: string[]): CatalogProvider {
  const credentials = row.credentials.flatMap((credential): CatalogCredential[] => {
    try {
      const secret = openCredential(masterKey, { providerId: row.id, credentialId: credential.id }, credential)
      return [{ id: credential.id, label: credential.label, secret, weight: credential.weight }]
    } catch {
      // One credential under a lost master key must not take every other provider down.
      unreadable.push(credential.id)
      return []
    }
  })
  return {
    id: row.id,
    name: row.name,
    kind: z.enum(providerKinds).parse(row.kind),
    baseUrl: row.baseUrl.replace(/\/+$/, ''),
    simulated: row.simulated,
    status: row.status,
    timeouts: providerTimeouts.parse(row.timeouts),
    credentials: credentials.toSorted((a, b) => b.weight - a.weight || a.id.localeCompare(b.id)),
  }
}

function modelOf(row: ModelRow, providers: ReadonlyMap<string, CatalogProvider>): CatalogModel {
  const deployments = row.deployments.flatMap(({ providerId, ...deployment }): CatalogDeployment[] => {
    const provider = providers.get(providerId)
    return provider ? [{ ...deployment, provider, prices: pricesOf(row.prices, deployment.id) }] : []
  })
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    vendor: row.vendor,
    endpoints: z.array(z.enum(endpoints)).parse(row.endpoints),
    capabilities: row.capabilities,
    contextTokens: row.contextTokens,
    maxOutputTokens: row.maxOutputTokens,
    status: row.status,
    retiresAtMs: row.retiresAt?.getTime() ?? null,
    createdAtMs: row.createdAt.getTime(),
    deployments,
    prices: pricesOf(row.prices, null),
  }
}

function pricesOf(rows: readonly PriceRow[], deploymentId: string | null): DatedPrice[] {
  return rows
    .filter((price) => price.deploymentId === deploymentId)
    .map((price) => ({
      id: price.id,
      nanosPerMillion: nanosPerMillion.parse(price.nanosPerMillion),
      effectiveFromMs: price.effectiveFrom.getTime(),
    }))
}
