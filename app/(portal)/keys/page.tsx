import type { Metadata } from 'next'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { CsvButton } from '#components/admin/csv-button.tsx'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { offeredActions } from '#components/keys/key-words.ts'
import { KeyBulk } from '#components/keys/list/key-bulk.tsx'
import { KeyFilters } from '#components/keys/list/key-filters.tsx'
import { KeyListActs } from '#components/keys/list/key-list-acts.tsx'
import {
  keyListPath,
  keyListSearch,
  narrowing,
  viewOf,
  type KeyListSearch,
} from '#components/keys/list/key-list-query.ts'
import { columns, KeysTable } from '#components/keys/list/keys-table.tsx'
import { NewKeyPanel } from '#components/keys/new-key/new-key-panel.tsx'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters } from '#components/ui/filter-chip.tsx'
import { formatCount, formatMoney, formatMonth } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import { Views, type View } from '#components/ui/tabs.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { keyFilter, type KeyFilter, type KeyViewName } from '#lib/keys/contract.ts'
import { listKeys, listKeysQuery, type KeyList } from '#lib/keys/list-keys.ts'
import { readKeyFacets } from '#lib/keys/read-key-facets.ts'
import { readNewKeyOptions } from '#lib/keys/read-new-key-options.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Keys' }

const path = '/keys'

export default async function KeysPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'key.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const nowMs = context.clock.nowMs()
  const search = keyListSearch(params)
  const mayCreate = mayAnywhere(actor, 'key.create')
  const isNew = params.new !== undefined && mayCreate
  const [page, facets, options] = await Promise.all([
    readPage(actor, search),
    readKeyFacets(context, actor),
    isNew ? readNewKeyOptions(context, actor) : null,
  ])
  if (!mayCreate && page.views.all === 0) return <NotForYou />
  const query = searchText(params)
  const closeHref = withQuery(path, query, { new: null })
  const newHref = withQuery(path, query, { new: '1' })
  const subjects = page.data.map((item) => ({ id: item.id, name: item.name, actions: offeredActions(item) }))
  const everything = revocable(search)
  const isNarrowed = narrowing.some((name) => params[name] !== undefined)
  return (
    <>
      <PageHeader
        title="Keys"
        scope={<EnvironmentSwitch />}
        actions={
          mayCreate ? (
            <ButtonLink href={newHref} variant="primary" icon="plus" kbd="C" scroll={false}>
              New key
            </ButtonLink>
          ) : null
        }
      />
      {mayCreate ? <Hotkey keys="c" label="New key" href={newHref} /> : null}
      <Views label="Views" views={viewsOf(page.views)} />
      <PageFlush>
        <KeyFilters facets={facets}>
          <CsvButton path={keyListPath(search)} fileName="keys">
            Export
          </CsvButton>
        </KeyFilters>
        <KeyListActs subjects={subjects}>
          <List ids={subjects.map(({ id }) => id)} total={everything ? page.totals.count : subjects.length} noun="key">
            <TableScroll label="Keys">
              <KeysTable
                items={page.data}
                nowMs={nowMs}
                empty={
                  <TableEmpty columns={columns}>
                    {isNarrowed ? (
                      <NothingFound />
                    ) : (
                      <NoKeysYet view={viewOf(search.filter.view?.[0])} newHref={mayCreate ? newHref : null} />
                    )}
                  </TableEmpty>
                }
              />
            </TableScroll>
            <KeyBulk subjects={subjects} everything={everything} />
          </List>
        </KeyListActs>
        <PageFoot
          paging={
            <Paging
              range={rangeOf(page, textParam(params.back))}
              {...pagingLinks({ path, search: query, nextCursor: page.nextCursor })}
            />
          }
        >
          <span>
            <b>{formatCount(page.totals.count)}</b> {page.totals.count === 1 ? 'key' : 'keys'}
          </span>
          <span>
            <b>{formatMoney(page.totals.spentThisMonthUsd)}</b> spent in {formatMonth(nowMs).split(' ')[0]}
          </span>
          <span className="phone:hidden">
            <b>{formatMoney(page.totals.monthlyBudgetUsd)}</b> in monthly caps
          </span>
        </PageFoot>
      </PageFlush>
      {options ? (
        <NewKeyPanel options={options} baseUrl={`${context.config.publicUrl}/v1`} closeHref={closeHref} />
      ) : null}
    </>
  )
}

type WholePage = KeyList & {
  readonly views: Record<KeyViewName, number>
  readonly totals: NonNullable<KeyList['totals']>
}

/** The page, and what the first page says of the whole. What the address asks for and nobody knows is left out. */
async function readPage(actor: Actor, search: KeyListSearch): Promise<WholePage> {
  const asked = listKeysQuery.safeParse(search)
  const query = asked.success ? asked.data : listKeysQuery.parse({ limit: search.limit })
  const context = portal()
  const [page, first] = await Promise.all([
    pageOrFirst(query.cursor, (cursor) => listKeys(context, actor, { ...query, cursor })),
    query.cursor === undefined ? null : listKeys(context, actor, { ...query, cursor: undefined, limit: 1 }),
  ])
  const { views, totals } = first ?? page
  if (!views || !totals) throw new Error('the first page of keys came without its totals')
  return { ...page, views, totals }
}

const viewWords: readonly (readonly [KeyViewName, string])[] = [
  ['all', 'All'],
  ['mine', 'Mine'],
  ['near_cap', 'Near their cap'],
  ['ends_soon', 'Ends within 30 days'],
  ['unused', 'Not used for 30 days'],
  ['no_owner', 'No owner'],
  ['waiting', 'Waiting'],
]

function viewsOf(counts: Record<KeyViewName, number>): View[] {
  return viewWords.map(([view, label]) => ({
    label,
    count: counts[view],
    href: view === 'all' ? path : `${path}?view=${view}`,
  }))
}

const pageSize = 50

/** "51 to 100 of 214": the way back in the address says how many pages lie before this one. */
function rangeOf({ data, totals }: WholePage, back: string | null): string | undefined {
  if (data.length === 0) return undefined
  const before = (back ?? '').split('.').filter(Boolean).length * pageSize
  return `${formatCount(before + 1)} to ${formatCount(before + data.length)} of ${formatCount(totals.count)}`
}

/** The filter for revoking the whole result at once; null where the API has no word for a part of it. */
function revocable({ q, filter }: KeyListSearch): KeyFilter | null {
  const { view, model, idleDays, ...known } = filter
  if (view || model) return null
  const parsed = keyFilter.safeParse({
    ...known,
    ...(q ? { q } : {}),
    ...(idleDays ? { idleDays: Number(idleDays[0]) } : {}),
  })
  return parsed.success ? parsed.data : null
}

function NothingFound() {
  return (
    <Empty title="No keys match these filters" action={<ClearFilters params={narrowing} />}>
      The filters stay above. Keys that are not yours to see are never counted.
    </Empty>
  )
}

const emptyViews: Partial<Record<KeyViewName, string>> = {
  near_cap: 'No key is near its cap',
  ends_soon: 'No key ends within 30 days',
  unused: 'Every active key was used within 30 days',
  no_owner: 'Every key has an owner',
  waiting: 'No key waits for anything',
}

function NoKeysYet({ view, newHref }: { readonly view: KeyViewName; readonly newHref: string | null }) {
  const well = emptyViews[view]
  if (well) return <Empty icon="check" title={well} />
  return (
    <Empty
      icon="key"
      title="No keys yet"
      action={
        newHref ? (
          <ButtonLink href={newHref} variant="primary" icon="plus" scroll={false}>
            New key
          </ButtonLink>
        ) : null
      }
    >
      A key calls every model you may use through one address. It is ready at once, inside the guardrails of your
      profile.
    </Empty>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Keys" />
      <PageBody>
        <NoPermission title="Keys are for developers, leads, admins and auditors">
          Your platform team gives you a role.
        </NoPermission>
      </PageBody>
    </>
  )
}
