/** Puts the demo catalogue there: providers at the simulator, models, routes, and prices from the price package. */
import { demoModels, demoProviders, simulatorPaths, type DemoProvider } from '#lib/catalog/demo-catalogue.ts'
import { listPricesOf } from '#lib/catalog/list-prices.ts'
import { findNameHolders, lockModelNames } from '#lib/catalog/models/store.ts'
import type { Tx } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { raiseVersions } from '#lib/policy/versions.ts'
import { masterIdOf, sealCredential } from '#lib/providers/credentials/seal-credential.ts'

export type SeedOptions = {
  readonly masterKey: Buffer
  /** Where the provider simulator listens. */
  readonly simulatorUrl: string
  readonly nowMs: number
}

/**
 * Runs at every start of the demo. What is missing is made; what is there stays, but simulated providers follow the
 * simulator to its address of today, and their credentials are renewed when the master key is another.
 */
export async function seedCatalog(tx: Tx, options: SeedOptions): Promise<void> {
  const providerIds = await seedProviders(tx, options)
  const created = await seedModels(tx, options.nowMs)
  await seedAliases(tx, created, options.nowMs)
  await seedDeployments(tx, created, providerIds, options.nowMs)
  await seedPrices(tx, created, options.nowMs)
  await raiseVersions(tx, ['catalog'])
}

async function seedProviders(tx: Tx, { masterKey, simulatorUrl, nowMs }: SeedOptions): Promise<Map<string, string>> {
  const baseUrlOf = (kind: DemoProvider['kind']) => simulatorUrl.replace(/\/+$/, '') + simulatorPaths[kind]
  await tx.provider.createMany({
    data: demoProviders.map(({ name, displayName, kind }) => ({
      id: newId('prov', nowMs),
      name,
      displayName,
      kind,
      baseUrl: baseUrlOf(kind),
      simulated: true,
      createdAt: new Date(nowMs),
    })),
    skipDuplicates: true,
  })
  for (const { name, kind } of demoProviders)
    await tx.provider.updateMany({ where: { name, simulated: true }, data: { kind, baseUrl: baseUrlOf(kind) } })
  const providers = await tx.provider.findMany({
    where: { simulated: true },
    select: {
      id: true,
      name: true,
      credentials: { where: { status: 'active' }, select: { masterId: true }, take: 100 },
    },
    take: 100,
  })
  for (const provider of providers) {
    if (provider.credentials.some(({ masterId }) => masterId === masterIdOf(masterKey))) continue
    await tx.providerCredential.updateMany({
      where: { providerId: provider.id, status: 'active' },
      data: { status: 'retired', retiredAt: new Date(nowMs) },
    })
    const id = newId('cred', nowMs)
    const sealed = sealCredential(
      masterKey,
      { providerId: provider.id, credentialId: id },
      `sk-simulated-${provider.name}`,
    )
    await tx.providerCredential.create({
      data: { id, providerId: provider.id, label: 'Simulator', ...sealed, createdAt: new Date(nowMs) },
    })
  }
  return new Map(providers.map(({ name, id }) => [name, id]))
}

type CreatedModel = { readonly id: string; readonly name: string }

/** The models that were made now; those that an admin has had in hand before are left alone, and so are all names. */
async function seedModels(tx: Tx, nowMs: number): Promise<CreatedModel[]> {
  await lockModelNames(tx)
  const taken = await findNameHolders(
    tx,
    demoModels.map(({ name }) => name),
  )
  const missing = demoModels.filter(({ name }) => !taken.some((holder) => holder.name === name))
  return tx.model.createManyAndReturn({
    data: missing.map(({ name, displayName, vendor, endpoints, capabilities, contextTokens, maxOutputTokens }) => ({
      id: newId('model', nowMs),
      name,
      displayName,
      vendor,
      endpoints: [...endpoints],
      capabilities: [...capabilities],
      contextTokens,
      maxOutputTokens,
      createdAt: new Date(nowMs),
    })),
    select: { id: true, name: true },
  })
}

async function seedAliases(tx: Tx, models: readonly CreatedModel[], nowMs: number): Promise<void> {
  const wanted = models.flatMap(({ id: modelId, name }) =>
    (demoModels.find((model) => model.name === name)?.aliases ?? []).map((alias) => ({ name: alias, modelId })),
  )
  const taken = await findNameHolders(
    tx,
    wanted.map(({ name }) => name),
  )
  await tx.modelAlias.createMany({
    data: wanted
      .filter(({ name }) => !taken.some((holder) => holder.name === name))
      .map((alias) => ({ ...alias, createdAt: new Date(nowMs) })),
  })
}

async function seedDeployments(
  tx: Tx,
  models: readonly CreatedModel[],
  providerIds: ReadonlyMap<string, string>,
  nowMs: number,
): Promise<void> {
  const regions = new Map(demoProviders.map(({ name, region }) => [name, region]))
  await tx.deployment.createMany({
    data: models.flatMap(({ id: modelId, name }) =>
      (demoModels.find((model) => model.name === name)?.providers ?? []).flatMap((provider, rank) => {
        const providerId = providerIds.get(provider)
        if (providerId === undefined) return []
        const region = regions.get(provider) ?? 'global'
        return [
          {
            id: newId('depl', nowMs),
            modelId,
            providerId,
            upstreamModel: name,
            region,
            rank,
            createdAt: new Date(nowMs),
          },
        ]
      }),
    ),
  })
}

async function seedPrices(tx: Tx, models: readonly CreatedModel[], nowMs: number): Promise<void> {
  const prices = await Promise.all(
    models.map(async ({ id: modelId, name }) => {
      const model = demoModels.find((candidate) => candidate.name === name)
      const listed = model ? await listPricesOf(model.vendor, name, model.contextTokens) : []
      return listed.map(({ nanosPerMillion, effectiveFromMs, source }) => ({
        id: newId('price', nowMs),
        modelId,
        nanosPerMillion,
        effectiveFrom: new Date(effectiveFromMs),
        source,
        createdAt: new Date(nowMs),
      }))
    }),
  )
  await tx.price.createMany({ data: prices.flat() })
}
