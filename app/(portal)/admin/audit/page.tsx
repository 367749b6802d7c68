import type { Metadata } from 'next'
import { pageOrFirst } from '../../calls/page-or-first.ts'
import { signedIn } from '../../signed-in.ts'
import { CsvButton } from '#components/admin/csv-button.tsx'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { targetWords } from '#components/audit/action-tone.ts'
import { auditApiPath, auditQueryOf, auditParams, type AuditSearch } from '#components/audit/audit-query.ts'
import { ChainState, ChainTrouble, VerifyAgain } from '#components/audit/chain-state.tsx'
import { EntryDrawer } from '#components/audit/entry-drawer.tsx'
import { EntryTable } from '#components/audit/entry-table.tsx'
import { FollowSwitch } from '#components/audit/follow-switch.tsx'
import { WhenChip } from '#components/audit/when-chip.tsx'
import { Grow, PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatCount } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableScroll } from '#components/ui/table.tsx'
import type { AuditEntryView } from '#lib/audit/contract.ts'
import { listAudit, listAuditQuery, readAuditEntry } from '#lib/audit/list-audit.ts'
import { readAuditFacets, type AuditFacets } from '#lib/audit/read-facets.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Audit log' }

const path = '/admin/audit'

export default async function AuditPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'audit.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const nowMs = context.clock.nowMs()
  const search: AuditSearch = auditQueryOf(params, nowMs)
  const [page, facets, open] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) =>
      listAudit(context, actor, listAuditQuery.parse({ ...search, cursor })),
    ),
    readAuditFacets(context, actor),
    readOpen(actor, textParam(params.entry)),
  ])
  const query = searchText(params)
  const hrefOf = (seq: number | null) => keepPlace(query, seq)
  const links = pagingLinks({ path, search: query, nextCursor: page.nextCursor })
  const place = page.data.findIndex(({ seq }) => String(seq) === open?.wanted)
  return (
    <>
      <PageHeader
        title="Audit log"
        tags={<ChainState />}
        actions={
          <>
            <VerifyAgain />
            <CsvButton path={auditApiPath(search)} fileName="audit" />
          </>
        }
      />
      <PageFlush>
        <Filters facets={facets} />
        <ChainTrouble />
        <div className="flex min-h-0 flex-1 phone:flex-col-reverse">
          <List ids={page.data.map(({ seq }) => String(seq))} noun="entry">
            <TableScroll label="Audit log">
              <EntryTable
                entries={page.data}
                openSeq={open?.entry?.seq ?? null}
                hrefOf={hrefOf}
                nowMs={nowMs}
                empty={<NothingFound isFiltered={auditParams.some((name) => name in params)} />}
              />
            </TableScroll>
            {open ? (
              <EntryDrawer
                entry={open.entry}
                neighbours={open.neighbours}
                newerHref={place > 0 ? hrefOf(page.data[place - 1]?.seq ?? null) : null}
                olderHref={
                  place >= 0 && place < page.data.length - 1 ? hrefOf(page.data[place + 1]?.seq ?? null) : null
                }
                closeHref={hrefOf(null)}
                link={`${path}?entry=${open.wanted}`}
              />
            ) : null}
          </List>
        </div>
        <PageFoot paging={<Paging {...links} range={rangeOf(page.data)} />}>
          <span className="phone:hidden">
            Entries are only ever added. A change and its entry are written together.
          </span>
        </PageFoot>
      </PageFlush>
    </>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Audit log" />
      <PageBody>
        <NoPermission title="The audit log is for auditors and admins">
          An admin can give you the role auditor.
        </NoPermission>
      </PageBody>
    </>
  )
}

function Filters({ facets }: { readonly facets: AuditFacets }) {
  return (
    <Toolbar>
      <FindBox placeholder="Person, thing, action or words" />
      <WhenChip />
      <FilterChip
        label="Actor"
        param="actor"
        options={facets.actors.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <FilterChip
        label="Action"
        param="action"
        options={facets.actions.map((action) => ({ value: action, label: action }))}
      />
      <FilterChip
        label="Target"
        param="targetType"
        options={facets.targetTypes.map((type) => ({ value: type, label: targetWords(type) }))}
      />
      <ClearFilters params={auditParams} />
      <Grow />
      <FollowSwitch />
    </Toolbar>
  )
}

function NothingFound({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) {
    return (
      <Empty icon="scroll" title="Nothing has happened yet">
        Every administrative act, sign-in and change of policy is written here, with who did it and what changed.
      </Empty>
    )
  }
  return <Empty icon="search" title="No entries match these filters" action={<ClearFilters params={auditParams} />} />
}

type Open = {
  readonly wanted: string
  readonly entry: AuditEntryView | null
  readonly neighbours: readonly AuditEntryView[]
}

/** The entry of the drawer with the one after it and the two before, as they hang in the chain. */
async function readOpen(actor: Actor, wanted: string | null): Promise<Open | null> {
  if (wanted === null) return null
  const entry = await readOrNull(actor, wanted)
  if (!entry) return { wanted, entry: null, neighbours: [] }
  const around = await Promise.all([1, -1, -2].map((step) => readOrNull(actor, String(entry.seq + step))))
  const neighbours = [entry, ...around].filter((each) => each !== null).toSorted((a, b) => b.seq - a.seq)
  return { wanted, entry, neighbours }
}

async function readOrNull(actor: Actor, seq: string): Promise<AuditEntryView | null> {
  try {
    return await readAuditEntry(portal(), actor, seq)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

/** The same list at the same place, with another entry open. */
function keepPlace(query: string, seq: number | null): string {
  const { cursor, back } = Object.fromEntries(new URLSearchParams(query))
  return withQuery(path, query, {
    cursor: cursor ?? null,
    back: back ?? null,
    entry: seq === null ? null : String(seq),
  })
}

function rangeOf(entries: readonly AuditEntryView[]): string | undefined {
  const [newest, oldest] = [entries[0], entries.at(-1)]
  return newest && oldest ? `${formatCount(newest.seq)} to ${formatCount(oldest.seq)}` : undefined
}
