/** What every change of a model begins and ends with. */
import { catalogSubject, type ModelView } from '#lib/catalog/contract.ts'
import { viewModel } from '#lib/catalog/models/read-models.ts'
import { findModel, lockModel, type ModelRow } from '#lib/catalog/models/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may, type Action } from '#lib/identity/rules/permissions.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound, type FieldError } from '#lib/platform/errors.ts'
import type { PolicyChange } from '#lib/policy/change-policy.ts'

export function mustBeAllowed(actor: Actor, action: Action): void {
  if (!may(actor, action)) throw forbidden('Only administrators change models and prices.')
}

/** The model as it is once nobody else changes it. */
export async function openModel(tx: Tx, idOrName: string, nowMs: number): Promise<ModelRow> {
  const found = await findModel(tx, idOrName, nowMs)
  if (!found) throw notFound('model')
  await lockModel(tx, found.id)
  const row = await findModel(tx, found.id, nowMs)
  if (!row) throw notFound('model')
  return row
}

type ModelEntry = {
  readonly action: string
  readonly summary: string
  readonly before?: unknown
  readonly after?: unknown
}

/** The model as it has become, with an audit entry of how. */
export async function changedModel(
  tx: Tx,
  id: string,
  nowMs: number,
  entry: ModelEntry,
): Promise<PolicyChange<ModelView>> {
  const row = await findModel(tx, id, nowMs)
  if (!row) throw notFound('model')
  return {
    result: viewModel(row, nowMs),
    subjects: [catalogSubject],
    audit: { ...entry, targetType: 'model', targetId: id, targetName: row.name },
  }
}

export function invalid(...errors: FieldError[]): AppError {
  return new AppError('validation_failed', 'Some values are not valid.', { errors })
}
