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

/**
 * Ends a key if it is idle still, by the rule in force: since its last call, its making or its last change of status,
 * whichever came last. Returns for how many days that rule waits; null where the key was used meanwhile.
 */
export async function expireIdle(tx: Tx, keyId: string, now: Date): Promise<number | null> {
  const rows = await tx.$queryRaw<{ days: number }[]>`
    UPDATE virtual_key k
    SET status = 'expired', status_at = ${now},
        status_reason = 'nobody used it for ' || (p.policy -> 'idleDays' ->> 'expire') || ' days'
    FROM access_profile p
    WHERE k.id = ${keyId} AND p.id = k.profile_id AND k.status = 'active'
      AND jsonb_typeof(p.policy -> 'idleDays') = 'object'
      AND greatest(coalesce(k.last_used_at, k.created_at), coalesce(k.status_at, k.created_at))
        <= ${now}::timestamptz - make_interval(days => (p.policy -> 'idleDays' ->> 'expire')::int)
    RETURNING (p.policy -> 'idleDays' ->> 'expire')::int AS days`
  return rows[0]?.days ?? null
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
