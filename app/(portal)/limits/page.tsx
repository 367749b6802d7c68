import type { Metadata } from 'next'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, listParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { scopeLooks, scopeOrder } from '#components/limits/limit-words.ts'
import { limitsColumns, LimitsTable, rowIdOf } from '#components/limits/limits-table.tsx'
import { NewScopeLimits, ScopeLimitsPanel } from '#components/limits/scope-limits-panel.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { plural } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { readOrganisation } from '#lib/identity/organisation/organisation.ts'
import { may, mayAnywhere } from '#lib/identity/rules/permissions.ts'
import type { ScopeLimitsView } from '#lib/limits/budget-contract.ts'
import { listScopeLimits, listScopeLimitsQuery, readLimitsOfScope } from '#lib/limits/set-scope-limits.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Limits' }

const path = '/limits'
const filters = ['q', 'type'] as const

export default async function LimitsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'scope_limit.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const writes = may(actor, 'scope_limit.write')
  const [page, open] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) =>
      listScopeLimits(context, actor, { ...queryOf(params), cursor }),
    ),
    openLimits(actor, textParam(params.of, 300)),
  ])
  const search = searchText(params)
  const links = pagingLinks({ path, search, nextCursor: page.nextCursor })
  const closeHref = withQuery(path, search, { of: null, new: null })
  const newHref = withQuery(path, search, { new: '1', of: null })
  return (
    <>
      <PageHeader
        title="Limits"
        actions={
          writes ? (
            <ButtonLink href={newHref} variant="primary" icon="plus" kbd="C" scroll={false}>
              New limits
            </ButtonLink>
          ) : undefined
        }
      />
      {writes ? <Hotkey keys="c" label="New limits" href={newHref} /> : null}
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find by name" />
          <FilterChip
            label="Type"
            param="type"
            options={scopeOrder.map((type) => ({ value: type, label: scopeLooks[type].word }))}
          />
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(rowIdOf)} noun="scope">
          <TableScroll label="Limits">
            <LimitsTable
              items={page.data}
              hrefOf={(item) => withQuery(path, search, { of: rowIdOf(item), new: null })}
              empty={
                <TableEmpty columns={limitsColumns}>
                  {filters.some((name) => name in params) ? (
                    <Empty
                      icon="search"
                      title="No limits match these filters"
                      action={<ClearFilters params={filters} />}
                    />
                  ) : (
                    <Empty icon="gauge" title="No shared limit yet">
                      {writes
                        ? 'A limit here counts all keys of a team, a group, an environment, a customer together. Each key has its own beside it.'
                        : 'Your keys have their own limits. Admins set those that several keys share.'}
                    </Empty>
                  )}
                </TableEmpty>
              }
            />
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.data.length, 'scope')}</b>
            {links.nextHref || links.previousHref ? ' on this page' : null}
          </span>
          <span className="phone:hidden">
            A call has to pass every limit on its way, and a refused one burns nothing.
          </span>
        </PageFoot>
      </PageFlush>
      {open ? (
        <ScopeLimitsPanel key={rowIdOf(open)} item={open} writes={writes} closeHref={closeHref} />
      ) : writes && 'new' in params ? (
        <NewScopeLimits organisationId={(await readOrganisation(context, actor)).id} closeHref={closeHref} />
      ) : null}
    </>
  )
}

/** A type that nobody knows was typed by hand, and is left out. */
function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  const types = listParam(params.type)?.filter((type) => (scopeOrder as readonly string[]).includes(type))
  return listScopeLimitsQuery.parse({
    ...(q === null ? {} : { q }),
    ...(types?.length ? { filter: { scopeType: types } } : {}),
  })
}

/** Of `team:team_…`. Null where there is none that this person may see: the address may be an old one. */
async function openLimits(actor: Actor, of: string | null): Promise<ScopeLimitsView | null> {
  const [name = ''] = of?.split(':', 1) ?? []
  const scopeType = scopeOrder.find((type) => type === name)
  if (of === null || !scopeType) return null
  try {
    return await readLimitsOfScope(portal(), actor, { scopeType, scopeId: of.slice(name.length + 1) })
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Limits" />
      <PageBody>
        <NoPermission title="Limits are for those who have or watch one">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
