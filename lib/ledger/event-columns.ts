/** The columns of usage_event, and how rows travel there: one array a column. */
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { sqlArray, type SqlType } from '#lib/platform/sql-arrays.ts'

/** Columns of usage_event: name in the event, name in SQL, type. */
const eventColumns: readonly (readonly [field: keyof EventRow, column: string, type: SqlType])[] = [
  ['id', 'id', 'text'],
  ['at', 'at', 'timestamptz'],
  ['kind', 'kind', 'text'],
  ['adjusts', 'adjusts', 'text'],
  ['outcome', 'outcome', 'text'],
  ['status', 'status', 'int'],
  ['errorCode', 'error_code', 'text'],
  ['keyId', 'key_id', 'text'],
  ['secretId', 'secret_id', 'text'],
  ['keyKind', 'key_kind', 'text'],
  ['userId', 'user_id', 'text'],
  ['teamId', 'team_id', 'text'],
  ['projectId', 'project_id', 'text'],
  ['workloadId', 'workload_id', 'text'],
  ['businessUnitId', 'business_unit_id', 'text'],
  ['costCentre', 'cost_centre', 'text'],
  ['environment', 'environment', 'text'],
  ['profileId', 'profile_id', 'text'],
  ['identityMethod', 'identity_method', 'text'],
  ['clientIp', 'client_ip', 'text'],
  ['userAgent', 'user_agent', 'text'],
  ['endpoint', 'endpoint', 'text'],
  ['stream', 'stream', 'boolean'],
  ['modelAsked', 'model_asked', 'text'],
  ['model', 'model', 'text'],
  ['modelServed', 'model_served', 'text'],
  ['provider', 'provider', 'text'],
  ['deploymentId', 'deployment_id', 'text'],
  ['region', 'region', 'text'],
  ['tokens', 'tokens', 'jsonb'],
  ['inputTokens', 'input_tokens', 'bigint'],
  ['cachedTokens', 'cached_tokens', 'bigint'],
  ['outputTokens', 'output_tokens', 'bigint'],
  ['costNanos', 'cost_nanos', 'bigint'],
  ['priceLines', 'price_lines', 'json'],
  ['priceVersion', 'price_version', 'text'],
  ['estimated', 'estimated', 'boolean'],
  ['estimatedWhy', 'estimated_why', 'text'],
  ['attempts', 'attempts', 'json'],
  ['decision', 'decision', 'json'],
  ['timing', 'timing', 'json'],
  ['tags', 'tags', 'jsonb'],
  ['groups', 'groups', 'jsonb'],
  ['effectiveAt', 'effective_at', 'timestamptz'],
]

/** A whole row under the event's own names, of `e`. */
export const rowColumns = eventColumns.map(([field, column]) => `e.${column} AS "${field}"`).join(', ')

export const columnList = eventColumns.map(([, column]) => column).join(', ')

/** A SELECT of the rows that `columnsOf` sends, as parameters from $1 on: the arrays side by side, in step. */
export const selectGiven = `SELECT ${eventColumns.map(([, column, type], n) => `unnest($${n + 1}::${type}[]) AS ${column}`).join(', ')}`

export function columnsOf(rows: readonly EventRow[]): Buffer[] {
  return eventColumns.map(([field, , type]) =>
    sqlArray(
      type,
      rows.map((row) => row[field]),
    ),
  )
}
