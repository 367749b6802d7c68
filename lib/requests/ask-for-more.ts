/** Asks for more for a key: budget, limits, models, a longer life. A rule of the profile may say yes at once. */
import type { Actor } from '#lib/identity/contract.ts'
import { openKey, type AnyKey } from '#lib/keys/open-key.ts'
import { isAlive } from '#lib/keys/rules/key-status.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, type FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'
import type { PolicyChange } from '#lib/policy/change-policy.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import { effectiveKeyLimit } from '#lib/policy/rules/compile-grant.ts'
import { applyRaise } from '#lib/requests/apply-raise.ts'
import { decidedByProfile } from '#lib/requests/ask-for-key.ts'
import type { Raise } from '#lib/requests/contract.ts'
import { fileRequest } from '#lib/requests/file-request.ts'
import { judgeRaise } from '#lib/requests/rules/judge-raise.ts'
import { findOpenRequest, findUnknownNames } from '#lib/requests/store.ts'

export type MoreWish = {
  readonly what: 'budget' | 'limit' | 'model' | 'lifetime'
  readonly keyId: string
  readonly raise: Raise
  readonly reason: string
  readonly untilMs: number | null
  readonly decisionId?: string | undefined
}

export async function askForMoreIn(
  tx: Tx,
  context: Context,
  actor: Actor,
  { what, keyId, raise, reason, untilMs, decisionId }: MoreWish,
): Promise<PolicyChange<string>> {
  const nowMs = context.clock.nowMs()
  const { row, status } = await openKey(tx, actor, keyId, 'key.update', nowMs)
  if (status === 'pending') throw new AppError('conflict', 'This key waits for approval already.')
  if (!isAlive(status) && !(status === 'expired' && what === 'lifetime'))
    throw new AppError('conflict', `A key that is ${status} cannot be given more.`)
  const open = await findOpenRequest(tx, keyId, what)
  if (open) throw new AppError('conflict', `This was asked for already and waits for an answer: ${open}.`)
  const policy = profilePolicy.parse(row.profile.policy)
  const errors = [...noMore(row, raise, nowMs), ...(await unknownNames(tx, raise))]
  if (errors.length > 0) throw new AppError('validation_failed', 'There is nothing to ask for like this.', { errors })

  const verdict = judgeRaise(raise, {
    policy,
    period: row.budget?.period ?? 'month',
    createdAtMs: row.createdAt.getTime(),
  })
  if (verdict.kind === 'refused')
    throw new AppError('guardrail_exceeded', `Nobody may approve this on the access profile ${row.profile.name}.`, {
      errors: verdict.errors,
    })
  const applied = verdict.kind === 'ask' ? null : await applyRaise(tx, row, raise, untilMs, nowMs)
  const { id, audit } = await fileRequest(
    tx,
    actor,
    {
      what,
      teamId: row.team.id,
      approver: verdict.kind === 'ask' ? verdict.approver : 'admin',
      key: row,
      wish: { raise },
      reason,
      untilMs,
      decisionId,
      decided: applied && decidedByProfile(row.profile.name, applied.effects),
    },
    nowMs,
  )
  return {
    result: id,
    subjects: applied ? [`key:${keyId}`] : [],
    audit: applied ? [audit, keyChanged(row, applied, `raised by request ${id}`)] : audit,
  }
}

/** The entry in the key's own history. */
export function keyChanged(
  key: { readonly id: string; readonly name: string },
  { before, after }: { readonly before: unknown; readonly after: unknown },
  why: string,
) {
  return {
    action: 'key.update',
    targetType: 'key',
    targetId: key.id,
    targetName: key.name,
    summary: `changed key ${key.name}: ${why}`,
    before,
    after,
  }
}

/** What is not more than the key has. */
function noMore(key: AnyKey, { budgetUsd, limits = {}, expiresAt }: Raise, nowMs: number): FieldError[] {
  const errors: FieldError[] = []
  if (budgetUsd !== undefined) {
    if (!key.budget) errors.push({ field: 'amountUsd', message: 'This key has no budget of its own.' })
    else if (nanosOfUsd(budgetUsd) <= BigInt(key.budget.amountNanos))
      errors.push({ field: 'amountUsd', message: 'The key has this much already.' })
  }
  const policy = profilePolicy.parse(key.profile.policy)
  for (const kind of limitKinds) {
    const wanted = limits[kind]
    if (wanted === undefined) continue
    const { limit } = effectiveKeyLimit(kind, key.limits[kind], key.overrides, policy)
    if (limit === null || wanted <= limit)
      errors.push({ field: `limits.${kind}`, message: 'The key has this much already.' })
  }
  if (expiresAt !== undefined) {
    const end = Date.parse(expiresAt)
    if (end <= nowMs) errors.push({ field: 'expiresAt', message: 'Choose a time that is still to come.' })
    else if (key.expiresAt === null || end <= key.expiresAt.getTime())
      errors.push({ field: 'expiresAt', message: 'The key lives as long already.' })
  }
  return errors
}

async function unknownNames(tx: Tx, raise: Raise): Promise<FieldError[]> {
  const unknown = await findUnknownNames(tx, raise)
  return unknown.map(({ field, name }) => ({ field, message: `There is no ${field.slice(0, -1)} ${name}.` }))
}
