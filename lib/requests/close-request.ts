/** The ends of a request that give nothing: denied, withdrawn, lapsed. A key that waited for it is revoked. */
import { openAnyKey } from '#lib/keys/open-key.ts'
import type { AuditInput } from '#lib/audit/record-audit.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { writeStatus } from '#lib/keys/change-store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import type { Subject } from '#lib/policy/versions.ts'
import type { RequestView } from '#lib/requests/contract.ts'
import { openRequest } from '#lib/requests/open-request.ts'
import { summaryOf } from '#lib/requests/rules/words.ts'
import { findRequest, updateRequest, type RequestRow } from '#lib/requests/store.ts'
import { viewRequest } from '#lib/requests/view-request.ts'
import { wish as wishSchema } from '#lib/requests/contract.ts'

export function denyRequest(context: Context, actor: Actor, id: string, reason: string): Promise<RequestView> {
  return close(context, actor, id, 'deny', reason)
}

export function withdrawRequest(context: Context, actor: Actor, id: string): Promise<RequestView> {
  return close(context, actor, id, 'withdraw', null)
}

async function close(
  context: Context,
  actor: Actor,
  id: string,
  action: 'deny' | 'withdraw',
  reason: string | null,
): Promise<RequestView> {
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { row } = await openRequest(tx, actor, id, action)
    const to = action === 'deny' ? 'denied' : 'withdrawn'
    const { subjects, audits } = await closeIn(tx, row, to, { actor, reason, nowMs })
    const changed = await findRequest(tx, actor, id)
    if (!changed) throw notFound('request')
    return { result: await viewRequest(tx, changed, actor, nowMs), subjects, audit: audits }
  })
}

const past = { denied: 'denied', withdrawn: 'took back the request for', expired: 'let lapse' } as const
const actionOf = { denied: 'deny', withdrawn: 'withdraw', expired: 'expire' } as const

type Closing = {
  readonly actor: Pick<Actor, 'id' | 'name'>
  readonly reason: string | null
  readonly nowMs: number
}

/** The same inside a transaction that has locked the request. */
export async function closeIn(
  tx: Tx,
  row: RequestRow,
  to: keyof typeof past,
  { actor, reason, nowMs }: Closing,
): Promise<{ subjects: Subject[]; audits: AuditInput[] }> {
  const denied = to === 'denied'
  await updateRequest(tx, row.id, {
    status: to,
    decisionReason: reason,
    ...(denied
      ? { decidedById: actor.id, decidedByName: actor.name, decidedAt: new Date(nowMs) }
      : { endedAt: new Date(nowMs) }),
  })
  const summary = summaryOf(row.what, wishSchema.parse(row.wish), row.key?.name ?? null)
  const audits: AuditInput[] = [
    {
      action: `key_request.${actionOf[to]}`,
      targetType: 'key_request',
      targetId: row.id,
      targetName: summary,
      summary: `${past[to]} ${summary}${reason ? `: ${reason}` : ''}`,
      before: { status: 'open' },
      after: { status: to, reason },
    },
  ]
  const key = row.key && (await revokeIfPending(tx, row.key.id, `its request was ${to}`, nowMs))
  if (!key) return { subjects: [], audits }
  audits.push({
    action: 'key.revoke',
    targetType: 'key',
    targetId: key.id,
    targetName: key.name,
    summary: `revoked key ${key.name}: its request was ${to}`,
    before: { status: 'pending' },
    after: { status: 'revoked' },
  })
  return { subjects: [`key:${key.id}`], audits }
}

async function revokeIfPending(tx: Tx, keyId: string, reason: string, nowMs: number) {
  const key = await openAnyKey(tx, keyId, nowMs)
  if (key?.status !== 'pending') return null
  await writeStatus(tx, [keyId], 'revoked', reason, nowMs)
  return key
}
