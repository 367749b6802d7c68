/** Adds, changes, prices and routes models. A price is never edited: a new one begins at its time, and history stays. */
import {
  catalogSubject,
  units,
  type CreateModelInput,
  type DeploymentInput,
  type Endpoint,
  type ModelView,
  type NanosPerMillion,
  type PatchDeploymentInput,
  type PatchModelInput,
  type PriceInput,
} from '#lib/catalog/contract.ts'
import { listPricesOf, type ListVendor } from '#lib/catalog/list-prices.ts'
import { viewModel } from '#lib/catalog/models/read-models.ts'
import {
  deleteDeploymentRow,
  deleteModelRow,
  findModel,
  insertDeployment,
  insertModel,
  insertPrices,
  lockModel,
  modelNameIsTaken,
  modelWasCalled,
  providerExists,
  updateDeploymentRow,
  updateModelRow,
  type DeploymentRow,
  type ModelRow,
  type NewPrice,
} from '#lib/catalog/models/store.ts'
import { checkPrice } from '#lib/catalog/rules/check-price.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import { may, type Action } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound, type FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'

export async function createModel(context: Context, actor: Actor, input: CreateModelInput): Promise<ModelView> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  const prices = input.price ? [priceOf(input.price, input.endpoints, nowMs, 'price.')] : await listPricesFor(input)
  return changePolicy(context, actor, async (tx) => {
    const { name, price: _price, deployments, retiresAt, displayName, ...fields } = input
    if (await modelNameIsTaken(tx, name)) {
      throw new AppError('conflict', `There is a model named ${name} already.`, {
        errors: [{ field: 'name', message: 'This name is taken.' }],
      })
    }
    const id = await insertModel(
      tx,
      { name, ...fields, displayName: displayName ?? name, retiresAt: dateOf(retiresAt) },
      nowMs,
    )
    await insertPrices(tx, id, prices, nowMs)
    for (const [i, deployment] of deployments.entries())
      await route(tx, { id, name }, deployment, `deployments[${i}].`, nowMs)
    return changed(tx, id, nowMs, {
      action: 'model.create',
      summary: `added model ${name}${prices.length === 0 ? ', without a price as yet' : ''}`,
      after: {
        ...fields,
        name,
        displayName: displayName ?? name,
        prices: prices.map(({ nanosPerMillion }) => nanosPerMillion),
        deployments,
      },
    })
  })
}

export async function updateModel(
  context: Context,
  actor: Actor,
  idOrName: string,
  patch: PatchModelInput,
): Promise<ModelView> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, idOrName, nowMs)
    if (patch.status !== undefined && row.status === 'quarantined') {
      throw new AppError('conflict', 'This model is quarantined. Release it first.')
    }
    const { retiresAt, ...fields } = patch
    const given = retiresAt === undefined ? fields : { ...fields, retiresAt: dateOf(retiresAt) }
    const { isEmpty, before, after } = changedFields(row, given)
    if (isEmpty) return { result: viewModel(row, nowMs), subjects: [], audit: null }
    await updateModelRow(tx, row.id, after)
    return changed(tx, row.id, nowMs, {
      action: 'model.update',
      summary: `changed ${Object.keys(after).join(', ')} of model ${row.name}`,
      before,
      after,
    })
  })
}

/** Only a model that was never called: what the ledger speaks of stays, as retired. */
export async function deleteModel(context: Context, actor: Actor, idOrName: string): Promise<void> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  await changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, idOrName, nowMs)
    if (await modelWasCalled(tx, row.name)) {
      throw new AppError(
        'conflict',
        `${row.name} was called, so its prices are history. Set its status to retired instead.`,
      )
    }
    await deleteModelRow(tx, row.id)
    const audit = {
      action: 'model.delete',
      targetType: 'model',
      targetId: row.id,
      targetName: row.name,
      summary: `removed model ${row.name}`,
    }
    return {
      result: null,
      subjects: [catalogSubject],
      audit: { ...audit, before: { name: row.name, vendor: row.vendor } },
    }
  })
}

export async function addPrice(
  context: Context,
  actor: Actor,
  idOrName: string,
  input: PriceInput,
): Promise<ModelView> {
  mustBeAllowed(actor, 'price.write')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, idOrName, nowMs)
    const view = viewModel(row, nowMs)
    const price = priceOf(input, view.endpoints, nowMs)
    await insertPrices(tx, row.id, [price], nowMs)
    return changed(tx, row.id, nowMs, {
      action: 'price.create',
      summary: `set a price of model ${row.name} from ${new Date(price.effectiveFromMs).toISOString()}`,
      before: { usdPerMillion: view.price?.usdPerMillion ?? null },
      after: {
        usdPerMillion: input.usdPerMillion,
        effectiveFrom: new Date(price.effectiveFromMs).toISOString(),
        source: price.source,
      },
    })
  })
}

export async function addDeployment(
  context: Context,
  actor: Actor,
  idOrName: string,
  input: DeploymentInput,
): Promise<ModelView> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, idOrName, nowMs)
    if (row.deployments.length >= 100) throw new AppError('conflict', 'A model has at most 100 routes.')
    const deploymentId = await route(tx, row, input, '', nowMs)
    return changed(tx, row.id, nowMs, {
      action: 'model.add_deployment',
      summary: `added a route of model ${row.name}`,
      after: { deploymentId, ...input },
    })
  })
}

export async function updateDeployment(
  context: Context,
  actor: Actor,
  place: DeploymentPlace,
  patch: PatchDeploymentInput,
): Promise<ModelView> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { row, deployment } = await openedRoute(tx, place, nowMs)
    const { isEmpty, before, after } = changedFields(deployment, patch)
    if (isEmpty) return { result: viewModel(row, nowMs), subjects: [], audit: null }
    await updateDeploymentRow(tx, deployment.id, after)
    return changed(tx, row.id, nowMs, {
      action: 'model.update_deployment',
      summary: `changed ${Object.keys(after).join(', ')} of a route of model ${row.name}`,
      before: { deploymentId: deployment.id, ...before },
      after: { deploymentId: deployment.id, ...after },
    })
  })
}

export async function deleteDeployment(context: Context, actor: Actor, place: DeploymentPlace): Promise<void> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  await changePolicy(context, actor, async (tx) => {
    const { row, deployment } = await openedRoute(tx, place, nowMs)
    await deleteDeploymentRow(tx, deployment.id)
    const { provider, upstreamModel, region, rank, weight } = deployment
    return changed(tx, row.id, nowMs, {
      action: 'model.delete_deployment',
      summary: `removed a route of model ${row.name}`,
      before: { deploymentId: deployment.id, providerId: provider.id, upstreamModel, region, rank, weight },
    })
  })
}

export type DeploymentPlace = { readonly model: string; readonly deploymentId: string }

function mustBeAllowed(actor: Actor, action: Action): void {
  if (!may(actor, action)) throw forbidden('Only administrators change models and prices.')
}

async function opened(tx: Tx, idOrName: string, nowMs: number): Promise<ModelRow> {
  const found = await findModel(tx, idOrName, nowMs)
  if (!found) throw notFound('model')
  await lockModel(tx, found.id)
  const row = await findModel(tx, found.id, nowMs)
  if (!row) throw notFound('model')
  return row
}

async function openedRoute(
  tx: Tx,
  { model, deploymentId }: DeploymentPlace,
  nowMs: number,
): Promise<{ row: ModelRow; deployment: DeploymentRow }> {
  const row = await opened(tx, model, nowMs)
  const deployment = row.deployments.find(({ id }) => id === deploymentId)
  if (!deployment) throw notFound('route')
  return { row, deployment }
}

type ModelEntry = {
  readonly action: string
  readonly summary: string
  readonly before?: unknown
  readonly after?: unknown
}

async function changed(tx: Tx, id: string, nowMs: number, entry: ModelEntry): Promise<PolicyChange<ModelView>> {
  const row = await findModel(tx, id, nowMs)
  if (!row) throw notFound('model')
  return {
    result: viewModel(row, nowMs),
    subjects: [catalogSubject],
    audit: { ...entry, targetType: 'model', targetId: id, targetName: row.name },
  }
}

async function route(
  tx: Tx,
  model: { readonly id: string; readonly name: string },
  input: DeploymentInput,
  prefix: string,
  nowMs: number,
): Promise<string> {
  const { providerId, upstreamModel = model.name, region, rank, weight } = input
  if (!(await providerExists(tx, providerId))) {
    throw invalid({ field: `${prefix}providerId`, message: 'There is no provider with this id.' })
  }
  return insertDeployment(tx, { modelId: model.id, providerId, upstreamModel, region, rank, weight }, nowMs)
}

function priceOf(input: PriceInput, endpoints: readonly Endpoint[], nowMs: number, prefix: string = ''): NewPrice {
  const prices: NanosPerMillion = {}
  for (const unit of units) {
    const usd = input.usdPerMillion[unit]
    if (usd !== undefined) prices[unit] = Number(nanosOfUsd(usd))
  }
  const errors = checkPrice(prices, endpoints)
  const effectiveFromMs = input.effectiveFrom === undefined ? nowMs : Date.parse(input.effectiveFrom)
  // A minute of leeway for the clock of whoever asks; calls that are booked keep the price they had.
  if (effectiveFromMs < nowMs - 60_000) {
    errors.push({ field: 'effectiveFrom', message: 'Prices begin now or later. What was charged stays as it was.' })
  }
  if (errors.length > 0) throw invalid(...errors.map((error) => ({ ...error, field: prefix + error.field })))
  return {
    nanosPerMillion: prices,
    effectiveFromMs: Math.max(effectiveFromMs, nowMs),
    source: input.source ?? 'entered by hand',
  }
}

const listVendors: readonly string[] = ['openai', 'anthropic', 'google'] satisfies ListVendor[]

/** Without a known context one figure can't be trusted to hold for all of it, so rising prices are then not taken. */
async function listPricesFor({ vendor, name, contextTokens, endpoints }: CreateModelInput): Promise<NewPrice[]> {
  if (!listVendors.includes(vendor)) return []
  const listed = await listPricesOf(vendor as ListVendor, name, contextTokens ?? Number.POSITIVE_INFINITY)
  return listed.filter(({ nanosPerMillion }) => checkPrice(nanosPerMillion, endpoints).length === 0)
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}

function invalid(...errors: FieldError[]): AppError {
  return new AppError('validation_failed', 'Some values are not valid.', { errors })
}
