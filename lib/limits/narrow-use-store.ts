/** What the ledger knows of the use of environments, groups, tags, and of models apart; asked after Redis lost its data. */
import type { CallTokens } from '#lib/limits/rules/limit-kinds.ts'
import type { LimitedScopeType } from '#lib/limits/budget-contract.ts'
import { scopeLimits, type ScopeLimits } from '#lib/limits/contract.ts'
import type { Window } from '#lib/limits/windows.ts'
import type { SqlPool } from '#lib/platform/db.ts'

/** What limits are set on, keys included. */
export type NarrowScopeType = LimitedScopeType | 'key'

export type NarrowLimits = { readonly type: NarrowScopeType; readonly id: string; readonly limits: ScopeLimits }

/** Limits that no column of the rollups stands for by itself. They are few: what has none is not looked at. */
export async function findNarrowLimits(sql: SqlPool): Promise<NarrowLimits[]> {
  const { rows } = await sql.query<{ type: NarrowScopeType; id: string; limits: unknown }>(
    `SELECT scope_type AS type, scope_id AS id, limits
     FROM scope_limit
     WHERE scope_type IN ('environment', 'group', 'tag') OR limits ? 'models'
     UNION ALL
     SELECT 'key', id, limits
     FROM virtual_key
     WHERE limits ? 'models' AND status IN ('active', 'suspended', 'quarantined')`,
  )
  return rows.map((row) => ({ ...row, limits: scopeLimits.parse(row.limits) }))
}

export type NarrowUse = {
  readonly id: string
  readonly model: string | null
  readonly callsOfHour: number
  readonly callsOfDay: number
  readonly tokensOfDay: CallTokens
}

type Asked = {
  readonly type: NarrowScopeType
  readonly ids: readonly string[]
  readonly organisationId: string
  readonly hour: Window
  readonly day: Window
}

const columnOf: Partial<Record<NarrowScopeType, string>> = {
  key: 'key_id',
  user: 'user_id',
  team: 'team_id',
  project: 'project_id',
  workload: 'workload_id',
  business_unit: 'business_unit_id',
  environment: `team_id || ':' || environment`,
  organisation: '$4::text',
}

const hourlySums = `
  coalesce(sum(calls) FILTER (WHERE start >= $1), 0)::float8 AS hour, sum(calls)::float8 AS day,
  sum(input_tokens + cached_tokens)::float8 AS input, sum(output_tokens)::float8 AS output`

/**
 * What was used since the hour and the day began, by scope and model. From hourly rollups, so an hour of UTC in which a
 * window begins counts whole; carried by the primary key (start, dims_hash).
 */
export async function narrowUse(sql: SqlPool, asked: Asked): Promise<NarrowUse[]> {
  const { type, ids, organisationId, hour, day } = asked
  const { rows } = await sql.query<Row>(statementFor(type), [hourOf(hour), hourOf(day), ids, organisationId])
  return rows.map((row) => ({
    id: row.id,
    model: row.model,
    callsOfHour: row.hour,
    callsOfDay: row.day,
    tokensOfDay: { input: row.input, output: row.output },
  }))
}

type Row = { id: string; model: string | null; hour: number; day: number; input: number; output: number }

/** $1, $2: beginning of the hour and of the day; $3: ids; $4: the organisation's. */
function statementFor(type: NarrowScopeType): string {
  switch (type) {
    case 'group':
      return `
        SELECT named.id, model, ${hourlySums}
        FROM usage_hourly
        CROSS JOIN jsonb_array_elements_text(groups) AS own (id)
        JOIN unnest($3::text[]) AS named (id) ON named.id = own.id
        WHERE start >= $2 AND $4::text IS NOT NULL
        GROUP BY 1, 2`
    case 'tag':
      return `
        SELECT named.id, model, ${hourlySums}
        FROM usage_hourly
        CROSS JOIN jsonb_each_text(tags) AS tag
        JOIN unnest($3::text[]) AS named (id) ON named.id = tag.key || '=' || tag.value
        WHERE start >= $2 AND $4::text IS NOT NULL
        GROUP BY 1, 2`
    default:
      return `
        SELECT ${columnOf[type]} AS id, model, ${hourlySums}
        FROM usage_hourly
        WHERE start >= $2 AND ${columnOf[type]} = ANY($3::text[]) AND $4::text IS NOT NULL
        GROUP BY 1, 2`
  }
}

const hourMs = 3_600_000

function hourOf({ startMs }: Window): Date {
  return new Date(Math.floor(startMs / hourMs) * hourMs)
}
