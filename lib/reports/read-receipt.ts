/** The receipt of one call. Not found until the call is settled, and for whoever may not see it. */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { findCall, findCorrections, isMonthGone } from '#lib/ledger/call-store.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError, notFound } from '#lib/platform/errors.ts'
import type { Receipt } from '#lib/reports/calls-contract.ts'
import { standing } from '#lib/reports/rules/receipt.ts'
import { namesOfCalls, receiptOf } from '#lib/reports/view-call.ts'

/** Says nothing of whether there was such a call: that is not known any more. */
const noLongerKept =
  'Calls of that month are no longer kept one by one. Reports still count them: look under usage or showback.'

export async function readReceipt(
  { sql, db }: Pick<Context, 'sql' | 'db'>,
  actor: Actor,
  callId: string,
): Promise<Receipt> {
  const call = await findCall(sql, callId)
  if (!call && (await isMonthGone(sql, callId))) throw new AppError('not_found', noLongerKept)
  if (!call || !may(actor, 'call.read', { teamId: call.teamId, ownerUserId: call.userId })) throw notFound('call')
  const corrections = await findCorrections(sql, [call])
  const names = await namesOfCalls(sql, [call])
  const profile =
    call.profileId === null
      ? null
      : await db.accessProfile.findUnique({ where: { id: call.profileId }, select: { name: true } })
  return receiptOf({ call: standing(call, corrections), corrections, names, profileName: profile?.name ?? null })
}
