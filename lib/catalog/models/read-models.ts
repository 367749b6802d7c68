/** Models with what they cost, where they run, and, `for=me`, whether my access profile lets me call them. */
import * as z from 'zod'
import {
  endpoints,
  modelStatuses,
  nanosPerMillion,
  units,
  unpricedModels,
  type ModelView,
  type PriceView,
  type UnpricedModels,
} from '#lib/catalog/contract.ts'
import { findModel, findModels, findPriceHistory, type ModelRow } from '#lib/catalog/models/store.ts'
import { whyNot } from '#lib/catalog/rules/model-access.ts'
import { findUnpricedModels, type PriceRow } from '#lib/catalog/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, encodeCursor, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db } from '#lib/platform/db.ts'
import { notFound } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { profileInUse } from '#lib/policy/profile-in-use.ts'

const sorts = ['name', '-name', 'input', '-input', 'output', '-output', 'context', '-context'] as const
type Sort = (typeof sorts)[number]

export const listModelsQuery = pageQueryOf({
  sorts,
  filters: ['vendor', 'status', 'endpoint', 'capability', 'provider', 'region', 'access'],
}).extend({
  /** Adds whether I may call each of them. */
  for: z.literal('me').optional(),
})
type ListModelsQuery = z.infer<typeof listModelsQuery>

export async function listModels(
  { db, clock }: Context,
  actor: Actor,
  query: ListModelsQuery,
): Promise<Page<ModelView>> {
  if (!may(actor, 'model.read')) return { data: [], nextCursor: null }
  const nowMs = clock.nowMs()
  const [rows, profile] = await Promise.all([findModels(db, nowMs), profileFor(db, actor, query)])
  const models = rows
    .map((row) => viewModel(row, nowMs, profile))
    .filter((model) => matches(model, query))
    .map((model) => ({ model, position: positionOf(model, query.sort) }))
    .toSorted((a, b) => compare(a.position, b.position, query.sort))

  const after = query.cursor === undefined ? null : (decodeCursor(query.cursor, query.sort, 2) as Place)
  const rest = after ? models.filter(({ position }) => compare(position, after, query.sort) > 0) : models
  const page = rest.slice(0, query.limit)
  const last = page.at(-1)
  return {
    data: page.map(({ model }) => model),
    nextCursor: last && rest.length > page.length ? encodeCursor(query.sort, last.position) : null,
  }
}

/** By id or by name. */
export async function readModel(
  { db, clock }: Context,
  actor: Actor,
  idOrName: string,
  query: { readonly for?: 'me' | undefined },
): Promise<ModelView> {
  const nowMs = clock.nowMs()
  const [row, profile] = await Promise.all([
    may(actor, 'model.read') ? findModel(db, idOrName, nowMs) : null,
    profileFor(db, actor, query),
  ])
  if (!row) throw notFound('model')
  return viewModel(row, nowMs, profile)
}

export async function listPrices(
  { db, clock }: Context,
  actor: Actor,
  idOrName: string,
): Promise<{ data: PriceView[] }> {
  const row = may(actor, 'price.read') ? await findModel(db, idOrName, clock.nowMs()) : null
  if (!row) throw notFound('model')
  return { data: (await findPriceHistory(db, row.id)).map(viewPrice) }
}

type Profile = {
  readonly name: string
  readonly policy: ProfilePolicy
  readonly unpricedModels: UnpricedModels
}

async function profileFor(db: Db, actor: Actor, query: { readonly for?: 'me' | undefined }): Promise<Profile | null> {
  if (query.for !== 'me') return null
  const [profile, setting] = await Promise.all([profileInUse(db, actor), findUnpricedModels(db)])
  return profile && { ...profile, unpricedModels: z.enum(unpricedModels).parse(setting) }
}

export function viewModel(row: ModelRow, nowMs: number, profile: Profile | null = null): ModelView {
  const price = priceInForce(row.prices, null, nowMs)
  const next = row.prices.find(
    ({ deploymentId, effectiveFrom }) => deploymentId === null && effectiveFrom.getTime() > nowMs,
  )
  const deployments = row.deployments.map((deployment) => ({
    ...deployment,
    price: priceInForce(row.prices, deployment.id, nowMs),
  }))
  const served = z.array(z.enum(endpoints)).parse(row.endpoints)
  const reason =
    profile && whyNot({ ...row, endpoints: served, price, deployments }, profile.policy, profile.unpricedModels)
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    vendor: row.vendor,
    aliases: [...row.aliases],
    endpoints: served,
    capabilities: row.capabilities,
    contextTokens: row.contextTokens,
    maxOutputTokens: row.maxOutputTokens,
    status: z.enum(modelStatuses).parse(row.status),
    retiresAt: row.retiresAt?.toISOString() ?? null,
    price,
    nextPrice: next ? viewPrice(next) : null,
    deployments,
    ...(profile ? { access: { allowed: reason === null, reason, profile: profile.name } } : {}),
    createdAt: row.createdAt.toISOString(),
  }
}

/** Of a deployment, or, null, of the model. */
function priceInForce(rows: readonly PriceRow[], deploymentId: string | null, nowMs: number): PriceView | null {
  const row = rows.findLast((price) => price.deploymentId === deploymentId && price.effectiveFrom.getTime() <= nowMs)
  return row ? viewPrice(row) : null
}

function viewPrice({
  id,
  deploymentId,
  nanosPerMillion: stored,
  effectiveFrom,
  source,
  createdAt,
}: PriceRow): PriceView {
  const prices = nanosPerMillion.parse(stored)
  const usd = units.flatMap((unit) => {
    const price = prices[unit]
    return price === undefined ? [] : [[unit, usdOfNanos(BigInt(price))] as const]
  })
  return {
    id,
    deploymentId,
    usdPerMillion: Object.fromEntries(usd),
    effectiveFrom: effectiveFrom.toISOString(),
    source,
    createdAt: createdAt.toISOString(),
  }
}

function matches(model: ModelView, { q, filter }: ListModelsQuery): boolean {
  const any = (wanted: readonly string[] | undefined, has: readonly string[]) =>
    !wanted || wanted.some((word) => has.includes(word))
  const text = [model.name, model.displayName, model.vendor, ...model.aliases].join(' ').toLowerCase()
  return (
    (!q || text.includes(q.toLowerCase())) &&
    any(filter.vendor, [model.vendor]) &&
    any(filter.status, [model.status]) &&
    any(filter.endpoint, model.endpoints) &&
    any(filter.capability, model.capabilities) &&
    any(
      filter.provider,
      model.deployments.map(({ provider }) => provider.name),
    ) &&
    any(
      filter.region,
      model.deployments.map(({ region }) => region),
    ) &&
    any(filter.access, [model.access?.allowed ? 'allowed' : 'denied'])
  )
}

type Place = readonly [value: string | number | null, name: string]

function positionOf(model: ModelView, sort: Sort): Place {
  const usd = (text: string | undefined) => (text === undefined ? null : Number(text))
  const values = {
    name: model.name,
    input: usd(model.price?.usdPerMillion.input),
    output: usd(model.price?.usdPerMillion.output),
    context: model.contextTokens,
  }
  return [values[sort.replace('-', '') as keyof typeof values], model.name]
}

/** What has no value comes last, whichever way it is sorted. */
function compare(a: Place, b: Place, sort: Sort): number {
  const direction = sort.startsWith('-') ? -1 : 1
  const [valueA, nameA] = a
  const [valueB, nameB] = b
  if (valueA === null || valueB === null) {
    if (valueA !== valueB) return valueA === null ? 1 : -1
  } else if (valueA !== valueB) {
    return (valueA < valueB ? -1 : 1) * direction
  }
  return nameA === nameB ? 0 : (nameA < nameB ? -1 : 1) * direction
}
