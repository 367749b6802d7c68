/** `visibleRows` as a condition for Prisma: which columns say whose a row is differs by table. */
import type { Visibility } from '#lib/identity/rules/permissions.ts'

type Condition = Record<string, unknown>

export type Columns = {
  /** The condition that a row is in one of these teams. */
  readonly inTeams: (teamIds: readonly string[]) => Condition
  /** The condition that this person owns a row; none where nobody owns such rows. */
  readonly ownedBy?: (userId: string) => Condition
}

export function visibleWhere(visibility: Visibility, columns: Columns): Condition {
  if (visibility.all) return {}
  const either: Condition[] = []
  if (visibility.teamIds.length > 0) either.push(columns.inTeams(visibility.teamIds))
  if (visibility.ownerUserId !== null && columns.ownedBy) either.push(columns.ownedBy(visibility.ownerUserId))
  // An empty OR matches nothing in Prisma, which is what nothing visible means.
  return { OR: either }
}
