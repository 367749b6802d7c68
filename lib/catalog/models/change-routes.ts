/** Adds, changes and removes the routes of a model. */
import type { DeploymentInput, ModelView, PatchDeploymentInput } from '#lib/catalog/contract.ts'
import { changedModel, invalid, mustBeAllowed, openModel } from '#lib/catalog/models/model-change.ts'
import { viewModel } from '#lib/catalog/models/read-models.ts'
import {
  deleteDeploymentRow,
  deploymentHasPrices,
  insertDeployment,
  providerExists,
  updateDeploymentRow,
  type DeploymentRow,
  type ModelRow,
} from '#lib/catalog/models/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export async function addDeployment(
  context: Context,
  actor: Actor,
  idOrName: string,
  input: DeploymentInput,
): Promise<ModelView> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await openModel(tx, idOrName, nowMs)
    if (row.deployments.length >= 100) throw new AppError('conflict', 'A model has at most 100 routes.')
    const deploymentId = await insertRoute(tx, row, input, '', nowMs)
    return changedModel(tx, row.id, nowMs, {
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
    return changedModel(tx, row.id, nowMs, {
      action: 'model.update_deployment',
      summary: `changed ${Object.keys(after).join(', ')} of a route of model ${row.name}`,
      before: { deploymentId: deployment.id, ...before },
      after: { deploymentId: deployment.id, ...after },
    })
  })
}

/** Only a route that never had a price of its own: what its calls cost is history. */
export async function deleteDeployment(context: Context, actor: Actor, place: DeploymentPlace): Promise<void> {
  mustBeAllowed(actor, 'model.write')
  const nowMs = context.clock.nowMs()
  await changePolicy(context, actor, async (tx) => {
    const { row, deployment } = await openedRoute(tx, place, nowMs)
    if (await deploymentHasPrices(tx, deployment.id)) {
      throw new AppError(
        'conflict',
        'This route has prices of its own, which are history. Set its status to off instead.',
      )
    }
    await deleteDeploymentRow(tx, deployment.id)
    const { provider, upstreamModel, region, rank, weight } = deployment
    return changedModel(tx, row.id, nowMs, {
      action: 'model.delete_deployment',
      summary: `removed a route of model ${row.name}`,
      before: { deploymentId: deployment.id, providerId: provider.id, upstreamModel, region, rank, weight },
    })
  })
}

export type DeploymentPlace = { readonly model: string; readonly deploymentId: string }

async function openedRoute(
  tx: Tx,
  { model, deploymentId }: DeploymentPlace,
  nowMs: number,
): Promise<{ row: ModelRow; deployment: DeploymentRow }> {
  const row = await openModel(tx, model, nowMs)
  const deployment = row.deployments.find(({ id }) => id === deploymentId)
  if (!deployment) throw notFound('route')
  return { row, deployment }
}

/** `prefix` is where the input stands. */
export async function insertRoute(
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
