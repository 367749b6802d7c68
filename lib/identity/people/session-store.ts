/** The latest sign-in of a person. */
import type { Db } from '#lib/platform/db.ts'

/** Carried by session_user_id_idx. */
export async function findLatestSession(db: Db, userId: string) {
  return db.session.findFirst({
    where: { userId },
    orderBy: { createdAt: 'desc' },
    select: { provider: true, groups: true, createdAt: true },
  })
}
