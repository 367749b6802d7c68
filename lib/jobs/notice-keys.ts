/** Keeps what is said of keys true: which end soon, which end because nobody uses them, which were seen in a browser. */
import { dropOldOrigins, noteEndings, noteIdleKeys } from '#lib/jobs/key-notices-store.ts'
import type { Context } from '#lib/platform/context.ts'

export async function noticeKeys({ db, clock }: Context): Promise<{ endings: number; idle: number }> {
  const nowMs = clock.nowMs()
  const endings = await noteEndings(db, nowMs)
  const idle = await noteIdleKeys(db, nowMs)
  await dropOldOrigins(db, nowMs)
  return { endings, idle }
}
