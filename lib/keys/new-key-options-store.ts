/** What a new key may be made of. */
import type { Db } from '#lib/platform/db.ts'

export function findProfiles(db: Db, which: { readonly id: string } | { readonly isDefault: true } | null) {
  return db.accessProfile.findMany({
    where: { archivedAt: null, ...which },
    select: { id: true, name: true, description: true, policy: true },
    orderBy: [{ isDefault: 'desc' }, { name: 'asc' }],
    take: 200,
  })
}

/** Active teams with their active projects; null: all of them. */
export function findTeamsWithProjects(db: Db, teamIds: readonly string[] | null) {
  return db.team.findMany({
    where: { status: 'active', ...(teamIds ? { id: { in: [...teamIds] } } : {}) },
    select: {
      id: true,
      name: true,
      projects: {
        where: { status: 'active' },
        select: { id: true, name: true, environment: true },
        orderBy: { name: 'asc' },
        take: 200,
      },
    },
    orderBy: { name: 'asc' },
    take: 500,
  })
}

/** Teams and projects that say something of their own of what their keys may call, as `team:…` and `project:…`. */
export async function findNarrowPlaces(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT scope_type || ':' || scope_id AS id FROM scope_policy
    WHERE scope_type IN ('team', 'project') AND jsonb_strip_nulls(policy) <> '{}'
    UNION
    SELECT 'project:' || p.id FROM project p JOIN scope_policy y ON y.scope_type = 'team' AND y.scope_id = p.team_id
    WHERE jsonb_strip_nulls(y.policy) <> '{}'
    UNION
    SELECT scope_type || ':' || scope_id FROM budget
    WHERE archived_at IS NULL AND posture <> 'soft' AND scope_type IN ('team', 'project')
      AND (SELECT unpriced_models FROM organisation LIMIT 1) = 'flag'
    LIMIT 20000`
  return rows.map(({ id }) => id)
}
