/** The ledger's months, from the last one to three ahead. A month that is missing all the same opens with its first event. */
import { ensurePartitions as openMonths } from '#lib/ledger/store.ts'
import type { Context } from '#lib/platform/context.ts'

const day = 86_400_000

export async function ensurePartitions({ sql, clock }: Context): Promise<void> {
  const now = clock.nowMs()
  await openMonths(sql, new Date(now - 31 * day), new Date(now + 92 * day))
}
