import type { Metadata } from 'next'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { CsvButton } from '#components/admin/csv-button.tsx'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { Chart } from '#components/charts/chart.tsx'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { PageBody, PageHeader, Toolbar, PageScroll } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatMoney } from '#components/ui/format.ts'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Section } from '#components/ui/section.tsx'
import { Empty } from '#components/ui/states.tsx'
import { Views } from '#components/ui/tabs.tsx'
import { BySwitch } from '#components/usage/by-switch.tsx'
import {
  dimensionLabels,
  filterDimensions,
  isUsageDimension,
  offeredDimensions,
  type UsageDimension,
} from '#components/usage/dimensions.ts'
import { PeriodSwitch } from '#components/usage/period-switch.tsx'
import { dateText, readPeriod, type Period } from '#components/usage/period.ts'
import { spendChart } from '#components/usage/series.ts'
import { SetFilters } from '#components/usage/set-filters.tsx'
import { tokensChart } from '#components/usage/tokens-chart.ts'
import { UsageFigures } from '#components/usage/usage-figures.tsx'
import { UsageTable } from '#components/usage/usage-table.tsx'
import { visibleRows } from '#lib/identity/rules/permissions.ts'
import { usageMeasures, usageQuery, type UsageReport } from '#lib/reports/contract.ts'
import { readUsage } from '#lib/reports/read-usage.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Usage' }

const path = '/usage'
const rowsOnPage = '50'
const dayMs = 86_400_000

export default async function UsagePage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  const params = await searchParams
  const context = portal()
  const nowMs = context.clock.nowMs()
  const text = (name: string) => textParam(params[name]) ?? undefined
  const period = readPeriod({ period: text('period'), from: text('from'), to: text('to') }, nowMs)

  const visibility = visibleRows(actor, 'usage.read')
  const isWide = visibility.all || visibility.teamIds.length > 0
  const mine = isWide && text('who') === 'me'
  const offered = offeredDimensions(isWide && !mine)
  const asked = textParam(params.by)
  const by = isUsageDimension(asked) && offered.includes(asked) ? asked : 'model'

  const filter = filterOf(params, mine ? actor.id : null)
  const span = { from: new Date(period.fromMs).toISOString(), to: new Date(period.toMs).toISOString() }
  const question = (given: Record<string, unknown>) => usageQuery.parse({ ...span, filter, ...given })
  const table = { group_by: by, sort: sortOf(text('sort')), limit: rowsOnPage }
  const [daily, before, split, names] = await Promise.all([
    readUsage(context, actor, question({ group_by: 'model', granularity: period.granularity })),
    readUsage(
      context,
      actor,
      question({
        from: new Date(period.before.fromMs).toISOString(),
        to: new Date(period.before.toMs).toISOString(),
        limit: '1',
      }),
    ),
    pageOrFirst(text('cursor'), (cursor) => readUsage(context, actor, question({ ...table, cursor }))),
    Promise.all(
      setParams(params).map(async ({ dimension, value }) => {
        const { data } = await readUsage(context, actor, question({ group_by: dimension, limit: '1' }))
        const name = dimension === 'model' ? value : (data[0]?.[dimension]?.name ?? value)
        return { param: dimension, label: dimensionLabels[dimension], name }
      }),
    ),
  ])

  const search = searchText(params)
  // Who reads everybody's usage but no keys is not led to a page that answers not found.
  const opensKeys = visibleRows(actor, 'key.read').all || !visibility.all
  const totals = daily.totals
  return (
    <>
      <PageHeader
        title="Usage"
        scope={
          <>
            <EnvironmentSwitch />
            <PeriodSwitch
              preset={period.preset}
              label={period.label}
              from={dateText(period.fromMs)}
              to={dateText(period.toMs - dayMs)}
            />
          </>
        }
        actions={
          <CsvButton
            path={apiPath(span, by, filter, table.sort)}
            fileName={`usage-by-${by}-${dateText(period.fromMs)}`}
          />
        }
      />
      {isWide ? (
        <Views
          label="Whose usage"
          current={withQuery(path, search, { who: mine ? 'me' : null, back: null })}
          views={[
            {
              label: visibility.all ? 'Everybody' : 'My team and me',
              href: withQuery(path, search, { who: null, back: null }),
            },
            { label: 'Mine', href: withQuery(path, search, { who: 'me', back: null }) },
          ]}
        />
      ) : null}
      <PageScroll label="Usage">
        {names.length > 0 ? (
          <Toolbar>
            <SetFilters filters={names} />
          </Toolbar>
        ) : null}
        <UsageFigures totals={totals} before={before.totals} within={period.within} against={period.before.label} />
        <PageBody className="flex-none overflow-visible">
          {totals.calls + totals.refused === 0 ? (
            <NoCalls
              period={period}
              isNarrowed={names.length > 0 || filter.environment !== undefined}
              search={search}
            />
          ) : (
            <>
              <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-12 border-b border-line pb-6 stacked:grid-cols-[minmax(0,1fr)] stacked:gap-6">
                <div className="min-w-0">
                  <SpendChart report={daily} period={period} />
                </div>
                <div className="min-w-0">
                  <TokensChart report={daily} period={period} />
                </div>
              </div>
              <Section
                title={`By ${dimensionLabels[by].toLowerCase()}`}
                end={<BySwitch value={by} offered={offered} />}
                className="pt-6 phone:overflow-x-auto"
              >
                <UsageTable
                  by={by}
                  rows={split.data}
                  totals={split.totals}
                  hrefOf={(id) => rowHref(by, id, search, opensKeys)}
                />
                <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-xs text-ink-3">
                  UTC, US dollars. Totals are over the whole period, and the export has the same rows to the
                  nano-dollar.
                  <span className="ml-auto flex items-center gap-4">
                    <Paging {...pagingLinks({ path, search, nextCursor: split.nextCursor })} />
                  </span>
                </div>
              </Section>
            </>
          )}
        </PageBody>
      </PageScroll>
    </>
  )
}

type ChartProps = { readonly report: UsageReport; readonly period: Period }

function SpendChart({ report, period }: ChartProps) {
  const rows = report.data.map((row) => ({
    startMs: Date.parse(row.start ?? report.from),
    name: row.model?.id ?? 'none',
    costUsd: row.costUsd,
  }))
  const { points, series } = spendChart(rows, period)
  const unit = period.granularity === 'hour' ? 'an hour' : 'a day'
  return (
    <Chart
      kind="bars"
      title={`Spend ${unit}, by model`}
      summary={`${formatMoney(report.totals.costUsd)} ${period.within}. ${series.map((each) => `${each.label} ${each.figure}`).join(', ')}.`}
      points={points}
      series={series}
      unit="usd"
      pointName={period.granularity === 'hour' ? 'Hour' : 'Day'}
    />
  )
}

function TokensChart({ report, period }: ChartProps) {
  const rows = report.data.map((row) => ({ ...row, startMs: Date.parse(row.start ?? report.from) }))
  const { points, series } = tokensChart(rows, period)
  return (
    <Chart
      kind="bars"
      title="Tokens, by kind"
      summary={series.map((each) => `${each.label} ${each.figure}`).join(', ')}
      points={points}
      series={series}
      unit="count"
      pointName={period.granularity === 'hour' ? 'Hour' : 'Day'}
    />
  )
}

type NoCallsProps = { readonly period: Period; readonly isNarrowed: boolean; readonly search: string }

function NoCalls({ period, isNarrowed, search }: NoCallsProps) {
  if (isNarrowed) {
    return (
      <Empty
        icon="search"
        title={`No calls match this ${period.within}`}
        action={<ButtonLink href={path}>Clear filters</ButtonLink>}
      />
    )
  }
  return (
    <Empty
      icon="chart"
      title={`No calls ${period.within}`}
      action={
        <>
          <ButtonLink href="/" variant="primary">
            Make a call
          </ButtonLink>
          <ButtonLink href={withQuery(path, search, { period: '90d', from: null, to: null })}>
            Look back 90 days
          </ButtonLink>
        </>
      }
    >
      Every call shows here within 5 seconds of its end, with what it cost.
    </Empty>
  )
}

type Params = Awaited<SearchParams>
type Filter = Readonly<Partial<Record<UsageDimension, readonly string[]>>>

function setParams(
  params: Params,
): readonly { readonly dimension: (typeof filterDimensions)[number]; readonly value: string }[] {
  return filterDimensions.flatMap((dimension) => {
    const value = textParam(params[dimension])
    return value === null ? [] : [{ dimension, value }]
  })
}

function filterOf(params: Params, onlyUserId: string | null): Filter {
  const environment = textParam(params.environment)
  return {
    ...Object.fromEntries(setParams(params).map(({ dimension, value }) => [dimension, [value]])),
    ...(environment === null ? {} : { environment: [environment] }),
    ...(onlyUserId === null ? {} : { user: [onlyUserId] }),
  }
}

/** What nobody can sort by is sorted by money. */
function sortOf(asked: string | undefined): string {
  const measure = usageMeasures.find((each) => each === asked?.replace(/^-/, ''))
  return measure && asked ? asked : '-costUsd'
}

/** A model and a key have pages of their own; anything else narrows this one. */
function rowHref(by: UsageDimension, id: string, search: string, opensKeys: boolean): string {
  if (by === 'model') return `/models/${encodeURIComponent(id)}`
  if (by === 'key' && opensKeys) return `/keys/${id}`
  return withQuery(path, search, { [by]: id, by: null, sort: null, back: null })
}

function apiPath(span: { from: string; to: string }, by: string, filter: Filter, sort: string): string {
  const query = new URLSearchParams({ ...span, group_by: by, sort })
  for (const [name, values] of Object.entries(filter)) query.set(`filter[${name}]`, values.join(','))
  return `/usage?${query}`
}
