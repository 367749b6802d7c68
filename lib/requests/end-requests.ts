/**
 * Work of every second: grants whose time is over are put back, requests that nobody decided on lapse. Any number of
 * workers may run it: each request is opened under its lock, and one that is done already is left alone.
 */
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import { closeIn } from '#lib/requests/close-request.ts'
import { wish as wishSchema } from '#lib/requests/contract.ts'
import { putBack } from '#lib/requests/put-back.ts'
import { effects as effectList } from '#lib/requests/rules/effects.ts'
import { summaryOf } from '#lib/requests/rules/words.ts'
import { findAnyRequest, findDue, lockRequest, updateRequest } from '#lib/requests/store.ts'

const atOnce = 100

const actor: Actor = {
  kind: 'system',
  id: 'end-requests',
  name: 'Requests',
  email: null,
  roles: new Set(),
  teamIds: [],
  leadOf: [],
  profileId: null,
  ip: null,
  requestId: null,
}

export async function endRequests(context: Context): Promise<{ ended: number }> {
  const nowMs = context.clock.nowMs()
  let ended = 0
  for (const { id } of await findDue(context.db, new Date(nowMs), atOnce)) {
    if (await changePolicy(context, actor, (tx) => endOne(tx, id, nowMs))) ended++
  }
  return { ended }
}

const nothing: PolicyChange<boolean> = { result: false, subjects: [], audit: null }

async function endOne(tx: Tx, id: string, nowMs: number): Promise<PolicyChange<boolean>> {
  await lockRequest(tx, id)
  const row = await findAnyRequest(tx, id)
  if (!row) return nothing
  if (row.status === 'open') {
    const gone = row.key?.status === 'revoked' || row.key?.status === 'expired'
    const lapsed = row.lapsesAt.getTime() <= nowMs
    if (!gone && !lapsed) return nothing
    const reason = gone ? 'the key is gone' : 'nobody decided in time'
    const { subjects, audits } = await closeIn(tx, row, 'expired', { actor, reason, nowMs })
    return { result: true, subjects, audit: audits }
  }
  if (row.status !== 'approved' || row.validUntil === null || row.validUntil.getTime() > nowMs) return nothing

  const { subjects, before, after } = await putBack(tx, effectList.parse(row.effects), nowMs)
  await updateRequest(tx, id, { status: 'ended', endedAt: new Date(nowMs) })
  const summary = summaryOf(row.what, wishSchema.parse(row.granted ?? row.wish), row.key?.name ?? null)
  const keyAudits = subjects.map((subject) => {
    const [targetType = '', targetId = ''] = subject.split(':')
    const targetName = targetId === row.key?.id ? row.key.name : targetId
    return {
      action: `${targetType}.update`,
      targetType,
      targetId,
      targetName,
      summary: `put back what request ${id} had raised`,
      before,
      after,
    }
  })
  return {
    result: true,
    subjects,
    audit: [
      {
        action: 'key_request.end',
        targetType: 'key_request',
        targetId: id,
        targetName: summary,
        summary: `ended ${summary}, which ${row.askerName} had until now`,
        before: { status: 'approved', ...before },
        after: { status: 'ended', ...after },
      },
      ...keyAudits,
    ],
  }
}
