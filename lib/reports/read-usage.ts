/** Who used how much, by any dimensions, from rollups: /usage, the usage page, figures on home pages. */
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows } from '#lib/identity/rules/permissions.ts'
import type { CsvTable, CsvValue } from '#lib/management/endpoint.ts'
import { decodeCursor, encodeCursor } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type {
  Dimension,
  Named,
  UsageFilter,
  UsageMeasure,
  UsageQuery,
  UsageReport,
  UsageRow,
  UsageSums,
} from '#lib/reports/contract.ts'
import { findNames } from '#lib/reports/names-store.ts'
import { sourcesOf, usageRange } from '#lib/reports/rules/usage-range.ts'
import { sumUsage, type GroupRow, type Place, type Sums } from '#lib/reports/usage-store.ts'

type ReportContext = Pick<Context, 'sql' | 'clock'>

export async function readUsage(context: ReportContext, actor: Actor, query: UsageQuery): Promise<UsageReport> {
  const { range, page, totals, nextPlace } = await readPage(context, actor, query)
  return {
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
    granularity: query.granularity ?? null,
    data: await withNames(context, query.group_by, page),
    totals: sumsView(totals),
    nextCursor: nextPlace === null ? null : cursorOf(query, nextPlace),
  }
}

async function readPage({ sql, clock }: ReportContext, actor: Actor, query: UsageQuery) {
  const range = usageRange(query, clock.nowMs())
  const order = orderOf(query)
  const { rows, totals } = await sumUsage(sql, {
    sources: sourcesOf(range, query.granularity),
    groupBy: query.group_by,
    bucket: query.granularity,
    filter: query.filter as UsageFilter,
    visibility: visibleRows(actor, 'usage.read'),
    order,
    limit: query.limit + 1,
    after: query.cursor === undefined ? null : placeOf(query, query.cursor),
  })
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return { range, page, totals, nextPlace: rows.length > query.limit && last ? standing(last, order.by) : null }
}

function orderOf({ sort }: UsageQuery) {
  return { by: sort.replace(/^-/, '') as UsageMeasure, largestFirst: sort.startsWith('-') }
}

function standing(row: GroupRow, by: UsageMeasure): Place {
  const measure = by === 'costUsd' ? row.costNanos : row[by]
  return { startMs: row.start?.getTime() ?? 0, measure: measure.toString(), values: row.values }
}

/** A cursor belongs to the question's shape: another grouping or sort makes it nonsense. */
function shapeOf({ sort, group_by, granularity }: UsageQuery): string {
  return [sort, granularity ?? '', ...group_by].join(' ')
}

function cursorOf(query: UsageQuery, { startMs, measure, values }: Place): string {
  return encodeCursor(shapeOf(query), [startMs, measure, ...values.map((value) => value ?? '')])
}

function placeOf(query: UsageQuery, cursor: string): Place {
  const [startMs, measure, ...values] = decodeCursor(cursor, shapeOf(query), 2 + query.group_by.length)
  return { startMs: Number(startMs), measure: wholeNumber(measure), values: values.map((value) => String(value ?? '')) }
}

// A cursor of somebody's own making must not reach PostgreSQL as a number that is none.
function wholeNumber(value: string | number | null | undefined): string {
  return /^-?\d{1,30}$/.test(String(value)) ? String(value) : '0'
}

// ── Rows ────────────────────────────────────────────────────────────────────────────────────────

async function withNames(
  { sql }: ReportContext,
  groupBy: readonly Dimension[],
  rows: readonly GroupRow[],
): Promise<UsageRow[]> {
  const names = await Promise.all(
    groupBy.map((dimension, place) =>
      findNames(
        sql,
        dimension,
        rows.flatMap(({ values }) => values[place] ?? []),
      ),
    ),
  )
  return rows.map((row) => ({
    ...Object.fromEntries(
      groupBy.map((dimension, place) => [dimension, namedOf(row.values[place] ?? null, names[place])]),
    ),
    ...(row.start === null ? {} : { start: row.start.toISOString() }),
    ...sumsView(row),
  }))
}

export function namedOf(id: string | null, names: ReadonlyMap<string, string> | undefined): Named {
  return { id, name: id === null ? null : (names?.get(id) ?? id) }
}

export function sumsView(sums: Sums): UsageSums {
  return {
    calls: Number(sums.calls),
    refused: Number(sums.refused),
    inputTokens: Number(sums.inputTokens),
    cachedTokens: Number(sums.cachedTokens),
    outputTokens: Number(sums.outputTokens),
    costUsd: usdOfNanos(sums.costNanos),
    estimatedCalls: Number(sums.estimatedCalls),
    unpricedCalls: Number(sums.unpricedCalls),
  }
}

// ── CSV ─────────────────────────────────────────────────────────────────────────────────────────

/** The whole result, page after page, without a line of totals: whoever adds the lines up gets the totals. */
export function usageTable(context: ReportContext, actor: Actor, query: UsageQuery): CsvTable {
  const ofDimensions = query.group_by.flatMap((dimension) => [`${dimension}_id`, dimension])
  const measures = [
    'calls',
    'refused',
    'input_tokens',
    'cached_tokens',
    'output_tokens',
    'cost_usd',
    'estimated_calls',
    'unpriced_calls',
  ]
  return {
    fileName: 'usage',
    columns: [...(query.granularity === undefined ? [] : ['start']), ...ofDimensions, ...measures],
    rows: usageLines(context, actor, query),
  }
}

async function* usageLines(context: ReportContext, actor: Actor, query: UsageQuery): AsyncGenerator<CsvValue[]> {
  let cursor = query.cursor
  do {
    const { data, nextCursor } = await readUsage(context, actor, { ...query, cursor })
    for (const row of data) yield lineOf(row, query)
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
}

function lineOf(row: UsageRow, { group_by, granularity }: UsageQuery): CsvValue[] {
  const dimensions = group_by.flatMap((dimension) => {
    const named: Named | undefined = row[dimension]
    return [named?.id ?? null, named?.name ?? null]
  })
  const { calls, refused, inputTokens, cachedTokens, outputTokens, estimatedCalls, unpricedCalls } = row
  return [
    ...(granularity === undefined ? [] : [row.start ?? null]),
    ...dimensions,
    calls,
    refused,
    inputTokens,
    cachedTokens,
    outputTokens,
    costCell(row),
    estimatedCalls,
    unpricedCalls,
  ]
}

/** Empty where nothing of it is priced: a 0 would say that it was free. */
export function costCell({ costUsd, unpricedCalls }: UsageSums): string | null {
  return unpricedCalls > 0 && costUsd === '0' ? null : costUsd
}
