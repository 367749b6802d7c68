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
import { countRunningOf, countStopped } from '#lib/quarantine/count-stops.ts'
import { closeQuarantine, findOpenQuarantine, openQuarantine } from '#lib/quarantine/records-store.ts'
import { untilOf } from '#lib/quarantine/rules/until.ts'
import type { Stopped } from '#lib/quarantine/stops-store.ts'

export type SupplyStep = {
  readonly what: 'provider' | 'model'
  readonly id: string
  readonly to: 'quarantined' | 'active'
  readonly reason?: string | undefined
  readonly until?: string | null | undefined
  readonly dryRun: boolean
}

const dayMs = 86_400_000

/** A second quarantine changes the reason and the end. */
export async function quarantineSupply(context: Context, actor: Actor, step: SupplyStep): Promise<CatalogueEffect> {
  const { what, to, reason, dryRun } = step
  if (!may(actor, `${what}.quarantine`)) throw forbidden(`Only administrators quarantine a ${what}.`)
  const nowMs = context.clock.nowMs()
  const untilMs = untilOf(step.until, nowMs)
  const { subject, stopped, endMs, ...effect } = await changePolicy(context, actor, async (tx) => {
    const found = await open(tx, step, nowMs)
    if (found.status !== 'active' && found.status !== 'quarantined') {
      throw new AppError('conflict', `This ${what} is ${found.status} already.`)
    }
    const about: Stopped = { type: what, id: found.id, name: found.name }
    const facts = {
      subject: about,
      stopped: await countStopped(tx, about, nowMs),
      id: found.id,
      dryRun,
      models: what === 'model' ? [found.name] : await findModelsOnlyServedBy(tx, found.id),
      callsLastDay: await countCalls(
        tx,
        what === 'model' ? { model: found.name } : { provider: found.name },
        nowMs - dayMs,
      ),
    }
    const record = await findOpenQuarantine(tx, about)
    const openUntilMs = record?.until?.getTime() ?? null
    const changesTerms = to === 'quarantined' && (reason !== undefined || step.until !== undefined)
    if (dryRun || (found.status === to && !changesTerms)) {
      return { result: { ...facts, status: dryRun ? found.status : to, endMs: openUntilMs }, subjects: [], audit: null }
    }

    const end = to === 'active' ? null : step.until === undefined ? openUntilMs : untilMs
    const kept = reason ?? record?.reason ?? null
    if (to === 'active') await closeQuarantine(tx, about, nowMs)
    else {
      await openQuarantine(tx, {
        subject: about,
        statusBefore: 'active',
        reason: kept,
        by: actor,
        nowMs,
        untilMs: end,
      })
    }
    if (what === 'model') await updateModelRow(tx, found.id, { status: to })
    else await updateProviderRow(tx, found.id, { status: to })
    const verb = to === 'quarantined' ? 'quarantine' : 'release'
    return {
      result: { ...facts, status: to, endMs: end },
      subjects: [catalogSubject],
      audit: {
        action: `${what}.${verb}`,
        targetType: what,
        targetId: found.id,
        targetName: found.name,
        summary: `${verb}d ${what} ${found.name}${reason ? `: ${reason}` : ''}`,
        before: { status: found.status },
        after: { status: to, reason: reason ?? null, ...(end === null ? {} : { until: new Date(end).toISOString() }) },
      },
    }
  })
  const until = endMs === null ? null : new Date(endMs).toISOString()
  return { ...effect, until, stops: { ...stopped, runningCalls: await countRunningOf(context, subject) } }
}

type Found = { readonly id: string; readonly name: string; readonly status: string }

async function open(tx: Tx, { what, id }: SupplyStep, nowMs: number): Promise<Found> {
  if (what === 'provider') await lockProvider(tx, id)
  const found = what === 'provider' ? await findProvider(tx, id) : await findModel(tx, id, nowMs)
  if (!found) throw notFound(what)
  if (what === 'model') await lockModel(tx, found.id)
  return found
}
