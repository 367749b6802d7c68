/** Adds, changes and removes models. */
import { catalogSubject, type CreateModelInput, type ModelView, type PatchModelInput } from '#lib/catalog/contract.ts'
import { listPricesOf, type ListVendor } from '#lib/catalog/list-prices.ts'
import { newPrice } from '#lib/catalog/models/change-prices.ts'
import { insertRoute } from '#lib/catalog/models/change-routes.ts'
import { changedModel, invalid, mustBeAllowed, openModel } from '#lib/catalog/models/model-change.ts'
import { viewModel } from '#lib/catalog/models/read-models.ts'
import {
  deleteModelRow,
  findModel,
  insertModel,
  insertPrices,
  lockModelNames,
  modelWasCalled,
  replaceAliases,
  updateModelRow,
  type ModelRow,
  type NewPrice,
} from '#lib/catalog/models/store.ts'
import { aliasClaims, takeNames } from '#lib/catalog/models/take-names.ts'
import type { AuditInput } from '#lib/audit/record-audit.ts'
import { checkPrice } from '#lib/catalog/rules/check-price.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export async function createModel(context: Context, actor: Actor, input: CreateModelInput): Promise<ModelView> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  const prices = input.price ? [newPrice(input.price, input.endpoints, nowMs, 'price.')] : await listPricesFor(input)
  return changePolicy(context, actor, async (tx) => {
    const { name, price: _price, aliases, deployments, retiresAt, displayName, ...fields } = input
    if (aliases.includes(name))
      throw invalid({ field: 'aliases', message: 'An alias is another name than the model has.' })
    await lockModelNames(tx)
    const claims = [{ name, field: 'name' }, ...aliasClaims(aliases)]
    await takeNames(tx, claims, { modelId: null, movesAliases: false })
    const id = await insertModel(
      tx,
      { name, ...fields, displayName: displayName ?? name, retiresAt: dateOf(retiresAt) },
      nowMs,
    )
    await replaceAliases(tx, id, aliases, nowMs)
    await insertPrices(tx, { modelId: id }, prices, nowMs)
    for (const [i, deployment] of deployments.entries()) {
      await insertRoute(tx, { id, name }, deployment, `deployments[${i}].`, nowMs)
    }
    return changedModel(tx, id, nowMs, {
      action: 'model.create',
      summary: `added model ${name}${prices.length === 0 ? ', without a price as yet' : ''}`,
      after: {
        ...fields,
        name,
        displayName: displayName ?? name,
        aliases,
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
    if (patch.aliases) await lockModelNames(tx)
    const row = await openModel(tx, idOrName, nowMs)
    if (patch.status !== undefined && row.status === 'quarantined') {
      throw new AppError('conflict', 'This model is quarantined. Release it first.')
    }
    const { retiresAt, moveAliases = false, ...fields } = patch
    const given = {
      ...fields,
      aliases: fields.aliases?.toSorted(),
      ...(retiresAt === undefined ? {} : { retiresAt: dateOf(retiresAt) }),
    }
    const { isEmpty, before, after } = changedFields(row, given)
    if (isEmpty) return { result: viewModel(row, nowMs), subjects: [], audit: null }
    const { aliases, ...columns } = after
    const moved = aliases && patch.aliases ? await giveAliases(tx, row, patch.aliases, moveAliases, nowMs) : []
    await updateModelRow(tx, row.id, columns)
    const change = await changedModel(tx, row.id, nowMs, {
      action: 'model.update',
      summary: `changed ${Object.keys(after).join(', ')} of model ${row.name}`,
      before,
      after,
    })
    return { ...change, audit: [change.audit ?? [], moved].flat() }
  })
}

/** Returns what is to be told of the models that lost some. */
async function giveAliases(
  tx: Tx,
  model: ModelRow,
  aliases: readonly string[],
  movesAliases: boolean,
  nowMs: number,
): Promise<AuditInput[]> {
  const holders = await takeNames(tx, aliasClaims(aliases), { modelId: model.id, movesAliases })
  const losers = await Promise.all(
    [...new Set(holders.map(({ modelId }) => modelId))].map((id) => findModel(tx, id, nowMs)),
  )
  await replaceAliases(tx, model.id, aliases, nowMs)
  return losers.flatMap((loser) => {
    if (!loser) return []
    const lost = loser.aliases.filter((name) => aliases.includes(name))
    return {
      action: 'model.update',
      targetType: 'model',
      targetId: loser.id,
      targetName: loser.name,
      summary: `moved ${lost.join(', ')} from model ${loser.name} to ${model.name}`,
      before: { aliases: loser.aliases },
      after: { aliases: loser.aliases.filter((name) => !lost.includes(name)) },
    }
  })
}

/** Only a model that was never called: what the ledger speaks of stays, as retired. */
export async function deleteModel(context: Context, actor: Actor, idOrName: string): Promise<void> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  await changePolicy(context, actor, async (tx) => {
    const row = await openModel(tx, idOrName, nowMs)
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
