/** Queries of what the organisation, teams and projects narrow. */
import type { Db, Tx } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'
import type { NarrowingScope, ScopePolicy } from '#lib/policy/contract.ts'

export type ScopePolicyRow = {
  readonly scopeType: NarrowingScope
  readonly scopeId: string
  readonly scopeName: string
  /** 0 where it never said anything. */
  readonly version: number
  readonly policy: unknown
  readonly updatedAt: Date | null
  readonly keys: number
}

const scopes = Prisma.sql`(
  SELECT 'organisation' AS type, id, name FROM organisation
  UNION ALL SELECT 'team', id, name FROM team
  UNION ALL SELECT 'project', id, name FROM project)`

/** Carried by virtual_key(team_id, status) and virtual_key(project_id). */
const columns = Prisma.sql`
  s.type AS "scopeType", s.id AS "scopeId", s.name AS "scopeName", coalesce(y.version, 0) AS version, y.policy,
  y.updated_at AS "updatedAt",
  (SELECT count(*)::int FROM virtual_key k
   WHERE k.status NOT IN ('revoked', 'expired')
     AND CASE s.type WHEN 'team' THEN k.team_id = s.id WHEN 'project' THEN k.project_id = s.id ELSE true END) AS keys`

/** Those that say something, by type and name. */
export function findScopePolicies(
  db: Db,
  after: readonly [type: string, name: string, id: string] | null,
  limit: number,
): Promise<ScopePolicyRow[]> {
  return db.$queryRaw<ScopePolicyRow[]>`
    SELECT ${columns}
    FROM scope_policy y
    JOIN ${scopes} s ON s.type = y.scope_type AND s.id = y.scope_id
    WHERE jsonb_strip_nulls(y.policy) <> '{}'
      ${after ? Prisma.sql`AND (s.type, s.name, s.id) > (${after[0]}, ${after[1]}, ${after[2]})` : Prisma.empty}
    ORDER BY s.type, s.name, s.id
    LIMIT ${limit}`
}

/** Null where there is no such scope. */
export async function findScopePolicy(db: Db | Tx, type: NarrowingScope, id: string): Promise<ScopePolicyRow | null> {
  const rows = await db.$queryRaw<ScopePolicyRow[]>`
    SELECT ${columns}
    FROM ${scopes} s
    LEFT JOIN scope_policy y ON y.scope_type = s.type AND y.scope_id = s.id
    WHERE s.type = ${type} AND s.id = ${id}
    LIMIT 1`
  return rows[0] ?? null
}

/** Whoever changes this layer next waits for this transaction. */
export async function lockScopePolicy(tx: Tx, type: NarrowingScope, id: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`policy of ${type} ${id}`}, 0))`
}

export async function writeScopePolicy(
  tx: Tx,
  scopeType: NarrowingScope,
  scopeId: string,
  { version, policy, nowMs }: { readonly version: number; readonly policy: ScopePolicy; readonly nowMs: number },
): Promise<void> {
  const row = { version, policy, updatedAt: new Date(nowMs) }
  await tx.scopePolicy.upsert({
    where: { scopeType_scopeId: { scopeType, scopeId } },
    create: { scopeType, scopeId, ...row },
    update: row,
    select: { scopeId: true },
  })
}
