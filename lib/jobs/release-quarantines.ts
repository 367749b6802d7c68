/** Quarantines whose end has come are released: the thing goes on where it was found, audited, from the next call on. */
import { recordAudit, type AuditActor } from '#lib/audit/record-audit.ts'
import type { Context } from '#lib/platform/context.ts'
import { publishVersions, raiseVersions, type Subject as PolicySubject } from '#lib/policy/versions.ts'
import type { QuarantineSubject } from '#lib/quarantine/contract.ts'
import { closeDueQuarantine, findDueQuarantines, setStatusAfter } from '#lib/quarantine/records-store.ts'

const atOnce = 200

const actor: AuditActor = {
  kind: 'system',
  id: 'release-quarantines',
  name: 'End of quarantine',
  ip: null,
  requestId: null,
}

type Due = Awaited<ReturnType<typeof findDueQuarantines>>[number]

export async function releaseQuarantines(context: Context): Promise<{ released: number }> {
  const { db, redis, clock } = context
  const now = new Date(clock.nowMs())
  const subjects: PolicySubject[] = []
  for (const due of await findDueQuarantines(db, now, atOnce)) {
    if (await release(context, due, now)) subjects.push(subjectOf(due))
  }
  await publishVersions(db, redis, subjects)
  return { released: subjects.length }
}

async function release({ db }: Context, due: Due, now: Date): Promise<boolean> {
  const type = due.subjectType as QuarantineSubject
  try {
    return await db.$transaction(async (tx) => {
      // The thing before its record, as everybody else locks them.
      const isGoing = await setStatusAfter(tx, { type, id: due.subjectId }, due.statusBefore, now)
      if (!(await closeDueQuarantine(tx, due.id, now))) throw notDue
      // Revoked, disabled or retired meanwhile: that stays.
      if (!isGoing) return false
      await raiseVersions(tx, [subjectOf(due)])
      await recordAudit(tx, actor, {
        action: `${type}.release`,
        targetType: type,
        targetId: due.subjectId,
        targetName: due.subjectName,
        summary: `released ${type} ${due.subjectName}: its quarantine was until now`,
        before: { status: 'quarantined' },
        after: { status: due.statusBefore },
      })
      return true
    })
  } catch (error) {
    if (error === notDue) return false
    throw error
  }
}

/** Somebody was first, or gave it more time: nothing of this happened. */
const notDue = new Error('not due')

function subjectOf({ subjectType, subjectId }: Due): PolicySubject {
  const type = subjectType as QuarantineSubject
  return type === 'model' || type === 'provider' ? 'catalog' : `${type}:${subjectId}`
}
