/** Keys whose end has come are marked so, audited, and told to every gateway. */
import { recordAudit, type AuditActor } from '#lib/audit/record-audit.ts'
import { findExpiredKeys, markExpired, type ExpiredKey } from '#lib/jobs/store.ts'
import type { Context } from '#lib/platform/context.ts'
import { publishVersions, raiseVersions, type Subject } from '#lib/policy/versions.ts'

const atOnce = 500

const actor: AuditActor = { kind: 'system', id: 'expire-keys', name: 'Key expiry', ip: null, requestId: null }

export async function expireKeys(context: Context): Promise<{ expired: number }> {
  const { db, redis, clock } = context
  const now = new Date(clock.nowMs())
  const subjects: Subject[] = []
  for (const key of await findExpiredKeys(db, now, atOnce)) {
    if (await expireKey(context, key, now)) subjects.push(`key:${key.id}`)
  }
  await publishVersions(db, redis, subjects)
  return { expired: subjects.length }
}

async function expireKey({ db }: Context, key: ExpiredKey, now: Date): Promise<boolean> {
  return db.$transaction(async (tx) => {
    if (!(await markExpired(tx, key.id, now))) return false
    await raiseVersions(tx, [`key:${key.id}`])
    await recordAudit(tx, actor, {
      action: 'key.expire',
      targetType: 'key',
      targetId: key.id,
      targetName: key.name,
      summary: `marked key ${key.name} as expired`,
      before: { status: key.status },
      after: { status: 'expired', expiresAt: key.expiresAt },
    })
    return true
  })
}
