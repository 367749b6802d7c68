/** Queries on kept answers. */
import type { Db } from '#lib/platform/db.ts'

export type Claim = {
  readonly actorId: string
  readonly key: string
  readonly requestHash: string
  readonly nowMs: number
  readonly expiresAtMs: number
  /** An unanswered claim from before this moment may be taken over, by the same request only. */
  readonly abandonedBeforeMs: number
}

/** Whether the key is now ours: nobody had it, it has expired, or whoever had it died. Atomic. */
export async function claimKey(db: Db, claim: Claim): Promise<boolean> {
  const { actorId, key, requestHash } = claim
  const [now, expires, abandoned] = [claim.nowMs, claim.expiresAtMs, claim.abandonedBeforeMs].map((ms) => new Date(ms))
  const claimed = await db.$executeRaw`
    INSERT INTO idempotency_record AS record (actor_id, key, request_hash, created_at, expires_at)
    VALUES (${actorId}, ${key}, ${requestHash}, ${now}, ${expires})
    ON CONFLICT (actor_id, key) DO UPDATE
    SET request_hash = excluded.request_hash, status = NULL, answer = NULL,
        created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE record.expires_at <= ${now}
       OR (record.answer IS NULL AND record.created_at < ${abandoned} AND record.request_hash = excluded.request_hash)`
  return claimed === 1
}

export async function findRecord(db: Db, actorId: string, key: string) {
  return db.idempotencyRecord.findUnique({
    where: { actorId_key: { actorId, key } },
    select: { requestHash: true, answer: true },
  })
}

export async function keepAnswer(
  db: Db,
  kept: { actorId: string; key: string; requestHash: string; status: number; answer: Buffer },
): Promise<void> {
  const { actorId, key, requestHash, status, answer } = kept
  await db.idempotencyRecord.updateMany({
    where: { actorId, key, requestHash },
    data: { status, answer: Uint8Array.from(answer) },
  })
}

export async function forgetKey(db: Db, actorId: string, key: string, requestHash: string): Promise<void> {
  await db.idempotencyRecord.deleteMany({ where: { actorId, key, requestHash, answer: null } })
}
