import type { Metadata } from 'next'
import { pageOrFirst } from './page-or-first.ts'
import { reachOf } from './reach-of.ts'
import { signedIn } from '../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { searchText, type SearchParams } from '#components/admin/search-params.ts'
import { WhenChip } from '#components/audit/when-chip.tsx'
import { outcomeWords } from '#components/calls/call-outcome.tsx'
import { callQueryOf, callsApiPath, filterParams, isNarrowed, type CallSearch } from '#components/calls/call-query.ts'
import { CallTable } from '#components/calls/call-table.tsx'
import { NewCalls } from '#components/calls/new-calls.tsx'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatCount, formatMoney, plural, toNanos } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import type { Option } from '#components/ui/select.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import { Views } from '#components/ui/tabs.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { visibleRows } from '#lib/identity/rules/permissions.ts'
import { outcomes } from '#lib/ledger/contract.ts'
import type { Context } from '#lib/platform/context.ts'
import { listCallsQuery, type CallItem } from '#lib/reports/calls-contract.ts'
import { usageQuery, type NamedDimension } from '#lib/reports/contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'
import { readUsage } from '#lib/reports/read-usage.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Calls' }

const path = '/calls'
const troubled = 'failed,aborted,cut,interrupted'

export default async function CallsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!hasCalls(actor)) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const nowMs = context.clock.nowMs()
  const search = callQueryOf(params, nowMs)
  const [page, choices] = await Promise.all([
    pageOrFirst(search.cursor, (cursor) => listCalls(context, actor, listCallsQuery.parse({ ...search, cursor }))),
    readChoices(context, actor),
  ])
  const links = pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })
  const isFirst = search.cursor === undefined
  return (
    <>
      <PageHeader title="Calls" scope={<EnvironmentSwitch />} />
      <Views
        label="Views"
        views={[
          { label: 'All', href: path },
          { label: 'Served', href: `${path}?outcome=served` },
          { label: 'Refused', href: `${path}?outcome=refused` },
          { label: 'Did not end well', href: `${path}?outcome=${troubled}` },
        ]}
      />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Call or decision id, code, model" />
          <WhenChip />
          <FilterChip
            label="Outcome"
            param="outcome"
            options={outcomes.map((value) => ({ value, label: outcomeWords[value] }))}
          />
          <FilterChip label="Model" param="model" options={choices.model} />
          <FilterChip label="Key" param="key" options={choices.key} />
          {choices.team.length > 1 ? <FilterChip label="Team" param="team" options={choices.team} /> : null}
          <ClearFilters params={filterParams} />
        </Toolbar>
        {isFirst && search.to === undefined ? (
          <NewCalls path={callsApiPath(search)} newestId={page.data[0]?.id ?? null} />
        ) : null}
        <List ids={page.data.map(({ id }) => id)} noun="call">
          <TableScroll label="Calls">
            <CallTable
              calls={page.data}
              now={nowMs}
              reach={reachOf(actor)}
              empty={
                <TableEmpty columns={8}>
                  <NothingFound search={search} />
                </TableEmpty>
              }
            />
          </TableScroll>
        </List>
        {page.data.length > 0 ? (
          <PageFoot paging={<Paging {...links} />}>
            <PageSums calls={page.data} />
          </PageFoot>
        ) : null}
      </PageFlush>
    </>
  )
}

function hasCalls(actor: Actor): boolean {
  const visibility = visibleRows(actor, 'call.read')
  return visibility.all || actor.roles.has('developer') || visibility.teamIds.length > 0
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Calls" />
      <PageBody>
        <NoPermission title="Calls are for those who make them, and for leads, finance, auditors and admins">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}

/** What is on the page, exact. The whole of a period is the usage page's business. */
function PageSums({ calls }: { readonly calls: readonly CallItem[] }) {
  const spent = calls.reduce((sum, { costUsd }) => sum + toNanos(costUsd), 0n)
  const unpriced = calls.filter((call) => call.unpriced.length > 0).length
  const refused = calls.filter(({ outcome }) => outcome === 'refused').length
  return (
    <>
      <span>
        <b>{formatCount(calls.length)}</b> {calls.length === 1 ? 'call' : 'calls'} on this page
      </span>
      <span>
        <b>{formatMoney(spent)}</b> together{unpriced > 0 ? `, and ${formatCount(unpriced)} not priced` : ''}
      </span>
      {refused > 0 ? <span className="phone:hidden">{plural(refused, 'refused', 'refused')}</span> : null}
    </>
  )
}

function NothingFound({ search }: { readonly search: CallSearch }) {
  if (isNarrowed(search)) {
    return <Empty icon="search" title="No calls match these filters" action={<ClearFilters params={filterParams} />} />
  }
  return (
    <Empty
      icon="list"
      title="No calls yet"
      action={
        <ButtonLink href="/" variant="primary">
          Make the first call
        </ButtonLink>
      }
    >
      Every call made with your keys stands here within 5 seconds of its end: what it used, what it cost, and if it was
      refused, why.
    </Empty>
  )
}

type Choices = Readonly<Record<'model' | 'key' | 'team', readonly Option[]>>

/** What there is to filter by: whatever was called with in the last 90 days, the most used first. */
async function readChoices(context: Context, actor: Actor): Promise<Choices> {
  const from = new Date(context.clock.nowMs() - 90 * 86_400_000).toISOString()
  const optionsOf = async (dimension: NamedDimension): Promise<Option[]> => {
    const report = await readUsage(
      context,
      actor,
      usageQuery.parse({ from, group_by: dimension, sort: '-calls', limit: '200' }),
    )
    return report.data.flatMap((row) => {
      const named = row[dimension]
      if (!named?.id) return []
      return [{ value: named.id, label: dimension === 'model' ? named.id : (named.name ?? named.id) }]
    })
  }
  const seesTeams = visibleRows(actor, 'call.read').all
  const [model, key, team] = await Promise.all([
    optionsOf('model'),
    optionsOf('key'),
    seesTeams ? optionsOf('team') : [],
  ])
  return { model, key, team }
}
