/**
 * Sums of rollups, by any dimensions. Values are parameters throughout; names of columns and tables come from the lists
 * here, never from input. Carried by the rollups' primary keys (start) and by (key_id|team_id|user_id, start).
 *
 * Rollups do not tell calls apart whose cost is not known: those, which are few, are counted from the ledger itself,
 * beside the rollups in the same statement. Carried by usage_event_unpriced, whose condition is `unpricedCall` word for word.
 */
import type { Visibility } from '#lib/identity/rules/permissions.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import { SqlParameters } from '#lib/platform/sql-parameters.ts'
import {
  unassigned,
  type Dimension,
  type Granularity,
  type NamedDimension,
  type UsageFilter,
  type UsageMeasure,
} from '#lib/reports/contract.ts'
import type { Source } from '#lib/reports/rules/usage-range.ts'

export type Sums = {
  readonly calls: bigint
  readonly refused: bigint
  readonly inputTokens: bigint
  readonly cachedTokens: bigint
  readonly outputTokens: bigint
  readonly costNanos: bigint
  readonly estimatedCalls: bigint
  readonly unpricedCalls: bigint
}

export type GroupRow = Sums & {
  /** Null where the whole range is one. */
  readonly start: Date | null
  /** The group's values, in the order of `groupBy`. */
  readonly values: readonly (string | null)[]
}

export type Bucket = Granularity | 'week'

export type SumQuestion = {
  readonly sources: readonly Source[]
  readonly groupBy: readonly Dimension[]
  /** Undefined: the whole range is one. */
  readonly bucket: Bucket | undefined
  readonly filter: UsageFilter
  readonly visibility: Visibility
  readonly order: { readonly by: UsageMeasure; readonly largestFirst: boolean }
  readonly limit: number
  /** The last row of the page before. */
  readonly after: Place | null
}

/** Where a row stands in the order: its start, its sorted measure, its values. */
export type Place = { readonly startMs: number; readonly measure: string; readonly values: readonly (string | null)[] }

export async function sumUsage(sql: SqlPool, question: SumQuestion): Promise<{ rows: GroupRow[]; totals: Sums }> {
  const parameters = new SqlParameters()
  const text = sumText(question, parameters)
  const { rows } = await sql.query<RawRow>(text, parameters.values)
  const [first] = rows
  return {
    rows: rows.flatMap((row) => (row.values === null ? [] : [groupRow(row, question)])),
    totals: first ? totalsOf(first) : noSums,
  }
}

const columns: Record<NamedDimension, string> = {
  key: 'key_id',
  user: 'user_id',
  team: 'team_id',
  project: 'project_id',
  workload: 'workload_id',
  cost_centre: 'cost_centre',
  business_unit: 'business_unit_id',
  environment: 'environment',
  model: 'model',
  provider: 'provider',
  kind: 'kind',
}

const measures: Record<UsageMeasure, string> = {
  calls: 'calls',
  refused: 'refused',
  inputTokens: 'input_tokens',
  cachedTokens: 'cached_tokens',
  outputTokens: 'output_tokens',
  costUsd: 'cost_nanos',
  estimatedCalls: 'estimated_calls',
  unpricedCalls: 'unpriced_calls',
}
const measureColumns = Object.values(measures)
const rolledUp = measureColumns.filter((column) => column !== measures.unpricedCalls)

/** A call that used something without a price. Its cost is what the rest of it costs, which may be nothing. */
export const unpricedCall = `kind = 'call' AND outcome <> 'refused' AND (price_version IS NULL AND tokens <> '{}'::jsonb OR estimated_why LIKE '%no price for %')`

/** Totals stand beside every row, and alone (with null values) where no group is on the page: one snapshot for both. */
function sumText(question: SumQuestion, parameters: SqlParameters): string {
  const { groupBy, bucket, order, after } = question
  const expressions = groupBy.map((dimension) => expressionOf(dimension, parameters))
  const start = bucket === undefined ? 'NULL::timestamptz' : `date_trunc('${bucket}', start, 'UTC')`
  const position = `coalesce(extract(epoch FROM start) * 1000, 0), ${order.largestFirst ? '-' : ''}${measures[order.by]}::numeric, sort_values`
  return `
    WITH rollups AS (${question.sources.map((source) => sourceText(source, question, parameters)).join(' UNION ALL ')}
    ), grouped AS (
      SELECT ${start} AS start, ARRAY[${expressions.join(', ')}]::text[] AS values,
        ${measureColumns.map((column) => `sum(${column})::bigint AS ${column}`).join(', ')}
      FROM rollups
      GROUP BY 1, 2
    ), totals AS (
      SELECT ${measureColumns.map((column) => `coalesce(sum(${column}), 0)::bigint AS total_${column}`).join(', ')}
      FROM grouped
    ), page AS (
      SELECT *
      FROM (SELECT *, array(SELECT coalesce(value, '') FROM unnest(values) WITH ORDINALITY AS v(value, place) ORDER BY place) AS sort_values FROM grouped) AS sorted
      ${after ? `WHERE (${position}) > (${placeText(after, order.largestFirst, parameters)})` : ''}
      ORDER BY ${position}
      LIMIT ${parameters.add(question.limit)}
    )
    SELECT * FROM totals LEFT JOIN page ON true
    ORDER BY ${position}`
}

function sourceText(
  { table, fromMs, toMs }: Source,
  { filter, visibility }: SumQuestion,
  parameters: SqlParameters,
): string {
  const conditions = [
    `start >= ${parameters.add(new Date(fromMs))}`,
    `start < ${parameters.add(new Date(toMs))}`,
    visibleText(visibility, parameters),
    ...Object.entries(filter).map(([dimension, wanted]) =>
      filterText(dimension as Dimension, wanted ?? [], parameters),
    ),
  ]
  const dimensions = `start, ${Object.values(columns).join(', ')}, tags`
  return `
      SELECT ${dimensions}, ${rolledUp.join(', ')}, 0 AS unpriced_calls
      FROM ${table}
      WHERE ${conditions.join(' AND ')}
      UNION ALL
      SELECT ${dimensions}, ${rolledUp.map(() => '0').join(', ')}, 1
      FROM (
        SELECT at AS start, ${Object.values(columns).join(', ').replace('kind', 'key_kind AS kind')}, tags
        FROM usage_event
        WHERE ${unpricedCall} AND key_id IS NOT NULL
      ) AS unpriced
      WHERE ${conditions.join(' AND ')}`
}

function filterText(dimension: Dimension, wanted: readonly string[], parameters: SqlParameters): string {
  const expression = expressionOf(dimension, parameters)
  const named = wanted.filter((value) => value !== unassigned)
  const isNull = wanted.includes(unassigned) ? ` OR ${expression} IS NULL` : ''
  return `(${expression} = ANY(${parameters.add(named)}::text[])${isNull})`
}

function visibleText(visibility: Visibility, parameters: SqlParameters): string {
  if (visibility.all) return 'true'
  const { ownerUserId, teamIds, unownedInTeamIds } = visibility
  return `(user_id = ${parameters.add(ownerUserId)} OR team_id = ANY(${parameters.add(teamIds)}::text[])
        OR (user_id IS NULL AND team_id = ANY(${parameters.add(unownedInTeamIds)}::text[])))`
}

function expressionOf(dimension: Dimension, parameters: SqlParameters): string {
  if (dimension.startsWith('tag:')) return `(tags ->> ${parameters.add(dimension.slice('tag:'.length))}::text)`
  return columns[dimension as NamedDimension]
}

function placeText({ startMs, measure, values }: Place, largestFirst: boolean, parameters: SqlParameters): string {
  const texts = values.map((value) => value ?? '')
  return `${parameters.add(startMs)}::numeric, ${largestFirst ? '-' : ''}${parameters.add(measure)}::numeric, ${parameters.add(texts)}::text[]`
}

type RawRow = { readonly start: Date | null; readonly values: (string | null)[] | null } & Readonly<
  Record<string, bigint>
>

function groupRow(row: RawRow, { groupBy }: SumQuestion): GroupRow {
  return { start: row.start, values: groupBy.length === 0 ? [] : (row.values ?? []), ...sumsOf(row, '') }
}

function totalsOf(row: RawRow): Sums {
  return sumsOf(row, 'total_')
}

function sumsOf(row: RawRow, prefix: string): Sums {
  const value = (column: string) => row[`${prefix}${column}`] ?? 0n
  return {
    calls: value('calls'),
    refused: value('refused'),
    inputTokens: value('input_tokens'),
    cachedTokens: value('cached_tokens'),
    outputTokens: value('output_tokens'),
    costNanos: value('cost_nanos'),
    estimatedCalls: value('estimated_calls'),
    unpricedCalls: value('unpriced_calls'),
  }
}

export const noSums: Sums = {
  calls: 0n,
  refused: 0n,
  inputTokens: 0n,
  cachedTokens: 0n,
  outputTokens: 0n,
  costNanos: 0n,
  estimatedCalls: 0n,
  unpricedCalls: 0n,
}
