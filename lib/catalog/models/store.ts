/** Queries of models, their routes and their price book. */
import type { Endpoint, NanosPerMillion } from '#lib/catalog/contract.ts'
import { findPricesFrom, type PriceRow } from '#lib/catalog/store.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'
import { newId } from '#lib/platform/ids.ts'

const deploymentColumns = {
  id: true,
  upstreamModel: true,
  region: true,
  rank: true,
  weight: true,
  status: true,
  provider: { select: { id: true, name: true, displayName: true, status: true, simulated: true } },
} satisfies Prisma.DeploymentSelect

const columns = {
  id: true,
  name: true,
  displayName: true,
  vendor: true,
  endpoints: true,
  capabilities: true,
  contextTokens: true,
  maxOutputTokens: true,
  status: true,
  retiresAt: true,
  createdAt: true,
  aliases: { select: { name: true }, take: 100 },
  deployments: {
    select: deploymentColumns,
    orderBy: [{ rank: 'asc' }, { weight: 'desc' }, { id: 'asc' }],
    take: 100,
  },
} satisfies Prisma.ModelSelect

export type DeploymentRow = Prisma.DeploymentGetPayload<{ select: typeof deploymentColumns }>
type StoredModel = Prisma.ModelGetPayload<{ select: typeof columns }>
export type ModelRow = Omit<StoredModel, 'aliases'> & {
  readonly aliases: readonly string[]
  /** The model's own and those of its deployments. */
  readonly prices: readonly PriceRow[]
}

/** The catalogue is small, and sorted and filtered by what is not in its table (prices, permission): it is read whole. */
const mostModels = 5000

export async function findModels(db: Db, nowMs: number): Promise<ModelRow[]> {
  const [models, prices] = await Promise.all([
    db.model.findMany({ select: columns, orderBy: { name: 'asc' }, take: mostModels }),
    findPricesFrom(db, nowMs),
  ])
  const pricesByModel = new Map<string, PriceRow[]>()
  for (const price of prices) pricesByModel.set(price.modelId, [...(pricesByModel.get(price.modelId) ?? []), price])
  return models.map((model) => rowOf(model, pricesByModel.get(model.id) ?? []))
}

/** By id or by name: names are what people know. */
export async function findModel(db: Db | Tx, idOrName: string, nowMs: number): Promise<ModelRow | null> {
  const model = await db.model.findFirst({ where: { OR: [{ id: idOrName }, { name: idOrName }] }, select: columns })
  return model && rowOf(model, await findPricesFrom(db, nowMs, [model.id]))
}

function rowOf(model: StoredModel, prices: readonly PriceRow[]): ModelRow {
  return { ...model, aliases: model.aliases.map(({ name }) => name).toSorted(), prices }
}

export async function lockModel(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM model WHERE id = ${id} FOR UPDATE`
}

/**
 * Names and aliases are unique among each other, which no one constraint can say. Whoever is about to give a name takes
 * this lock first and keeps it to the end of the transaction. Before any model's own lock, so that none waits in a ring.
 */
export async function lockModelNames(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('names of models', 0))`
}

/** Who has a name: as its own (ids count, since a model is found by either) or as an alias. */
export type NameHolder = {
  readonly name: string
  readonly modelId: string
  readonly model: string
  readonly isAlias: boolean
}

export async function findNameHolders(tx: Tx, names: readonly string[]): Promise<NameHolder[]> {
  const among = { in: [...names] }
  const [models, aliases] = await Promise.all([
    tx.model.findMany({
      where: { OR: [{ name: among }, { id: among }] },
      select: { id: true, name: true },
      take: 2 * names.length,
    }),
    tx.modelAlias.findMany({
      where: { name: among },
      select: { name: true, model: { select: { id: true, name: true } } },
      take: names.length,
    }),
  ])
  return [
    ...models.map(({ id, name }) => ({
      name: names.includes(name) ? name : id,
      modelId: id,
      model: name,
      isAlias: false,
    })),
    ...aliases.map(({ name, model }) => ({ name, modelId: model.id, model: model.name, isAlias: true })),
  ]
}

/** Gives a model exactly these aliases, taking them from others that have them. */
export async function replaceAliases(tx: Tx, modelId: string, names: readonly string[], nowMs: number): Promise<void> {
  await tx.modelAlias.deleteMany({ where: { OR: [{ modelId }, { name: { in: [...names] } }] } })
  await tx.modelAlias.createMany({ data: names.map((name) => ({ name, modelId, createdAt: new Date(nowMs) })) })
}

export type ModelFields = {
  readonly displayName: string
  readonly vendor: string
  readonly endpoints: Endpoint[]
  readonly capabilities: string[]
  readonly contextTokens: number | null
  readonly maxOutputTokens: number | null
  readonly retiresAt: Date | null
}

export async function insertModel(
  tx: Tx,
  model: ModelFields & { readonly name: string },
  nowMs: number,
): Promise<string> {
  const id = newId('model', nowMs)
  await tx.model.create({ data: { id, ...model, createdAt: new Date(nowMs) }, select: { id: true } })
  return id
}

export async function updateModelRow(
  tx: Tx,
  id: string,
  data: Partial<ModelFields> & { readonly status?: string },
): Promise<void> {
  await tx.model.update({ where: { id }, data, select: { id: true } })
}

export async function deleteModelRow(tx: Tx, id: string): Promise<void> {
  await tx.model.delete({ where: { id }, select: { id: true } })
}

/** Whether the ledger has a call of this model: then its prices are history and stay. */
export async function modelWasCalled(tx: Tx, name: string): Promise<boolean> {
  return (await tx.usageDaily.findFirst({ where: { model: name }, select: { start: true } })) !== null
}

export type NewPrice = {
  readonly nanosPerMillion: NanosPerMillion
  readonly effectiveFromMs: number
  readonly source: string
}

export async function insertPrices(
  tx: Tx,
  place: { readonly modelId: string; readonly deploymentId?: string | undefined },
  prices: readonly NewPrice[],
  nowMs: number,
): Promise<void> {
  const { modelId, deploymentId = null } = place
  await tx.price.createMany({
    data: prices.map(({ nanosPerMillion, effectiveFromMs, source }) => ({
      id: newId('price', nowMs),
      modelId,
      deploymentId,
      nanosPerMillion,
      effectiveFrom: new Date(effectiveFromMs),
      source,
      createdAt: new Date(nowMs),
    })),
  })
}

/** The whole price book of one model and its deployments, newest first. */
export async function findPriceHistory(db: Db, modelId: string): Promise<PriceRow[]> {
  return db.price.findMany({
    where: { modelId },
    select: {
      id: true,
      modelId: true,
      deploymentId: true,
      nanosPerMillion: true,
      effectiveFrom: true,
      source: true,
      createdAt: true,
    },
    orderBy: [{ effectiveFrom: 'desc' }, { id: 'desc' }],
    take: 1000,
  })
}

export async function providerExists(tx: Tx, id: string): Promise<boolean> {
  return (await tx.provider.count({ where: { id } })) > 0
}

export type NewDeployment = {
  readonly modelId: string
  readonly providerId: string
  readonly upstreamModel: string
  readonly region: string
  readonly rank: number
  readonly weight: number
}

export async function insertDeployment(tx: Tx, deployment: NewDeployment, nowMs: number): Promise<string> {
  const id = newId('depl', nowMs)
  await tx.deployment.create({ data: { id, ...deployment, createdAt: new Date(nowMs) }, select: { id: true } })
  return id
}

export async function updateDeploymentRow(
  tx: Tx,
  id: string,
  data: Partial<Omit<NewDeployment, 'modelId' | 'providerId'>> & { readonly status?: string },
): Promise<void> {
  await tx.deployment.update({ where: { id }, data, select: { id: true } })
}

/** Whether a deployment has, had or will have a price of its own. */
export async function deploymentHasPrices(tx: Tx, deploymentId: string): Promise<boolean> {
  return (await tx.price.findFirst({ where: { deploymentId }, select: { id: true } })) !== null
}

export async function deleteDeploymentRow(tx: Tx, id: string): Promise<void> {
  await tx.deployment.delete({ where: { id }, select: { id: true } })
}
