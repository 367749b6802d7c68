/** Queries on the records of what is quarantined, why and until when. The status of the thing itself is its module's. */
import type { Db, Tx } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import type { QuarantineSubject } from '#lib/quarantine/contract.ts'

export type Subject = { readonly type: QuarantineSubject; readonly id: string }

export type NewQuarantine = {
  readonly subject: Subject & { readonly name: string }
  readonly statusBefore: string
  readonly reason: string | null
  readonly by: { readonly id: string; readonly name: string }
  readonly nowMs: number
  readonly untilMs: number | null
}

/** Opens a quarantine. Where one is open it gets the new reason and end: who began it, and from where, stays. Carried by quarantine_open. */
export async function openQuarantine(tx: Tx, quarantine: NewQuarantine): Promise<void> {
  const { subject, statusBefore, reason, by, nowMs, untilMs } = quarantine
  await tx.$executeRaw`
    INSERT INTO quarantine (id, subject_type, subject_id, subject_name, status_before, reason, by_id, by_name, since, until)
    VALUES (${newId('quar', nowMs)}, ${subject.type}, ${subject.id}, ${subject.name}, ${statusBefore}, ${reason},
      ${by.id}, ${by.name}, ${new Date(nowMs)}, ${untilMs === null ? null : new Date(untilMs)}::timestamptz)
    ON CONFLICT (subject_type, subject_id) WHERE released_at IS NULL
    DO UPDATE SET reason = excluded.reason, until = excluded.until`
}

/** Closes what is open on a thing; returns the status that it leads back to. */
export async function closeQuarantine(tx: Tx, { type, id }: Subject, nowMs: number): Promise<string> {
  const rows = await tx.$queryRaw<{ statusBefore: string }[]>`
    UPDATE quarantine SET released_at = ${new Date(nowMs)}
    WHERE subject_type = ${type} AND subject_id = ${id} AND released_at IS NULL
    RETURNING status_before AS "statusBefore"`
  return rows[0]?.statusBefore ?? 'active'
}

const openFields = { id: true, reason: true, byId: true, byName: true, since: true, until: true } as const

export async function findOpenQuarantine(db: Db | Tx, { type, id }: Subject) {
  return db.quarantine.findFirst({
    where: { subjectType: type, subjectId: id, releasedAt: null },
    select: openFields,
  })
}

/** Those whose end has come, the longest due first. Carried by quarantine_until_idx. */
export async function findDueQuarantines(db: Db, now: Date, limit: number) {
  return db.quarantine.findMany({
    where: { until: { lte: now }, releasedAt: null },
    orderBy: { until: 'asc' },
    take: limit,
    select: { id: true, subjectType: true, subjectId: true, subjectName: true, statusBefore: true },
  })
}

/** Closes one that is still due; false when somebody was first or gave it more time. */
export async function closeDueQuarantine(tx: Tx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.quarantine.updateMany({
    where: { id, releasedAt: null, until: { lte: now } },
    data: { releasedAt: now },
  })
  return count === 1
}

/** Sets the thing going again; false where it is no longer quarantined. */
export async function setStatusAfter(tx: Tx, { type, id }: Subject, status: string, now: Date): Promise<boolean> {
  const where = { id, status: 'quarantined' }
  const data = { status }
  const { count } = await (async () => {
    switch (type) {
      case 'key':
        return tx.virtualKey.updateMany({ where, data: { status, statusReason: null, statusAt: now } })
      case 'user':
        return tx.user.updateMany({ where, data })
      case 'team':
        return tx.team.updateMany({ where, data })
      case 'workload':
        return tx.workload.updateMany({ where, data })
      case 'model':
        return tx.model.updateMany({ where, data })
      case 'provider':
        return tx.provider.updateMany({ where, data })
    }
  })()
  return count === 1
}
