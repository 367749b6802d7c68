/** POST /key-requests: whatever is asked for, in one transaction with what a rule approves at once. */
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import { askForKeyIn } from '#lib/requests/ask-for-key.ts'
import { askForMoreIn } from '#lib/requests/ask-for-more.ts'
import { askForScopeIn } from '#lib/requests/ask-for-scope.ts'
import type { CreateRequestInput, Raise, RequestView } from '#lib/requests/contract.ts'
import { endOf } from '#lib/requests/file-request.ts'
import { lendBudgetIn } from '#lib/requests/lend-budget.ts'
import { findRequest } from '#lib/requests/store.ts'
import { viewRequest } from '#lib/requests/view-request.ts'

type Filed = { readonly id: string; readonly secret?: string }

export async function createRequest(
  context: Context,
  actor: Actor,
  input: CreateRequestInput,
): Promise<RequestView & { readonly secret?: string }> {
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { result, ...change } = await file(tx, context, actor, input, nowMs)
    const row = await findRequest(tx, actor, result.id)
    if (!row) throw notFound('request')
    const view = await viewRequest(tx, row, actor, nowMs)
    return { ...change, result: result.secret === undefined ? view : { ...view, secret: result.secret } }
  })
}

async function file(
  tx: Tx,
  context: Context,
  actor: Actor,
  input: CreateRequestInput,
  nowMs: number,
): Promise<PolicyChange<Filed>> {
  if (input.what === 'lend') {
    const { what: _, reason, until, ...loan } = input
    const untilMs = endOf(until, nowMs)
    if (untilMs === null) throw new AppError('validation_failed', 'Say until when it is lent.')
    return named(await lendBudgetIn(tx, context, actor, { loan, reason, untilMs }))
  }
  const { reason, decisionId } = input
  const untilMs = endOf('until' in input ? input.until : undefined, nowMs)
  if (input.what === 'new_key' || input.what === 'kind') {
    const change = await askForKeyIn(tx, context, actor, {
      what: input.what,
      key: input.key,
      reason,
      untilMs,
      decisionId,
    })
    return { ...change, result: { id: change.result.keyRequestId, secret: change.result.key } }
  }
  const { keyId } = input
  if ((input.what === 'budget' || input.what === 'limit') && input.scope) {
    const { what, scope } = input
    const more =
      what === 'budget' ? { budget: { amountUsd: input.amountUsd, period: input.period } } : { limits: input.limits }
    return named(await askForScopeIn(tx, context, actor, { what, scope, more, reason, untilMs, decisionId }))
  }
  if (keyId === undefined) throw new AppError('validation_failed', 'Name a key.')
  const { what } = input
  return named(
    await askForMoreIn(tx, context, actor, { what, keyId, raise: raiseOf(input), reason, untilMs, decisionId }),
  )
}

type MoreInput = Extract<CreateRequestInput, { what: 'budget' | 'limit' | 'model' | 'lifetime' }>

function raiseOf(input: MoreInput): Raise {
  switch (input.what) {
    case 'budget':
      return { budgetUsd: input.amountUsd }
    case 'limit':
      return { limits: input.limits }
    case 'model':
      return {
        ...(input.models ? { models: input.models } : {}),
        ...(input.providers ? { providers: input.providers } : {}),
      }
    case 'lifetime':
      return { expiresAt: input.expiresAt }
  }
}

function named(change: PolicyChange<string>): PolicyChange<Filed> {
  return { ...change, result: { id: change.result } }
}
