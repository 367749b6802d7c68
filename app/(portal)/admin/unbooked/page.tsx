import type { Metadata } from 'next'
import { pageOrFirst } from '../../calls/page-or-first.ts'
import { signedIn } from '../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, filterParams, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { DeadLetterPanel } from '#components/ledger/dead-letter-panel.tsx'
import { deadLetterColumns, DeadLetterTable } from '#components/ledger/dead-letter-table.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { plural } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { AllWell, Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { DeadLetterView } from '#lib/ledger/corrections-contract.ts'
import { listDeadLetters, listDeadLettersQuery, readDeadLetter } from '#lib/ledger/dead-letters.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Unbooked events' }

const path = '/admin/unbooked'
const filters = ['state'] as const
const states = [
  { value: 'open', label: 'Waits' },
  { value: 'closed', label: 'Never booked' },
]

export default async function UnbookedPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'ledger.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const { state } = filterParams(params, filters)
  const filter = state ? { state: state.filter((one) => states.some(({ value }) => value === one)) } : {}
  const [page, letter] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) =>
      listDeadLetters(context, actor, { ...listDeadLettersQuery.parse({ filter }), cursor }),
    ),
    readOpen(actor, textParam(params.entry)),
  ])
  const search = searchText(params)
  const links = pagingLinks({ path, search, nextCursor: page.nextCursor })
  // The same list at the same place, with another entry open.
  const hrefOf = (entry: string | null) =>
    withQuery(path, search, { cursor: textParam(params.cursor), back: textParam(params.back), entry })
  return (
    <>
      <PageHeader title="Unbooked events" />
      <PageFlush>
        <Toolbar>
          <FilterChip label="State" param="state" options={states} />
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="event">
          <TableScroll label="Unbooked events">
            <DeadLetterTable
              letters={page.data}
              openId={letter?.id ?? null}
              hrefOf={hrefOf}
              nowMs={context.clock.nowMs()}
              empty={
                <TableEmpty columns={deadLetterColumns}>
                  {state ? (
                    <Empty icon="search" title="No event is in this state" action={<ClearFilters params={filters} />} />
                  ) : (
                    <AllWell>Every event that came is in the ledger.</AllWell>
                  )}
                </TableEmpty>
              }
            />
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.data.length, 'event')}</b>
            {links.nextHref || links.previousHref ? ' on this page' : null}
          </span>
          <span className="phone:hidden">What nobody could book in five tries waits here for a person.</span>
        </PageFoot>
      </PageFlush>
      {letter ? (
        <DeadLetterPanel letter={letter} closeHref={hrefOf(null)} mayCorrect={may(actor, 'ledger.correct')} />
      ) : null}
    </>
  )
}

async function readOpen(actor: Actor, id: string | null): Promise<DeadLetterView | null> {
  if (id === null) return null
  try {
    return await readDeadLetter(portal(), actor, id)
  } catch (error) {
    // Tried again meanwhile, by somebody else.
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Unbooked events" />
      <PageBody>
        <NoPermission title="Unbooked events are for admins, auditors and finance">
          An admin can give you one of these roles.
        </NoPermission>
      </PageBody>
    </>
  )
}
