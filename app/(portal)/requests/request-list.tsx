import type { ReactNode } from 'react'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, filterParams, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { RequestTable } from '#components/requests/request-table.tsx'
import { whatWords } from '#components/requests/request-words.ts'
import { PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { plural } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Empty } from '#components/ui/states.tsx'
import { states } from '#components/ui/status.tsx'
import { TableScroll } from '#components/ui/table.tsx'
import { requestKinds, requestStatuses, type RequestViewName } from '#lib/requests/contract.ts'
import { listRequests, listRequestsQuery } from '#lib/requests/list-requests.ts'
import { portal } from '#lib/wiring/portal.ts'

type RequestListProps = {
  readonly title: string
  readonly path: string
  /** Null: all that the person may see. */
  readonly view: RequestViewName | null
  readonly views?: ReactNode
  readonly actions?: ReactNode
  readonly searchParams: SearchParams
  readonly empty: ReactNode
}

const filters = ['q', 'status', 'what'] as const

/** A list of requests, as two pages show it. */
export async function RequestListPage({ title, path, view, views, actions, searchParams, empty }: RequestListProps) {
  const actor = await signedIn()
  const params = await searchParams
  const context = portal()
  const filter = { ...filterParams(params, ['status', 'what']), ...(view ? { view: [view] } : {}) }
  const q = textParam(params.q)
  // A filter in the address that nobody knows shows the list without it.
  const parsed = listRequestsQuery.parse({ ...(q === null ? {} : { q }), filter: known(filter) })
  const page = await pageOrFirst(cursorParam(params.cursor), (cursor) =>
    listRequests(context, actor, { ...parsed, cursor }),
  )
  const links = pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })
  const isFiltered = filters.some((name) => name in params)
  return (
    <>
      <PageHeader title={title} actions={actions} />
      {views}
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find by person, key or reason" />
          <FilterChip
            label="State"
            param="status"
            options={requestStatuses.map((status) => ({ value: status, label: states.request[status][2] }))}
          />
          <FilterChip
            label="Kind"
            param="what"
            options={requestKinds.map((what) => ({ value: what, label: whatWords[what] }))}
          />
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="request">
          <TableScroll label={title}>
            <RequestTable
              label={title}
              requests={page.data}
              path={path}
              nowMs={context.clock.nowMs()}
              empty={
                isFiltered ? (
                  <Empty icon="search" title="No request like that" action={<ClearFilters params={filters} />} />
                ) : (
                  empty
                )
              }
            />
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.total ?? page.data.length, 'request')}</b>
          </span>
        </PageFoot>
      </PageFlush>
    </>
  )
}

function known(filter: Partial<Record<'status' | 'what' | 'view', string[]>>) {
  const within = (values: string[] | undefined, words: readonly string[]) =>
    values?.filter((one) => words.includes(one))
  const status = within(filter.status, requestStatuses)
  const what = within(filter.what, requestKinds)
  return {
    ...(status?.length ? { status } : {}),
    ...(what?.length ? { what } : {}),
    ...(filter.view ? { view: filter.view } : {}),
  }
}
