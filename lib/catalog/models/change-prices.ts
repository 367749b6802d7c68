/** Prices models and their routes. A price is never edited: a new one begins at its time, and history stays. */
import {
  units,
  type AddPriceInput,
  type Endpoint,
  type ModelView,
  type NanosPerMillion,
  type PriceInput,
} from '#lib/catalog/contract.ts'
import { changedModel, invalid, mustBeAllowed, openModel } from '#lib/catalog/models/model-change.ts'
import { viewModel } from '#lib/catalog/models/read-models.ts'
import { insertPrices, type NewPrice } from '#lib/catalog/models/store.ts'
import { checkPrice } from '#lib/catalog/rules/check-price.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export async function addPrice(
  context: Context,
  actor: Actor,
  idOrName: string,
  input: AddPriceInput,
): Promise<ModelView> {
  mustBeAllowed(actor, 'price.write')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const view = viewModel(await openModel(tx, idOrName, nowMs), nowMs)
    const { deploymentId } = input
    const deployment = deploymentId === undefined ? null : view.deployments.find(({ id }) => id === deploymentId)
    if (deployment === undefined) {
      throw invalid({ field: 'deploymentId', message: 'This model has no route with this id.' })
    }
    const price = newPrice(input, view.endpoints, nowMs)
    await insertPrices(tx, { modelId: view.id, deploymentId }, [price], nowMs)
    const effectiveFrom = new Date(price.effectiveFromMs).toISOString()
    const where = deployment ? ` at ${deployment.provider.name}, ${deployment.region},` : ''
    const about = deployment ? { deploymentId } : {}
    return changedModel(tx, view.id, nowMs, {
      action: 'price.create',
      summary: `set a price of model ${view.name}${where} from ${effectiveFrom}`,
      before: { ...about, usdPerMillion: (deployment ?? view).price?.usdPerMillion ?? null },
      after: { ...about, usdPerMillion: input.usdPerMillion, effectiveFrom, source: price.source },
    })
  })
}

/** Throws where the model's endpoints use units that the price does not name. `prefix` is where the input stands. */
export function newPrice(
  input: PriceInput,
  endpoints: readonly Endpoint[],
  nowMs: number,
  prefix: string = '',
): NewPrice {
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
