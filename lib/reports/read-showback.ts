/**
 * The month's spending by any dimension, beside its budget and the month before. The total row is the sum of the rows,
 * and the export has the same rows: to the nano.
 */
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows, type Visibility } from '#lib/identity/rules/permissions.ts'
import type { CsvTable } from '#lib/management/endpoint.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import { monthlyBudgets, organisationBudget } from '#lib/reports/budget-store.ts'
import type { Dimension, UsageFilter } from '#lib/reports/contract.ts'
import { findNames } from '#lib/reports/names-store.ts'
import { costCell, namedOf, sumsView } from '#lib/reports/read-usage.ts'
import {
  monthName,
  percentOf,
  showbackPeriods,
  weekIndex,
  weeksShown,
  type ShowbackPeriods,
} from '#lib/reports/rules/showback-periods.ts'
import { dayMs, monthStart, sourcesOf, type Range } from '#lib/reports/rules/usage-range.ts'
import type {
  Comparison,
  Showback,
  ShowbackMonths,
  ShowbackQuery,
  ShowbackRow,
} from '#lib/reports/showback-contract.ts'
import { noSums, sumUsage, type Bucket, type GroupRow, type Sums } from '#lib/reports/usage-store.ts'

type ReportContext = Pick<Context, 'sql' | 'clock'>

/** Beyond this a report is no longer read by people; `/usage` has pages. */
const mostRows = 50_000

export async function readShowback(
  context: ReportContext,
  actor: Actor,
  month: string,
  query: ShowbackQuery,
): Promise<Showback> {
  const nowMs = context.clock.nowMs()
  const periods = showbackPeriods(month, nowMs)
  const visibility = visibleRows(actor, 'showback.read')
  const ask = asker(context, visibility, query)
  const [actual, before, beforeWhole, weeks, days, daysBefore] = await Promise.all([
    ask(periods.actual, query.group_by),
    ask(periods.before, query.group_by),
    ask(periods.beforeWhole, query.group_by),
    ask(periods.weeks, query.group_by, 'week'),
    ask(periods.actual, [], 'day'),
    ask(periods.beforeWhole, [], 'day'),
  ])
  const groups = mergeGroups(
    { actual: actual.rows, before: before.rows, beforeWhole: beforeWhole.rows, weeks: weeks.rows },
    periods,
  )
  const budgets = await budgetsOf(context, query, groups)
  const hasEverything = visibility.all && Object.keys(query.filter).length === 0
  return {
    month,
    state: periods.state,
    from: isoOf(periods.whole.fromMs),
    to: isoOf(periods.whole.toMs),
    asOf: isoOf(periods.state === 'ended' ? periods.whole.toMs : nowMs),
    comparedWith: { month: monthName(periods.before.fromMs), to: isoOf(periods.before.toMs) },
    data: await rowsOf(context, query.group_by, groups, budgets),
    totals: {
      ...sumsView(actual.totals),
      ...comparisonOf({
        sums: actual.totals,
        beforeNanos: before.totals.costNanos,
        beforeWholeNanos: beforeWhole.totals.costNanos,
        weeks: addWeeks(groups),
        budget: hasEverything ? ((await organisationBudget(context.sql)) ?? sumOf(budgets)) : sumOf(budgets),
      }),
    },
    days: daysOf(periods, days.rows, daysBefore.rows),
  }
}

/** The months that there is something to see of, for choosing one. */
export async function listShowbackMonths({ sql, clock }: ReportContext, actor: Actor): Promise<ShowbackMonths> {
  const nowMs = clock.nowMs()
  const present = monthStart(nowMs)
  const { rows } = await sumUsage(sql, {
    ...plainOrder,
    sources: [{ table: 'usage_daily', fromMs: monthStart(nowMs, -36), toMs: monthStart(nowMs, 1) }],
    groupBy: [],
    bucket: 'month',
    filter: {},
    visibility: visibleRows(actor, 'showback.read'),
  })
  const spent = new Map(rows.map((row) => [row.start?.getTime() ?? 0, row.costNanos]))
  if (!spent.has(present)) spent.set(present, 0n)
  return {
    data: [...spent]
      .toSorted(([a], [b]) => b - a)
      .map(([ms, costNanos]) => ({
        month: monthName(ms),
        state: ms === present ? 'open' : 'ended',
        costUsd: usdOfNanos(costNanos),
      })),
  }
}

const plainOrder = { order: { by: 'costUsd', largestFirst: true }, limit: mostRows, after: null } as const

function asker({ sql }: ReportContext, visibility: Visibility, { filter }: ShowbackQuery) {
  return async (range: Range, groupBy: readonly Dimension[], bucket?: Bucket) => {
    if (range.fromMs >= range.toMs) return { rows: [], totals: noSums }
    const sources = sourcesOf(range, undefined)
    return sumUsage(sql, { ...plainOrder, sources, groupBy, bucket, filter: filter as UsageFilter, visibility })
  }
}

// ── Rows ────────────────────────────────────────────────────────────────────────────────────────

type Group = {
  readonly values: readonly (string | null)[]
  readonly sums: Sums
  readonly beforeNanos: bigint
  readonly beforeWholeNanos: bigint
  readonly weeks: readonly bigint[]
}

type Found = { readonly [Name in 'actual' | 'before' | 'beforeWhole' | 'weeks']: readonly GroupRow[] }

/** One group for whatever spent something in this month or the one before, dearest first. */
function mergeGroups(found: Found, periods: ShowbackPeriods): Group[] {
  const nameOf = ({ values }: GroupRow) => JSON.stringify(values)
  const costs = (rows: readonly GroupRow[]) => new Map(rows.map((row) => [nameOf(row), row.costNanos]))
  const [before, beforeWhole] = [costs(found.before), costs(found.beforeWhole)]
  const actual = new Map(found.actual.map((row) => [nameOf(row), row]))
  const all = new Map([...found.beforeWhole, ...found.actual].map((row) => [nameOf(row), row.values]))
  const weeks = new Map<string, bigint[]>()
  for (const row of found.weeks) {
    const ofGroup = weeks.get(nameOf(row)) ?? Array.from({ length: weeksShown }, () => 0n)
    ofGroup[weekIndex(periods, row.start?.getTime() ?? 0)] = row.costNanos
    weeks.set(nameOf(row), ofGroup)
  }
  const groups = [...all].map(([name, values]): Group => ({
    values,
    sums: actual.get(name) ?? noSums,
    beforeNanos: before.get(name) ?? 0n,
    beforeWholeNanos: beforeWhole.get(name) ?? 0n,
    weeks: weeks.get(name) ?? Array.from({ length: weeksShown }, () => 0n),
  }))
  return groups.toSorted(
    (a, b) => descending(a.sums.costNanos, b.sums.costNanos) || descending(a.beforeNanos, b.beforeNanos),
  )
}

function descending(a: bigint, b: bigint): number {
  return a < b ? 1 : a > b ? -1 : 0
}

type Budgets = ReadonlyMap<string, bigint>

/** A budget is for all that a scope spends: beside a part of it, or a mix of dimensions, it would mislead. */
async function budgetsOf(
  { sql }: ReportContext,
  { group_by, filter }: ShowbackQuery,
  groups: readonly Group[],
): Promise<Budgets> {
  const [dimension, ...others] = group_by
  const isComparable = others.length === 0 && Object.keys(filter).every((name) => name === dimension)
  if (dimension === undefined || !isComparable) return new Map()
  return monthlyBudgets(
    sql,
    dimension,
    groups.flatMap(({ values }) => values[0] ?? []),
  )
}

async function rowsOf(
  { sql }: ReportContext,
  groupBy: readonly Dimension[],
  groups: readonly Group[],
  budgets: Budgets,
): Promise<ShowbackRow[]> {
  const names = await Promise.all(
    groupBy.map((dimension, place) =>
      findNames(
        sql,
        dimension,
        groups.flatMap(({ values }) => values[place] ?? []),
      ),
    ),
  )
  return groups.map((group) => ({
    ...Object.fromEntries(
      groupBy.map((dimension, place) => [dimension, namedOf(group.values[place] ?? null, names[place])]),
    ),
    ...sumsView(group.sums),
    ...comparisonOf({ ...group, budget: budgets.get(group.values[0] ?? '') ?? null }),
  }))
}

type Compared = Omit<Group, 'values'> & { readonly budget: bigint | null }

function comparisonOf({ sums, beforeNanos, beforeWholeNanos, weeks, budget }: Compared): Comparison {
  const { costNanos } = sums
  return {
    budgetUsd: budget === null ? null : usdOfNanos(budget),
    leftUsd: budget === null ? null : usdOfNanos(budget - costNanos),
    usedPercent: budget === null ? null : percentOf(costNanos, budget),
    lastMonthUsd: usdOfNanos(beforeNanos),
    lastMonthWholeUsd: usdOfNanos(beforeWholeNanos),
    changePercent: percentOf(costNanos - beforeNanos, beforeNanos),
    weeksUsd: weeks.map(usdOfNanos),
  }
}

function addWeeks(groups: readonly Group[]): bigint[] {
  return Array.from({ length: weeksShown }, (_, week) =>
    groups.reduce((sum, { weeks }) => sum + (weeks[week] ?? 0n), 0n),
  )
}

function sumOf(budgets: Budgets): bigint | null {
  return budgets.size === 0 ? null : [...budgets.values()].reduce((sum, amount) => sum + amount, 0n)
}

function daysOf(
  { actual, beforeWhole }: ShowbackPeriods,
  days: readonly GroupRow[],
  before: readonly GroupRow[],
): Showback['days'] {
  const costs = new Map([...days, ...before].map((row) => [row.start?.getTime(), row.costNanos]))
  const count = Math.ceil((actual.toMs - actual.fromMs) / dayMs)
  return Array.from({ length: count }, (_, day) => {
    const lastMonth = beforeWhole.fromMs + day * dayMs
    return {
      start: isoOf(actual.fromMs + day * dayMs),
      costUsd: usdOfNanos(costs.get(actual.fromMs + day * dayMs) ?? 0n),
      lastMonthUsd: lastMonth < beforeWhole.toMs ? usdOfNanos(costs.get(lastMonth) ?? 0n) : null,
    }
  })
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

// ── CSV ─────────────────────────────────────────────────────────────────────────────────────────

/** The rows of the report, without a line of totals: whoever adds the lines up gets the totals. */
export async function showbackTable(
  context: ReportContext,
  actor: Actor,
  month: string,
  query: ShowbackQuery,
): Promise<CsvTable> {
  const { data } = await readShowback(context, actor, month, query)
  const measures = [
    'cost_usd',
    'budget_usd',
    'left_usd',
    'used_percent',
    'last_month_usd',
    'last_month_whole_usd',
    'change_percent',
    'calls',
    'refused',
    'input_tokens',
    'cached_tokens',
    'output_tokens',
    'estimated_calls',
    'unpriced_calls',
  ]
  return {
    fileName: `showback-${month}`,
    columns: ['month', ...query.group_by.flatMap((dimension) => [`${dimension}_id`, dimension]), ...measures],
    rows: data.map((row) => [
      month,
      ...query.group_by.flatMap((dimension) => [row[dimension]?.id ?? null, row[dimension]?.name ?? null]),
      costCell(row),
      row.budgetUsd,
      row.leftUsd,
      row.usedPercent,
      row.lastMonthUsd,
      row.lastMonthWholeUsd,
      row.changePercent,
      row.calls,
      row.refused,
      row.inputTokens,
      row.cachedTokens,
      row.outputTokens,
      row.estimatedCalls,
      row.unpricedCalls,
    ]),
  }
}
