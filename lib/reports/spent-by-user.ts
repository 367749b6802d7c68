/** What each of some people has spent this calendar month (UTC), with their own keys and those of workloads they own. */
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { spentByUserSince } from '#lib/reports/spent-by-user-store.ts'

/** Null where the actor may not see everybody's spending. */
export async function spentByUser(
  { sql, clock }: Context,
  actor: Actor,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, bigint> | null> {
  if (!visibleRows(actor, 'usage.read').all) return null
  if (userIds.length === 0) return new Map()
  const now = new Date(clock.nowMs())
  const monthStart = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
  const rows = await spentByUserSince(sql, userIds, monthStart)
  return new Map(rows.map(({ userId, nanos }) => [userId, nanos]))
}
