/**
 * Work of every second: grants whose time is over are put back, requests that nobody decided on lapse. Any number of
 * workers may run it: each request is opened under its lock, and one that is done already is left alone.
 */
import type { Actor } from '#lib/identity/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { changePolicy, type PolicyChange } from '#lib/policy/change-policy.ts'
import { closeIn } from '#lib/requests/close-request.ts'
import { endIn } from '#lib/requests/end-request.ts'
import { findAnyRequest, findDue, lockRequest } from '#lib/requests/store.ts'

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

  const change = await endIn(tx, row, { by: null, reason: null, nowMs })
  return { ...change, result: true }
}
