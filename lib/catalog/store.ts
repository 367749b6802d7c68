/** Queries of the catalogue. */
import type { Db, Tx } from '#lib/platform/db.ts'
import type { Prisma } from '#lib/platform/generated/prisma/client.ts'

/** A catalogue is read whole, so its size is bounded. */
const mostModels = 5000
const mostProviders = 500
const mostPerModel = 100

const providerColumns = {
  id: true,
  name: true,
  kind: true,
  baseUrl: true,
  status: true,
  simulated: true,
  timeouts: true,
  credentials: {
    where: { status: 'active' },
    select: { id: true, label: true, ciphertext: true, wrappedKey: true, weight: true },
    take: mostPerModel,
  },
} satisfies Prisma.ProviderSelect

const modelColumns = {
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
  aliases: { select: { name: true }, take: mostPerModel },
  deployments: {
    select: { id: true, providerId: true, upstreamModel: true, region: true, rank: true, weight: true, status: true },
    orderBy: [{ rank: 'asc' }, { weight: 'desc' }, { id: 'asc' }],
    take: mostPerModel,
  },
} satisfies Prisma.ModelSelect

export type ProviderRow = Prisma.ProviderGetPayload<{ select: typeof providerColumns }>
export type PriceRow = {
  readonly id: string
  readonly modelId: string
  /** Null: for every deployment that has no price of its own. */
  readonly deploymentId: string | null
  readonly nanosPerMillion: unknown
  readonly effectiveFrom: Date
  readonly source: string
  readonly createdAt: Date
}
export type ModelRow = Prisma.ModelGetPayload<{ select: typeof modelColumns }> & { prices: PriceRow[] }

/** Everything that calls are routed and priced by. */
export async function readCatalogRows(
  db: Db,
  nowMs: number,
): Promise<{ providers: ProviderRow[]; models: ModelRow[]; unpricedModels: string }> {
  const [providers, models, prices, setting] = await Promise.all([
    db.provider.findMany({ select: providerColumns, orderBy: { name: 'asc' }, take: mostProviders }),
    db.model.findMany({ select: modelColumns, orderBy: { name: 'asc' }, take: mostModels }),
    findPricesFrom(db, nowMs),
    findUnpricedModels(db),
  ])
  const pricesByModel = new Map<string, PriceRow[]>()
  for (const price of prices) pricesByModel.set(price.modelId, [...(pricesByModel.get(price.modelId) ?? []), price])
  return {
    providers,
    models: models.map((model) => ({ ...model, prices: pricesByModel.get(model.id) ?? [] })),
    unpricedModels: setting,
  }
}

/** What the organisation has decided on models without a price. */
export async function findUnpricedModels(db: Db | Tx): Promise<string> {
  return (await db.organisation.findFirst({ select: { unpricedModels: true } }))?.unpricedModels ?? 'refuse'
}

/**
 * For every model, and for every deployment with prices of its own, the price in force and those to come, by date; two of
 * the same date count in the order of their entry, the later one wins. Carried by price_model_id_effective_from_idx.
 */
export async function findPricesFrom(
  db: Db | Tx,
  nowMs: number,
  modelIds: readonly string[] | null = null,
): Promise<PriceRow[]> {
  const now = new Date(nowMs)
  return db.$queryRaw<PriceRow[]>`
    SELECT p.id, p.model_id AS "modelId", p.deployment_id AS "deploymentId", p.nanos_per_million AS "nanosPerMillion",
           p.effective_from AS "effectiveFrom", p.source, p.created_at AS "createdAt"
    FROM price p
    WHERE (${modelIds === null} OR p.model_id = ANY(${modelIds ?? []}::text[]))
      AND p.effective_from >= coalesce(
        (SELECT max(i.effective_from)
         FROM price i
         WHERE i.model_id = p.model_id
           AND i.deployment_id IS NOT DISTINCT FROM p.deployment_id
           AND i.effective_from <= ${now}),
        '-infinity')
    ORDER BY p.model_id, p.effective_from, p.id
    LIMIT 50000`
}

/** The models that there are to choose from. */
export function findActiveModels(db: Db): Promise<{ name: string; displayName: string; vendor: string }[]> {
  return db.model.findMany({
    where: { status: 'active' },
    select: { name: true, displayName: true, vendor: true },
    orderBy: { name: 'asc' },
    take: mostModels,
  })
}

export async function findProviderNames(db: Db): Promise<string[]> {
  const rows = await db.provider.findMany({ select: { name: true }, orderBy: { name: 'asc' }, take: mostProviders })
  return rows.map(({ name }) => name)
}

export async function findRegions(db: Db): Promise<string[]> {
  const rows = await db.deployment.groupBy({ by: ['region'], orderBy: { region: 'asc' }, take: mostProviders })
  return rows.map(({ region }) => region)
}
