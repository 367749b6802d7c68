/** Ends what was given before its time: who has it, who may decide on it, and administrators. It is put back at once. */
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import { wish as wishSchema, type RequestView } from '#lib/requests/contract.ts'
import { putBack } from '#lib/requests/put-back.ts'
import { effects as effectList } from '#lib/requests/rules/effects.ts'
import { actionsOn, mayEnd } from '#lib/requests/rules/who-decides.ts'
import { summaryOf } from '#lib/requests/rules/words.ts'
import { findRequest, lockRequest, updateRequest, type RequestRow } from '#lib/requests/store.ts'
import { factsOf, viewRequest } from '#lib/requests/view-request.ts'

/** POST /key-requests/{id}/end. */
export function endRequest(context: Context, actor: Actor, id: string, reason: string): Promise<RequestView> {
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    await lockRequest(tx, id)
    const row = await findRequest(tx, actor, id)
    if (!row) throw notFound('request')
    const facts = factsOf(row, wishSchema.parse(row.wish))
    if (!mayEnd(actor, facts))
      throw forbidden('Only who has it, who may decide on it, or an administrator ends it before its time.')
    if (!actionsOn(actor, facts).includes('end')) {
      const why =
        row.status === 'approved'
          ? 'It was given for good: there is no end to bring forward. Change what it gave instead.'
          : `This request is ${row.status}: there is nothing to end.`
      throw new AppError('conflict', why)
    }
    const change = await endIn(tx, row, { by: actor.name, reason, nowMs })
    const changed = await findRequest(tx, actor, id)
    if (!changed) throw notFound('request')
    return { ...change, result: await viewRequest(tx, changed, actor, nowMs) }
  })
}

type Ending = {
  /** Null where its time was over. */
  readonly by: string | null
  readonly reason: string | null
  readonly nowMs: number
}

/** The same inside a transaction that has locked the request, for one whose time is over too. */
export async function endIn(tx: Tx, row: RequestRow, { by, reason, nowMs }: Ending): Promise<PolicyChange<null>> {
  const { subjects, places, before, after } = await putBack(tx, effectList.parse(row.effects), nowMs)
  await updateRequest(tx, row.id, {
    status: 'ended',
    endedAt: new Date(nowMs),
    endedByName: by,
    endReason: reason,
  })
  const summary = summaryOf(row.what, wishSchema.parse(row.granted ?? row.wish), row.key?.name ?? null)
  const early = by === null ? '' : ` before its time${reason ? `: ${reason}` : ''}`
  const putBackOn = places.map(({ type, id }) => ({
    action: `${type}.update`,
    targetType: type,
    targetId: id,
    targetName: id === row.key?.id ? row.key.name : id,
    summary: `put back what request ${row.id} had raised`,
    before,
    after,
  }))
  return {
    result: null,
    subjects,
    audit: [
      {
        action: 'key_request.end',
        targetType: 'key_request',
        targetId: row.id,
        targetName: summary,
        summary: `ended ${summary}, which ${row.askerName} had until now${early}`,
        before: { status: 'approved', ...before },
        after: { status: 'ended', ...after, ...(reason === null ? {} : { reason }) },
      },
      ...putBackOn,
    ],
  }
}
