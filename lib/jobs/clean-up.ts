/** What nobody can use any more goes: sessions a week after their end, idempotency records at theirs. */
import { deleteIdempotencyRecords, deleteSessions } from '#lib/jobs/store.ts'
import type { Context } from '#lib/platform/context.ts'

const week = 7 * 86_400_000

export async function cleanUp({ sql, clock }: Context): Promise<{ sessions: number; idempotencyRecords: number }> {
  const now = clock.nowMs()
  return {
    sessions: await deleteSessions(sql, new Date(now - week)),
    idempotencyRecords: await deleteIdempotencyRecords(sql, new Date(now)),
  }
}
