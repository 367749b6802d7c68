/** Queries on what people should know of their keys before it is too late. */
import type { KeyNoticeKind } from '#lib/keys/contract.ts'
import { visibleTo } from '#lib/keys/store.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

/** A key's end has moved: what was said of it is no longer true. */
export async function forgetEndOf(tx: Tx, keyId: string): Promise<void> {
  await tx.keyNotice.deleteMany({ where: { keyId, kind: { in: ['ends_soon', 'idle'] } } })
}

export type NoticeRow = {
  readonly keyId: string
  readonly keyName: string
  readonly kind: KeyNoticeKind
  readonly at: Date
  readonly lastAt: Date
  readonly dueAt: Date | null
  readonly detail: string | null
}

export type NoticeQuestion = {
  readonly actor: Actor
  /** Of one key; else of those that the actor answers for. */
  readonly keyId: string | null
  readonly limit: number
}

/** Notices of active keys, what ends first first. Carried by the keys of a person, or by (key_id, kind). */
export async function findNotices(db: Db, { actor, keyId, limit }: NoticeQuestion): Promise<NoticeRow[]> {
  const which =
    keyId === null
      ? Prisma.sql`coalesce(k.owner_user_id, w.owner_user_id) = ${actor.id}`
      : Prisma.sql`k.id = ${keyId} AND ${visibleTo(actor, 'key.read')}`
  return db.$queryRaw`
    SELECT n.key_id AS "keyId", k.name AS "keyName", n.kind, n.at, n.last_at AS "lastAt", n.due_at AS "dueAt", n.detail
    FROM key_notice n
    JOIN virtual_key k ON k.id = n.key_id
    LEFT JOIN workload w ON w.id = k.workload_id
    WHERE k.status = 'active' AND ${which}
    ORDER BY n.due_at ASC NULLS LAST, n.last_at DESC
    LIMIT ${limit}`
}
