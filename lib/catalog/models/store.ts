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
  deployments: {
    select: deploymentColumns,
    orderBy: [{ rank: 'asc' }, { weight: 'desc' }, { id: 'asc' }],
    take: 100,
  },
} satisfies Prisma.ModelSelect

export type DeploymentRow = Prisma.DeploymentGetPayload<{ select: typeof deploymentColumns }>
export type ModelRow = Prisma.ModelGetPayload<{ select: typeof columns }> & { readonly prices: readonly PriceRow[] }

/** The catalogue is small, and sorted and filtered by what is not in its table (prices, permission): it is read whole. */
const mostModels = 5000

export async function findModels(db: Db, nowMs: number): Promise<ModelRow[]> {
  const [models, prices] = await Promise.all([
    db.model.findMany({ select: columns, orderBy: { name: 'asc' }, take: mostModels }),
    findPricesFrom(db, nowMs),
  ])
  const pricesByModel = new Map<string, PriceRow[]>()
  for (const price of prices) pricesByModel.set(price.modelId, [...(pricesByModel.get(price.modelId) ?? []), price])
  return models.map((model) => ({ ...model, prices: pricesByModel.get(model.id) ?? [] }))
}

/** By id or by name: names are what people know. */
export async function findModel(db: Db | Tx, idOrName: string, nowMs: number): Promise<ModelRow | null> {
  const model = await db.model.findFirst({ where: { OR: [{ id: idOrName }, { name: idOrName }] }, select: columns })
  return model ? { ...model, prices: await findPricesFrom(db, nowMs, [model.id]) } : null
}

export async function lockModel(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM model WHERE id = ${id} FOR UPDATE`
}

export async function modelNameIsTaken(tx: Tx, name: string): Promise<boolean> {
  return (await tx.model.count({ where: { OR: [{ name }, { id: name }] } })) > 0
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

export async function insertPrices(tx: Tx, modelId: string, prices: readonly NewPrice[], nowMs: number): Promise<void> {
  await tx.price.createMany({
    data: prices.map(({ nanosPerMillion, effectiveFromMs, source }) => ({
      id: newId('price', nowMs),
      modelId,
      nanosPerMillion,
      effectiveFrom: new Date(effectiveFromMs),
      source,
      createdAt: new Date(nowMs),
    })),
  })
}

/** The whole price book of one model, newest first. */
export async function findPriceHistory(db: Db, modelId: string): Promise<PriceRow[]> {
  return db.price.findMany({
    where: { modelId },
    select: { id: true, modelId: true, nanosPerMillion: true, effectiveFrom: true, source: true, createdAt: true },
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

export async function deleteDeploymentRow(tx: Tx, id: string): Promise<void> {
  await tx.deployment.delete({ where: { id }, select: { id: true } })
}
