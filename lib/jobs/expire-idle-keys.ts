/** Keys that nobody uses end when they were announced to, where their profile says so; audited, and told to every gateway. */
import { closeAlertsOfKeys, findIdleEnds } from '#lib/alerts/key-alerts-store.ts'
import { recordAudit, type AuditActor } from '#lib/audit/record-audit.ts'
import { expireIdle } from '#lib/jobs/store.ts'
import type { Context } from '#lib/platform/context.ts'
import { publishVersions, raiseVersions, type Subject } from '#lib/policy/versions.ts'

const atOnce = 500

const actor: AuditActor = { kind: 'system', id: 'expire-idle-keys', name: 'Idle keys', ip: null, requestId: null }

export async function expireIdleKeys(context: Context): Promise<{ expired: number }> {
  const { db, redis, clock } = context
  const now = new Date(clock.nowMs())
  const subjects: Subject[] = []
  for (const { keyId, name } of await findIdleEnds(db, now, atOnce)) {
    if (await expire(context, keyId, name, now)) subjects.push(`key:${keyId}`)
  }
  await publishVersions(db, redis, subjects)
  return { expired: subjects.length }
}

async function expire({ db }: Context, keyId: string, name: string, now: Date): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const days = await expireIdle(tx, keyId, now)
    if (days === null) return false
    await closeAlertsOfKeys(tx, [keyId], ['key_idle', 'key_ending'], now)
    await raiseVersions(tx, [`key:${keyId}`])
    await recordAudit(tx, actor, {
      action: 'key.expire',
      targetType: 'key',
      targetId: keyId,
      targetName: name,
      summary: `ended key ${name}: nobody used it for ${days} days`,
      before: { status: 'active' },
      after: { status: 'expired', idleDays: days },
    })
    return true
  })
}
