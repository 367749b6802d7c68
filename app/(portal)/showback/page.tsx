import type { Metadata } from 'next'
import { signedIn } from '../signed-in.ts'
import { CsvButton } from '#components/admin/csv-button.tsx'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { Chart } from '#components/charts/chart.tsx'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { Grow, PageBody, PageHeader, Toolbar, PageScroll } from '#components/shell/page.tsx'
import { CutSwitch } from '#components/showback/cut-switch.tsx'
import { FilterChips, type SetFilter } from '#components/showback/filter-chips.tsx'
import { MonthSwitch } from '#components/showback/month-switch.tsx'
import { QualityRail } from '#components/showback/quality-rail.tsx'
import { ShowbackFigures } from '#components/showback/showback-figures.tsx'
import {
  below,
  cuts,
  cutWords,
  monthBeside,
  showbackApiPath,
  showbackSearchOf,
  type ShowbackSearch,
} from '#components/showback/showback-query.ts'
import { sortRows } from '#components/showback/showback-rows.ts'
import { ShowbackTable } from '#components/showback/showback-table.tsx'
import { spendSoFar } from '#components/showback/spend-so-far.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatLimitMoney, formatMoney, formatMonth } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { List } from '#components/ui/list.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { State, Status } from '#components/ui/status.tsx'
import { mayAnywhere, visibleRows } from '#lib/identity/rules/permissions.ts'
import { listShowbackMonths, readShowback } from '#lib/reports/read-showback.ts'
import type { Showback } from '#lib/reports/showback-contract.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Showback' }

const path = '/showback'
const rowsAtFirst = 100

export default async function ShowbackPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'showback.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const search = showbackSearchOf(params, context.clock.nowMs())
  const [report, lastMonth, months] = await Promise.all([
    readShowback(context, actor, search.month, { group_by: [search.by], filter: search.filter }),
    readShowback(context, actor, monthBeside(search.month, -1), { group_by: [], filter: search.filter }),
    listShowbackMonths(context, actor),
  ])
  const query = searchText(params)
  const rows = sortRows(report.data, search.by, textParam(params.sort))
  const shown = Math.max(rowsAtFirst, Number.parseInt(textParam(params.rows) ?? '', 10) || 0)
  const before = monthWord(report.comparedWith.month)
  return (
    <>
      <PageHeader
        title="Showback"
        tags={
          <>
            <MonthSwitch
              month={search.month}
              months={monthsAround(
                search.month,
                months.data.map(({ month }) => month),
              )}
            />
            {report.state === 'open' ? (
              <State of="month" state="open" />
            ) : (
              <Status tone="mute" glyph="clock">
                Ended
              </Status>
            )}
          </>
        }
        scope={<EnvironmentSwitch />}
        actions={
          <CsvButton
            path={showbackApiPath(search)}
            fileName={`showback-${search.month}-by-${search.by.replace('_', '-')}`}
          />
        }
      />
      <PageScroll label="Showback">
        <ShowbackFigures report={report} />
        <div className="grid flex-none grid-cols-[minmax(0,1fr)_20.5rem] border-b border-line stacked:grid-cols-[minmax(0,1fr)] [&>*]:min-w-0 [&>*]:px-(--gutter) [&>*]:py-5 phone:[&>*]:px-4">
          <SpendChart report={report} lastMonth={lastMonth} />
          <div className="border-l border-line stacked:border-t stacked:border-l-0">
            <QualityRail rows={report.data} totals={report.totals} by={search.by} before={before} />
          </div>
        </div>
        <Toolbar className="border-b-0">
          <CutSwitch by={search.by} />
          <FilterChips filters={filtersOf(search, report)} />
          <Grow />
          <span className="flex-none text-ink-3 phone:hidden">
            {visibleRows(actor, 'showback.read').all ? 'UTC, US dollars' : 'Your teams only. UTC, US dollars'}
          </span>
        </Toolbar>
        <div className="@container/table border-t border-line">
          <List ids={rows.slice(0, shown).map((row) => row[search.by]?.id ?? 'none')} total={rows.length} noun="row">
            <ShowbackTable
              rows={rows.slice(0, shown)}
              rowCount={rows.length}
              totals={report.totals}
              by={search.by}
              before={before}
              hrefOf={(id) => withQuery(path, query, { by: below[search.by], [search.by]: id, rows: null, sort: null })}
              empty={<NothingSpent month={search.month} isFiltered={Object.keys(search.filter).length > 0} />}
            />
          </List>
        </div>
        {rows.length > shown ? (
          <p className="flex flex-none items-center gap-3 px-(--gutter) py-3 text-ink-3 phone:px-4">
            The first {shown} of {rows.length} rows; the total is over all of them.
            <ButtonLink
              size="small"
              scroll={false}
              href={withQuery(path, query, { rows: String(shown + rowsAtFirst) })}
            >
              Show {Math.min(rowsAtFirst, rows.length - shown)} more
            </ButtonLink>
          </p>
        ) : null}
      </PageScroll>
    </>
  )
}

function monthWord(month: string): string {
  return formatMonth(Date.parse(`${month}-01T00:00:00Z`)).split(' ')[0] ?? month
}

/** The chosen month is always among them, also where nothing was spent in it. */
function monthsAround(month: string, months: readonly string[]): string[] {
  return [...new Set([month, ...months])].toSorted().toReversed()
}

type SpendChartProps = { readonly report: Showback; readonly lastMonth: Showback }

function SpendChart({ report, lastMonth }: SpendChartProps) {
  const days = (showback: Showback) =>
    showback.days.map(({ start, costUsd }) => ({ startMs: Date.parse(start), costUsd }))
  const { totals, month } = report
  const [name, before] = [monthWord(month), monthWord(lastMonth.month)]
  return (
    <Chart
      title={totals.budgetUsd === null ? 'Spend so far' : 'Spend so far and budget'}
      summary={`${formatMoney(totals.costUsd)} spent in ${name}${totals.budgetUsd === null ? '' : ` of ${formatLimitMoney(totals.budgetUsd)}`}, against ${formatMoney(lastMonth.totals.costUsd)} in the whole of ${before}`}
      kind="lines"
      unit="usd"
      pointName="Day"
      height={252}
      points={spendSoFar(month, days(report), days(lastMonth))}
      series={[
        { id: 'actual', label: name, figure: formatMoney(totals.costUsd) },
        { id: 'before', label: before, figure: formatMoney(lastMonth.totals.costUsd), muted: true },
      ]}
      cap={
        totals.budgetUsd === null
          ? undefined
          : { value: Number(totals.budgetUsd), label: `Budget ${formatLimitMoney(totals.budgetUsd)}` }
      }
    />
  )
}

/** The filters that rows were opened by; the environment has a switch of its own. */
function filtersOf({ filter }: ShowbackSearch, report: Showback): SetFilter[] {
  return cuts.flatMap((cut) => {
    const values = filter[cut]
    if (!values) return []
    const words = values.map((value) =>
      value === 'none' ? cutWords[cut].none : (report.data.find((row) => row[cut]?.id === value)?.[cut]?.name ?? value),
    )
    return [{ cut, words: words.join(', ') }]
  })
}

function NothingSpent({ month, isFiltered }: { readonly month: string; readonly isFiltered: boolean }) {
  const name = formatMonth(Date.parse(`${month}-01T00:00:00Z`))
  if (isFiltered)
    return (
      <Empty
        icon="search"
        title={`Nothing in ${name} matches these filters`}
        action={<Link href={`${path}?month=${month}`}>Clear filters</Link>}
      />
    )
  return (
    <Empty icon="chart" title={`Nothing was spent in ${name}`}>
      Every call appears here within five seconds of its end, with its exact cost.
    </Empty>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Showback" />
      <PageBody>
        <NoPermission title="Showback is for finance, admins, auditors and team leads">
          What you spend yourself is on <Link href="/usage">Usage</Link>.
        </NoPermission>
      </PageBody>
    </>
  )
}
