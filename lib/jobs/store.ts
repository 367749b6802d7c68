/** Queries of the housekeeping jobs. */
import type { Db, SqlPool, Tx } from '#lib/platform/db.ts'

export type ExpiredKey = {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly expiresAt: Date | null
}

// A quarantined key stays quarantined: somebody is looking into it.
const mayExpire = ['active', 'suspended', 'pending']

/** Keys whose end has come, oldest first; by (status, expires_at). */
export async function findExpiredKeys(db: Db, now: Date, limit: number): Promise<ExpiredKey[]> {
  return db.virtualKey.findMany({
    where: { status: { in: mayExpire }, expiresAt: { lte: now } },
    select: { id: true, name: true, status: true, expiresAt: true },
    orderBy: { expiresAt: 'asc' },
    take: limit,
  })
}

/** False when somebody else was first, or gave the key more time. */
export async function markExpired(tx: Tx, keyId: string, now: Date): Promise<boolean> {
  const { count } = await tx.virtualKey.updateMany({
    where: { id: keyId, status: { in: mayExpire }, expiresAt: { lte: now } },
    data: { status: 'expired', statusReason: 'its end date has passed', statusAt: now },
  })
  return count === 1
}

const deleteBatch = 5_000

/** Deletes sessions that ended before `before`, a batch at a time; by (expires_at). */
export async function deleteSessions(sql: SqlPool, before: Date): Promise<number> {
  return deleteInBatches(() =>
    sql.query('DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < $1 LIMIT $2)', [
      before,
      deleteBatch,
    ]),
  )
}

export async function deleteIdempotencyRecords(sql: SqlPool, before: Date): Promise<number> {
  return deleteInBatches(() =>
    sql.query(
      `DELETE FROM idempotency_record
       WHERE (actor_id, key) IN (SELECT actor_id, key FROM idempotency_record WHERE expires_at < $1 LIMIT $2)`,
      [before, deleteBatch],
    ),
  )
}

async function deleteInBatches(once: () => Promise<{ rowCount: number | null }>): Promise<number> {
  let total = 0
  for (;;) {
    const deleted = (await once()).rowCount ?? 0
    total += deleted
    if (deleted < deleteBatch) return total
  }
}
