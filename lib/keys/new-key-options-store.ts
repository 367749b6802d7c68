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

export type CallableModel = {
  readonly name: string
  readonly endpoints: readonly string[]
  /** Nano-USD per million units, by unit: the model's, or a route's where the model has none. */
  readonly prices: unknown
  readonly routes: readonly { readonly provider: string; readonly region: string }[]
}

/** Active models with a price in force and at least one route that is on. */
export async function findCallableModels(db: Db, now: Date): Promise<CallableModel[]> {
  return db.$queryRaw<CallableModel[]>`
    SELECT m.name, m.endpoints, price.nanos_per_million AS prices, route.routes
    FROM model m
    JOIN LATERAL (
      SELECT p.nanos_per_million FROM price p
      WHERE p.model_id = m.id AND p.effective_from <= ${now}
      ORDER BY p.deployment_id IS NOT NULL, p.effective_from DESC, p.id DESC LIMIT 1
    ) AS price ON true
    JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('provider', v.name, 'region', d.region)) AS routes
      FROM deployment d JOIN provider v ON v.id = d.provider_id
      WHERE d.model_id = m.id AND d.status = 'active' AND v.status = 'active'
    ) AS route ON route.routes IS NOT NULL
    WHERE m.status = 'active'
    ORDER BY m.name
    LIMIT 2000`
}
