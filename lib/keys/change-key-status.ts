/** Suspends, resumes, revokes, quarantines or releases a key; the very next call on any gateway obeys. */
import type { Actor } from '#lib/identity/contract.ts'
import { statusBeforeQuarantine, writeStatus } from '#lib/keys/change-store.ts'
import type { KeyStatus, KeyView } from '#lib/keys/contract.ts'
import { openKey } from '#lib/keys/open-key.ts'
import { judgeStep, keySteps, type KeyStep } from '#lib/keys/rules/key-status.ts'
import { findKey } from '#lib/keys/store.ts'
import { viewKey } from '#lib/keys/view-key.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export type KeyStepInput = { readonly id: string; readonly step: KeyStep; readonly reason?: string | undefined }

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

    const to = step === 'release' ? await whereItWas(tx, id) : verdict.to
    const keptReason = to === 'active' ? null : (reason ?? null)
    await writeStatus(tx, [id], to, keptReason, nowMs)
    const changed = await findKey(tx, id, nowMs)
    if (!changed) throw notFound('key')
    return {
      result: viewKey(changed, actor, nowMs),
      subjects: [`key:${id}`],
      audit: {
        action: `key.${step}`,
        targetType: 'key',
        targetId: id,
        targetName: row.name,
        summary: `${keySteps[step].done} key ${row.name}${reason ? `: ${reason}` : ''}`,
        before: { status: row.status },
        after: { status: to, reason: reason ?? null },
      },
    }
  })
}

/** A key that its owner had suspended is not set free by the end of a quarantine. */
async function whereItWas(tx: Tx, id: string): Promise<KeyStatus> {
  return (await statusBeforeQuarantine(tx, id)) === 'suspended' ? 'suspended' : 'active'
}
