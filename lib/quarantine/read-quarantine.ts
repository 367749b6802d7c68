/** Who stopped something, why, since when and until when. Whoever may read the thing may read this. */
import type { Context } from '#lib/platform/context.ts'
import type { QuarantineView } from '#lib/quarantine/contract.ts'
import { findOpenQuarantine, type Subject } from '#lib/quarantine/records-store.ts'

export async function readQuarantine({ db }: Context, subject: Subject): Promise<QuarantineView | null> {
  const row = await findOpenQuarantine(db, subject)
  return (
    row && {
      reason: row.reason,
      by: { id: row.byId, name: row.byName },
      since: row.since.toISOString(),
      until: row.until?.toISOString() ?? null,
    }
  )
}
