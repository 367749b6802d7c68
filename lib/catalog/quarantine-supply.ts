/** One action that stops a provider or a model, and one that lets it go on: on the next call, with a dry run. */
import { catalogSubject, type CatalogueEffect } from '#lib/catalog/contract.ts'
import { findModel, lockModel, updateModelRow } from '#lib/catalog/models/store.ts'
import {
  countCalls,
  findModelsOnlyServedBy,
  findProvider,
  lockProvider,
  updateProviderRow,
} from '#lib/catalog/providers/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export type SupplyStep = {
  readonly what: 'provider' | 'model'
  readonly id: string
  readonly to: 'quarantined' | 'active'
  readonly reason?: string | undefined
  readonly dryRun: boolean
}

const dayMs = 86_400_000

export async function quarantineSupply(context: Context, actor: Actor, step: SupplyStep): Promise<CatalogueEffect> {
  const { what, to, reason, dryRun } = step
  if (!may(actor, `${what}.quarantine`)) throw forbidden(`Only administrators quarantine a ${what}.`)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const found = await open(tx, step, nowMs)
    if (found.status !== 'active' && found.status !== 'quarantined') {
      throw new AppError('conflict', `This ${what} is ${found.status} already.`)
    }
    const models = what === 'model' ? [found.name] : await findModelsOnlyServedBy(tx, found.id)
    const by = what === 'model' ? { model: found.name } : { provider: found.name }
    const callsLastDay = await countCalls(tx, by, nowMs - dayMs)
    const effect = { id: found.id, status: dryRun ? found.status : to, dryRun, models, callsLastDay }
    if (dryRun || found.status === to) return { result: effect, subjects: [], audit: null }

    if (what === 'model') await updateModelRow(tx, found.id, { status: to })
    else await updateProviderRow(tx, found.id, { status: to })
    const verb = to === 'quarantined' ? 'quarantine' : 'release'
    return {
      result: effect,
      subjects: [catalogSubject],
      audit: {
        action: `${what}.${verb}`,
        targetType: what,
        targetId: found.id,
        targetName: found.name,
        summary: `${verb}d ${what} ${found.name}${reason ? `: ${reason}` : ''}`,
        before: { status: found.status },
        after: { status: to, reason: reason ?? null },
      },
    }
  })
}

type Found = { readonly id: string; readonly name: string; readonly status: string }

async function open(tx: Tx, { what, id }: SupplyStep, nowMs: number): Promise<Found> {
  if (what === 'provider') await lockProvider(tx, id)
  const found = what === 'provider' ? await findProvider(tx, id) : await findModel(tx, id, nowMs)
  if (!found) throw notFound(what)
  if (what === 'model') await lockModel(tx, found.id)
  return found
}
