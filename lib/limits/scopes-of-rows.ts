/** Which scopes rows of usage_event and the rollups count in: these tables name them in the same columns. */
import type { ScopeType } from '#lib/limits/contract.ts'

// Words of SQL come from here, never from input. The organisation has no column: it is everything.
const columnOf: Partial<Record<ScopeType, string>> = {
  key: 'key_id',
  user: 'user_id',
  team: 'team_id',
  project: 'project_id',
  workload: 'workload_id',
  business_unit: 'business_unit_id',
  environment: "team_id || ':' || environment",
}

/**
 * A condition: whether a row counts in the scope of this type that `id` stands for, which is text in SQL. A tag's name may
 * have `=` in it as well: it is looked for split at each. Looking into every row's tags takes five times as long.
 */
export function rowCountsIn(type: ScopeType, id: string): string {
  switch (type) {
    case 'environment':
      return `team_id = split_part(${id}, ':', 1) AND environment = substr(${id}, strpos(${id}, ':') + 1)`
    case 'group':
      return `groups @> to_jsonb(${id})`
    case 'tag':
      return `tags @> ANY ((SELECT array_agg(jsonb_build_object(left(${id}, n - 1), substr(${id}, n + 1)))
        FROM generate_series(1, length(${id})) AS n WHERE substr(${id}, n, 1) = '=')::jsonb[])`
    case 'organisation':
      return `${id} IS NOT NULL`
    default:
      return `${columnOf[type]} = ${id}`
  }
}

/** A query for the ids of the scopes of this type that a row counts in; `organisationId` is what the organisation is called. */
export function scopesOfRow(type: ScopeType, organisationId: string): string {
  switch (type) {
    case 'group':
      return 'SELECT jsonb_array_elements_text(groups)'
    case 'tag':
      return "SELECT t.key || '=' || t.value FROM jsonb_each_text(tags) AS t"
    default:
      return `SELECT ${columnOf[type] ?? organisationId}`
  }
}
