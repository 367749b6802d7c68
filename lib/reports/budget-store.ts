/** Monthly budgets, as reports set them beside what was spent. */
import type { SqlPool } from '#lib/platform/db.ts'
import type { Dimension } from '#lib/reports/contract.ts'

const scopeTypes: Partial<Record<Dimension, string>> = {
  key: 'key',
  user: 'user',
  team: 'team',
  project: 'project',
  workload: 'workload',
  business_unit: 'business_unit',
}

/**
 * Nano-USD a month by the dimension's ids; a cost centre has what its teams have. Empty for dimensions that no budget
 * can be set on. Carried by budget(scope_type, scope_id).
 */
export async function monthlyBudgets(
  sql: SqlPool,
  dimension: Dimension,
  ids: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const scopeType = scopeTypes[dimension]
  if (scopeType === undefined && dimension !== 'cost_centre') return new Map()
  const { rows } =
    scopeType === undefined
      ? await sql.query<{ id: string; amount: bigint }>(
          `SELECT t.cost_centre_code AS id, sum(b.amount_nanos)::bigint AS amount
           FROM team t
           JOIN budget b ON b.scope_type = 'team' AND b.scope_id = t.id
           WHERE t.cost_centre_code = ANY($1::text[]) AND b.period = 'month' AND b.archived_at IS NULL
           GROUP BY 1`,
          [ids],
        )
      : await sql.query<{ id: string; amount: bigint }>(
          `SELECT scope_id AS id, amount_nanos AS amount
           FROM budget
           WHERE scope_type = $1 AND scope_id = ANY($2::text[]) AND period = 'month' AND archived_at IS NULL`,
          [scopeType, ids],
        )
  return new Map(rows.map(({ id, amount }) => [id, amount]))
}

/** The whole organisation's monthly budget; null where none is set. */
export async function organisationBudget(sql: SqlPool): Promise<bigint | null> {
  const { rows } = await sql.query<{ amount: bigint }>(
    `SELECT amount_nanos AS amount
     FROM budget
     WHERE scope_type = 'organisation' AND period = 'month' AND archived_at IS NULL
     LIMIT 1`,
  )
  return rows[0]?.amount ?? null
}
