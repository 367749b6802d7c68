import type { Metadata } from 'next'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { RefreshEvery } from '#components/admin/refresh-every.tsx'
import { cursorParam, filterParams, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { alertColumns, AlertTable } from '#components/alerts/alert-table.tsx'
import { kindWords, levelLooks } from '#components/alerts/alert-words.ts'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { plural } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { AllWell, Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import { alertKinds, alertLevels } from '#lib/alerts/contract.ts'
import { listAlerts, listAlertsQuery } from '#lib/alerts/list-alerts.ts'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Alerts' }

const path = '/alerts'
const filters = ['q', 'kind', 'level', 'state', 'owner'] as const

export default async function AlertsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'alert.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const page = await pageOrFirst(cursorParam(params.cursor), (cursor) =>
    listAlerts(context, actor, { ...queryOf(params), cursor }),
  )
  const links = pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })
  const isFiltered = filters.some((name) => name in params)
  return (
    <>
      <PageHeader title="Alerts" />
      <RefreshEvery seconds={60} />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find by name" />
          <FilterChip
            label="Kind"
            param="kind"
            options={alertKinds.map((kind) => ({ value: kind, label: kindWords[kind] }))}
          />
          <FilterChip
            label="Level"
            param="level"
            options={alertLevels.map((level) => ({ value: level, label: levelLooks[level].word }))}
          />
          <FilterChip label="State" param="state" options={stateOptions} />
          <FilterChip label="Owner" param="owner" options={[{ value: 'me', label: 'Me' }]} />
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="alert">
          <TableScroll label="Alerts">
            <AlertTable
              alerts={page.data}
              nowMs={context.clock.nowMs()}
              empty={
                <TableEmpty columns={alertColumns}>
                  {isFiltered ? (
                    <Empty
                      icon="search"
                      title="No alert matches these filters"
                      action={<ClearFilters params={filters} />}
                    />
                  ) : (
                    <AllWell>Nothing waits: budgets, keys and providers that you may see are well.</AllWell>
                  )}
                </TableEmpty>
              }
            />
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.data.length, 'alert')}</b>
            {links.nextHref || links.previousHref ? ' on this page' : null}
          </span>
          <span className="phone:hidden">An alert closes by itself when its cause is gone.</span>
        </PageFoot>
      </PageFlush>
    </>
  )
}

const stateOptions = [
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'closed', label: 'Over' },
]

/** A word that nobody knows was typed by hand, and is left out. */
function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  const { kind, level, state, owner } = filterParams(params, ['kind', 'level', 'state', 'owner'])
  const known = (words: readonly string[], values: string[] | undefined) => {
    const found = values?.filter((value) => words.includes(value))
    return found?.length ? found : undefined
  }
  return listAlertsQuery.parse({
    ...(q === null ? {} : { q }),
    filter: {
      kind: known(alertKinds, kind),
      level: known(alertLevels, level),
      state: known(
        stateOptions.map(({ value }) => value),
        state,
      ),
      owner: known(['me'], owner),
    },
  })
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Alerts" />
      <PageBody>
        <NoPermission title="Alerts are for people with a role">An admin can give you one.</NoPermission>
      </PageBody>
    </>
  )
}
