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
import type { Stopped } from '#lib/quarantine/stops-store.ts'
import { answerOf, takeStep } from '#lib/quarantine/take-step.ts'

export type SupplyStep = {
  readonly what: 'provider' | 'model'
  readonly id: string
  readonly to: 'quarantined' | 'active'
  readonly reason?: string | undefined
  readonly until?: string | null | undefined
  readonly dryRun: boolean
}

const dayMs = 86_400_000

export async function quarantineSupply(context: Context, actor: Actor, step: SupplyStep): Promise<CatalogueEffect> {
  const { what, to, reason, until: end, dryRun } = step
  if (!may(actor, `${what}.quarantine`)) throw forbidden(`Only administrators quarantine a ${what}.`)
  const nowMs = context.clock.nowMs()
  const { subject, taken, ...effect } = await changePolicy(context, actor, async (tx) => {
    const found = await open(tx, step, nowMs)
    if (found.status !== 'active' && found.status !== 'quarantined') {
      throw new AppError('conflict', `This ${what} is ${found.status} already.`)
    }
    const { id, name, status } = found
    const about: Stopped = { type: what, id, name }
    const facts = {
      subject: about,
      id,
      dryRun,
      models: what === 'model' ? [name] : await findModelsOnlyServedBy(tx, id),
      callsLastDay: await countCalls(tx, what === 'model' ? { model: name } : { provider: name }, nowMs - dayMs),
    }
    const verb = to === 'quarantined' ? 'quarantine' : 'release'
    const { change, ...rest } = await takeStep(tx, {
      subject: about,
      verb,
      status,
      reason,
      until: end,
      dryRun,
      by: actor,
      nowMs,
    })
    const result = { ...facts, status: change ? to : status, taken: rest }
    if (!change) return { result, subjects: [], audit: null }
    if (what === 'model') await updateModelRow(tx, id, { status: to })
    else await updateProviderRow(tx, id, { status: to })
    return { result, subjects: [catalogSubject], audit: change.audit }
  })
  return { ...effect, ...(await answerOf(context, subject, taken)) }
}

type Found = { readonly id: string; readonly name: string; readonly status: string }

async function open(tx: Tx, { what, id }: SupplyStep, nowMs: number): Promise<Found> {
  if (what === 'provider') await lockProvider(tx, id)
  const found = what === 'provider' ? await findProvider(tx, id) : await findModel(tx, id, nowMs)
  if (!found) throw notFound(what)
  if (what === 'model') await lockModel(tx, found.id)
  return found
}
