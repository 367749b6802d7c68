/** Says yes, to all of it or to less, for good or until a day. What is given is in force on the next call. */
import { openAnyKey, type AnyKey } from '#lib/keys/open-key.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { isAlive, statusNow } from '#lib/keys/rules/key-status.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import { applyRaise } from '#lib/requests/apply-raise.ts'
import { keyChanged } from '#lib/requests/ask-for-more.ts'
import { applyScopeRaise } from '#lib/requests/ask-for-scope.ts'
import type { ApproveInput, Raise, RequestView, Wish } from '#lib/requests/contract.ts'
import { endOf } from '#lib/requests/file-request.ts'
import { applyLoan } from '#lib/requests/lend-budget.ts'
import { openRequest } from '#lib/requests/open-request.ts'
import { isWithin } from '#lib/requests/rules/judge-raise.ts'
import { summaryOf } from '#lib/requests/rules/words.ts'
import { findRequest, updateRequest, type RequestRow } from '#lib/requests/store.ts'
import { viewRequest } from '#lib/requests/view-request.ts'

export async function approveRequest(
  context: Context,
  actor: Actor,
  id: string,
  input: ApproveInput,
): Promise<RequestView> {
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { row, wish } = await openRequest(tx, actor, id, 'approve')
    const untilMs = untilOf(row, input, nowMs)
    const granted = grantedOf(wish, input)
    const given = await give(tx, actor, row, granted, untilMs, nowMs)
    await updateRequest(tx, id, {
      status: 'approved',
      granted,
      effects: [...given.effects],
      decidedById: actor.id,
      decidedByName: actor.name,
      decidedAt: new Date(nowMs),
      decisionReason: input.reason ?? null,
      validUntil: untilMs === null ? null : new Date(untilMs),
    })
    const changed = await findRequest(tx, actor, id)
    if (!changed) throw notFound('request')
    const until = untilMs === null ? null : new Date(untilMs).toISOString()
    const summary = summaryOf(row.what, granted, row.key?.name ?? null)
    return {
      result: await viewRequest(tx, changed, actor, nowMs),
      subjects: given.subjects,
      audit: [
        {
          action: 'key_request.approve',
          targetType: 'key_request',
          targetId: id,
          targetName: summary,
          summary: `approved ${summary} for ${row.askerName}${until ? ` until ${until.slice(0, 10)}` : ''}`,
          before: { status: 'open', wish },
          after: { status: 'approved', granted, until, reason: input.reason ?? null },
        },
        ...given.audits,
      ],
    }
  })
}

async function give(tx: Tx, actor: Actor, row: RequestRow, granted: Wish, untilMs: number | null, nowMs: number) {
  if ('loan' in granted) {
    const { applied, subjects, audits } = await applyLoan(tx, actor, granted.loan, row.id, nowMs)
    return { effects: applied.effects, subjects, audits }
  }
  if ('scopeRaise' in granted) {
    const { applied, subjects, audits } = await applyScopeRaise(tx, granted.scopeRaise, row.id, untilMs, nowMs)
    return { effects: applied.effects, subjects, audits }
  }
  const key = await openLivingKey(tx, row, nowMs)
  const applied = await applyRaise(tx, key, granted.raise, untilMs, nowMs)
  return {
    effects: applied.effects,
    subjects: [`key:${key.id}` as const],
    audits: [keyChanged(key, applied, `approved by request ${row.id}`)],
  }
}

async function openLivingKey(tx: Tx, row: RequestRow, nowMs: number): Promise<AnyKey> {
  if (!row.key) throw notFound('key')
  const key = await openAnyKey(tx, row.key.id, nowMs)
  if (!key) throw notFound('key')
  const status = statusNow(key.status, key.expiresAt?.getTime() ?? null, nowMs)
  if (isAlive(status) || (status === 'expired' && row.what === 'lifetime')) return { ...key, status }
  throw new AppError('conflict', `The key ${key.name} is ${status}: there is nothing left to approve.`)
}

/** Less than was asked for; never more, and never something else. */
function grantedOf(wish: Wish, { granted }: ApproveInput): Wish {
  if (granted === undefined || Object.keys(granted).length === 0) return wish
  const tooMuch = (message: string) =>
    new AppError('validation_failed', 'This cannot be approved like this.', { errors: [{ field: 'granted', message }] })
  if ('loan' in wish) throw tooMuch('What is lent is approved as it was asked for.')
  const more = 'This is more, or something else, than was asked for.'
  if ('scopeRaise' in wish) {
    const { scope, budget, limits } = wish.scopeRaise
    const asked = { ...(budget ? { budgetUsd: budget.amountUsd } : {}), ...(limits ? { limits } : {}) }
    if (!isWithin(granted, asked)) throw tooMuch(more)
    const less = budget && { ...budget, amountUsd: granted.budgetUsd ?? budget.amountUsd }
    return {
      scopeRaise: {
        scope,
        ...(less ? { budget: less } : {}),
        ...(limits ? { limits: { ...limits, ...granted.limits } } : {}),
      },
    }
  }
  if (!isWithin(granted, wish.raise)) throw tooMuch(more)
  const { kind, oneMore } = wish.raise
  const raise: Raise = { ...granted, ...(kind ? { kind } : {}), ...(oneMore ? { oneMore } : {}) }
  return { raise }
}

function untilOf(row: RequestRow, input: ApproveInput, nowMs: number): number | null {
  const asked = row.wantedUntil?.getTime() ?? null
  const given = endOf(input.until, nowMs)
  const invalid = (message: string) =>
    new AppError('validation_failed', 'The end is not valid.', { errors: [{ field: 'until', message }] })
  if (given !== null && row.what === 'lifetime') throw invalid("A key's life has an end of its own.")
  if (given !== null && asked !== null && given > asked) throw invalid('This is later than was asked for.')
  const until = given ?? asked
  if (until !== null && until <= nowMs) throw invalid('What was asked for would be over already. Name another end.')
  return until
}
