/** Models with what they cost, where they run, and, `for=me`, whether a key of mine could call them. */
import * as z from 'zod'
import {
  endpoints,
  modelStatuses,
  nanosPerMillion,
  units,
  type Endpoint,
  type ModelView,
  type PriceView,
  type UnpricedModels,
} from '#lib/catalog/contract.ts'
import { findModel, findModels, findPriceHistory, type ModelRow } from '#lib/catalog/models/store.ts'
import { readUnpricedModels } from '#lib/catalog/read-names.ts'
import type { PriceRow } from '#lib/catalog/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { decodeCursor, encodeCursor, pageQueryOf, type Page } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db } from '#lib/platform/db.ts'
import { notFound } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { Grant, ProfileView } from '#lib/policy/contract.ts'
import { loadGrantsOfPlaces } from '#lib/policy/load-place-grant.ts'
import { profileInUse } from '#lib/policy/profile-in-use.ts'
import { reachModel, type ModelReach, type ReachableModel } from '#lib/policy/rules/reach-model.ts'

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
  const [rows, mine] = await Promise.all([findModels(db, nowMs), accessFor(db, actor, query, nowMs)])
  const models = rows
    .map((row) => viewModel(row, nowMs, mine))
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
  const [row, mine] = await Promise.all([
    may(actor, 'model.read') ? findModel(db, idOrName, nowMs) : null,
    accessFor(db, actor, query, nowMs),
  ])
  if (!row) throw notFound('model')
  return viewModel(row, nowMs, mine)
}

export type ProfileAccess = Pick<ProfileView, 'id' | 'name'> & { readonly reach: ModelReach }

/** Whether keys of each of these profiles could call a model; teams, projects and keys may narrow it further. */
export async function readAccessByProfile(
  { db, clock }: Context,
  profiles: readonly Pick<ProfileView, 'id' | 'name'>[],
  modelId: string,
): Promise<ProfileAccess[]> {
  const nowMs = clock.nowMs()
  const nowhere = { teamId: null, projectId: null, ownerUserId: null }
  const [row, grants, unpricedModels] = await Promise.all([
    findModel(db, modelId, nowMs),
    loadGrantsOfPlaces(
      db,
      profiles.map(({ id }) => ({ id, profileId: id, ...nowhere })),
      nowMs,
    ),
    readUnpricedModels(db),
  ])
  if (!row) throw notFound('model')
  const model = reachable(row, nowMs)
  return profiles.flatMap(({ id, name }) => {
    const grant = grants.get(id)
    return grant ? [{ id, name, reach: reachModel(grant, model, { address: null, unpricedModels, nowMs }) }] : []
  })
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

type MyAccess = {
  readonly profile: string
  /** Of a key in each of my teams, the first team's first; of one in no team where I have none. */
  readonly grants: readonly Grant[]
  readonly unpricedModels: UnpricedModels
}

async function accessFor(
  db: Db,
  actor: Actor,
  query: { readonly for?: 'me' | undefined },
  nowMs: number,
): Promise<MyAccess | null> {
  if (query.for !== 'me') return null
  const [profile, unpricedModels] = await Promise.all([profileInUse(db, actor), readUnpricedModels(db)])
  if (!profile) return null
  const ownerUserId = actor.kind === 'user' ? actor.id : null
  const teamIds = actor.teamIds.length > 0 ? actor.teamIds : [null]
  const places = teamIds.map((teamId) => ({
    id: teamId ?? 'nowhere',
    profileId: profile.id,
    teamId,
    projectId: null,
    ownerUserId,
  }))
  const grants = await loadGrantsOfPlaces(db, places, nowMs)
  return { profile: profile.name, grants: places.flatMap(({ id }) => grants.get(id) ?? []), unpricedModels }
}

/** Where one of my teams lets me call it, a key of mine can. */
function accessTo(row: ModelRow, { profile, grants, unpricedModels }: MyAccess, nowMs: number): ModelView['access'] {
  const model = reachable(row, nowMs)
  const reaches = grants.map((grant) => reachModel(grant, model, { address: null, unpricedModels, nowMs }))
  const [first] = reaches
  if (!first || first.reached || reaches.some(({ reached }) => reached))
    return { allowed: true, reason: null, layer: null, profile }
  return { allowed: false, reason: first.reason, layer: first.layer, profile }
}

function reachable(row: ModelRow, nowMs: number): ReachableModel {
  const own = storedPrice(row.prices, null, nowMs)
  return {
    name: row.name,
    status: row.status,
    endpoints: servedBy(row),
    places: row.deployments.map(({ id, provider, region, upstreamModel, status }) => ({
      provider: provider.name,
      region,
      upstreamModel,
      price: nanosPerMillion.nullable().parse((storedPrice(row.prices, id, nowMs) ?? own)?.nanosPerMillion ?? null),
      isOn: status === 'active' && provider.status === 'active',
    })),
  }
}

function servedBy(row: Pick<ModelRow, 'endpoints'>): Endpoint[] {
  return z.array(z.enum(endpoints)).parse(row.endpoints)
}

export function viewModel(row: ModelRow, nowMs: number, mine: MyAccess | null = null): ModelView {
  const price = priceInForce(row.prices, null, nowMs)
  const next = row.prices.find(
    ({ deploymentId, effectiveFrom }) => deploymentId === null && effectiveFrom.getTime() > nowMs,
  )
  const deployments = row.deployments.map((deployment) => ({
    ...deployment,
    price: priceInForce(row.prices, deployment.id, nowMs),
  }))
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    vendor: row.vendor,
    aliases: [...row.aliases],
    endpoints: servedBy(row),
    capabilities: row.capabilities,
    contextTokens: row.contextTokens,
    maxOutputTokens: row.maxOutputTokens,
    status: z.enum(modelStatuses).parse(row.status),
    retiresAt: row.retiresAt?.toISOString() ?? null,
    price,
    nextPrice: next ? viewPrice(next) : null,
    deployments,
    ...(mine ? { access: accessTo(row, mine, nowMs) } : {}),
    createdAt: row.createdAt.toISOString(),
  }
}

/** Of a deployment, or, null, of the model. */
function priceInForce(rows: readonly PriceRow[], deploymentId: string | null, nowMs: number): PriceView | null {
  const row = storedPrice(rows, deploymentId, nowMs)
  return row ? viewPrice(row) : null
}

function storedPrice(rows: readonly PriceRow[], deploymentId: string | null, nowMs: number): PriceRow | undefined {
  return rows.findLast((price) => price.deploymentId === deploymentId && price.effectiveFrom.getTime() <= nowMs)
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
