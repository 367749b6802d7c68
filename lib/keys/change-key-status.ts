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
import { countRunningOf, countStopped } from '#lib/quarantine/count-stops.ts'
import type { QuarantineInput } from '#lib/quarantine/contract.ts'
import { closeQuarantine, findOpenQuarantine, openQuarantine } from '#lib/quarantine/records-store.ts'
import { untilOf } from '#lib/quarantine/rules/until.ts'

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
  const untilMs = untilOf(until, nowMs)
  const subject = { type: 'key', id } as const
  const done = await changePolicy(context, actor, async (tx) => {
    const { row, status } = await openKey(tx, actor, id, 'key.quarantine', nowMs)
    const verdict = judgeStep('quarantine', status)
    if (verdict.kind === 'impossible') throw new AppError('conflict', verdict.message)
    const stopped = await countStopped(tx, { ...subject, name: row.name }, nowMs)
    const open = await findOpenQuarantine(tx, subject)
    const nothing = verdict.kind === 'nothing to do' && reason === undefined && until === undefined
    if (dryRun || nothing) {
      const result = { key: viewKey(row, actor, nowMs), stopped, untilMs: open?.until?.getTime() ?? null }
      return { result, subjects: [], audit: null }
    }
    const kept = {
      reason: reason ?? open?.reason ?? null,
      untilMs: until === undefined ? (open?.until?.getTime() ?? null) : untilMs,
    }
    await openQuarantine(tx, {
      subject: { ...subject, name: row.name },
      statusBefore: status,
      by: actor,
      nowMs,
      ...kept,
    })
    await writeStatus(tx, [id], 'quarantined', kept.reason, open ? (row.statusAt?.getTime() ?? nowMs) : nowMs)
    const after = { status: 'quarantined' as const, reason: kept.reason, until: isoOf(kept.untilMs) }
    return {
      result: { key: await changedKey(tx, actor, id, nowMs), stopped, untilMs: kept.untilMs },
      subjects: [`key:${id}`],
      audit: auditOf('quarantine', row, after),
    }
  })
  const runningCalls = await countRunningOf(context, { ...subject, name: done.key.name })
  return { ...done.key, dryRun, until: isoOf(done.untilMs), stops: { ...done.stopped, runningCalls } }
}

async function changedKey(tx: Tx, actor: Actor, id: string, nowMs: number): Promise<KeyView> {
  const changed = await findKey(tx, id, nowMs)
  if (!changed) throw notFound('key')
  return viewKey(changed, actor, nowMs)
}

type After = { readonly status: KeyStatus; readonly reason: string | null; readonly until?: string | null }

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

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
