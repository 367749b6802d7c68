/** What people call the things that reports count: names for ids, one query a dimension. */
import type { SqlPool } from '#lib/platform/db.ts'
import type { Dimension } from '#lib/reports/contract.ts'

/** Where a dimension's names are; what is missing here (environment, kind, tags) is its own name. */
const sources: Partial<Record<Dimension, { readonly table: string; readonly id: string; readonly name: string }>> = {
  key: { table: 'virtual_key', id: 'id', name: 'name' },
  user: { table: 'app_user', id: 'id', name: 'name' },
  team: { table: 'team', id: 'id', name: 'name' },
  project: { table: 'project', id: 'id', name: 'name' },
  workload: { table: 'workload', id: 'id', name: 'name' },
  business_unit: { table: 'business_unit', id: 'id', name: 'name' },
  cost_centre: { table: 'cost_centre', id: 'code', name: 'name' },
  model: { table: 'model', id: 'name', name: 'display_name' },
  provider: { table: 'provider', id: 'name', name: 'display_name' },
}

/** Names by id; an id that nobody knows any more is its own name. Carried by the tables' keys. */
export async function findNames(
  sql: SqlPool,
  dimension: Dimension,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const source = sources[dimension]
  if (!source || ids.length === 0) return new Map()
  const { rows } = await sql.query<{ id: string; name: string }>(
    `SELECT ${source.id} AS id, ${source.name} AS name FROM ${source.table} WHERE ${source.id} = ANY($1::text[])`,
    [[...new Set(ids)]],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
