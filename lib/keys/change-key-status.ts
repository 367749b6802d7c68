/** Suspends, resumes, revokes, quarantines or releases a key; the very next call on any gateway obeys. */
import type { Actor } from '#lib/identity/contract.ts'
import { writeStatus } from '#lib/keys/change-store.ts'
import type { KeyStatus, KeyView, QuarantinedKey } from '#lib/keys/contract.ts'
import { openKey } from '#lib/keys/open-key.ts'
import { judgeStep, keySteps, type KeyStep } from '#lib/keys/rules/key-status.ts'
import { findKey, type KeyRow } from '#lib/keys/store.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import type { QuarantineInput } from '#lib/quarantine/contract.ts'
import { closeQuarantine } from '#lib/quarantine/records-store.ts'
import { answerOf, takeStep } from '#lib/quarantine/take-step.ts'

export type KeyStepInput = {
  readonly id: string
  readonly step: Exclude<KeyStep, 'quarantine'>
  readonly reason?: string | undefined
}

export async function changeKeyStatus(
  context: Context,
  actor: Actor,
  { id, step, reason }: KeyStepInput,
): Promise<KeyView> {
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { row, status } = await openKey(tx, actor, id, `key.${step}`, nowMs)
    const verdict = judgeStep(step, status)
    if (verdict.kind === 'impossible') throw new AppError('conflict', verdict.message)
    if (verdict.kind === 'nothing to do') return { result: viewKey(row, actor, nowMs), subjects: [], audit: null }

    // A key that its owner had suspended is not set free by the end of a quarantine; a revoked one ends it for good.
    const before = status === 'quarantined' ? await closeQuarantine(tx, { type: 'key', id }, nowMs) : null
    const to = step === 'release' && before === 'suspended' ? 'suspended' : verdict.to
    const keptReason = to === 'active' ? null : (reason ?? null)
    await writeStatus(tx, [id], to, keptReason, nowMs)
    return {
      result: await changedKey(tx, actor, id, nowMs),
      subjects: [`key:${id}`],
      audit: auditOf(step, row, { status: to, reason: reason ?? null }),
    }
  })
}

/**
 * Stops a key until it is released or, with `until`, until then. A second time changes the reason and the end. With
 * `dryRun` it only counts what would stop.
 */
export async function quarantineKey(
  context: Context,
  actor: Actor,
  id: string,
  { reason, until, dryRun }: QuarantineInput,
): Promise<QuarantinedKey> {
  const nowMs = context.clock.nowMs()
  const { key, subject, taken } = await changePolicy(context, actor, async (tx) => {
    const { row, status } = await openKey(tx, actor, id, 'key.quarantine', nowMs)
    const verdict = judgeStep('quarantine', status)
    if (verdict.kind === 'impossible') throw new AppError('conflict', verdict.message)
    const about = { type: 'key', id, name: row.name } as const
    const step = { subject: about, verb: 'quarantine', status, reason, until, dryRun, by: actor, nowMs } as const
    const { change, ...rest } = await takeStep(tx, step)
    if (!change) {
      return { result: { key: viewKey(row, actor, nowMs), subject: about, taken: rest }, subjects: [], audit: null }
    }
    // Changing its terms does not begin it anew.
    const sinceMs = status === 'quarantined' ? (row.statusAt?.getTime() ?? nowMs) : nowMs
    await writeStatus(tx, [id], 'quarantined', change.reason, sinceMs)
    return {
      result: { key: await changedKey(tx, actor, id, nowMs), subject: about, taken: rest },
      subjects: [`key:${id}`],
      audit: change.audit,
    }
  })
  return { ...key, dryRun, ...(await answerOf(context, subject, taken)) }
}

async function changedKey(tx: Tx, actor: Actor, id: string, nowMs: number): Promise<KeyView> {
  const changed = await findKey(tx, id, nowMs)
  if (!changed) throw notFound('key')
  return viewKey(changed, actor, nowMs)
}

type After = { readonly status: KeyStatus; readonly reason: string | null }

function auditOf(step: KeyStep, row: KeyRow, after: After) {
  return {
    action: `key.${step}`,
    targetType: 'key',
    targetId: row.id,
    targetName: row.name,
    summary: `${keySteps[step].done} key ${row.name}${after.reason ? `: ${after.reason}` : ''}`,
    before: { status: row.status },
    after,
  }
}
