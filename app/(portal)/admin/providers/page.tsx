import type { Metadata } from 'next'
import { pageOrFirst } from '../../calls/page-or-first.ts'
import { signedIn } from '../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, listParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { kindWords } from '#components/providers/kind-words.ts'
import { NewProviderPanel } from '#components/providers/new-provider-panel.tsx'
import { ProviderCondition } from '#components/providers/provider-health.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatCount, formatLatency, formatPercent, plural } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { List, Row } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { Lead, Table, TableEmpty, TableScroll, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { ProviderView } from '#lib/catalog/contract.ts'
import { listProviders, listProvidersQuery } from '#lib/catalog/providers/read-providers.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { readProviderHealth } from '#lib/reports/overview.ts'
import type { ProviderHealth } from '#lib/reports/overview-contract.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Providers' }

const path = '/admin/providers'
const filters = ['q', 'status'] as const

export default async function ProvidersPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'provider.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const [page, health] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) => listProviders(context, actor, { ...queryOf(params), cursor })),
    readProviderHealth(context, actor),
  ])
  const writes = may(actor, 'provider.write')
  const healthOf = new Map(health.map((each) => [each.id, each]))
  const isFiltered = filters.some((name) => name in params)
  return (
    <>
      <PageHeader
        title="Providers"
        actions={
          writes ? (
            <ButtonLink href={`${path}?new=1`} scroll={false} variant="primary" icon="plus" kbd="C">
              New provider
            </ButtonLink>
          ) : undefined
        }
      />
      {writes ? <Hotkey keys="c" label="New provider" href={`${path}?new=1`} /> : null}
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find a provider" />
          <FilterChip label="Status" param="status" options={statusOptions} />
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="provider">
          <TableScroll label="Providers">
            <Table label="Providers" rows="two">
              <thead>
                <tr>
                  <SortHead field="name" fallback="name">
                    Provider
                  </SortHead>
                  <Th>State</Th>
                  <Th drop={2}>Speaks</Th>
                  <Th num drop={3}>
                    Models
                  </Th>
                  <Th num drop={2}>
                    Credentials
                  </Th>
                  <Th num>Calls, 24 h</Th>
                  <Th num drop={4}>
                    First token, p50
                  </Th>
                  <Th num drop={4}>
                    Errors
                  </Th>
                </tr>
              </thead>
              <tbody>
                {page.data.length === 0 ? (
                  <TableEmpty columns={8}>
                    <NoProviders isFiltered={isFiltered} mayWrite={writes} />
                  </TableEmpty>
                ) : null}
                {page.data.map((provider) => (
                  <ProviderRow key={provider.id} provider={provider} health={healthOf.get(provider.id)} />
                ))}
              </tbody>
            </Table>
          </TableScroll>
        </List>
        <PageFoot
          paging={<Paging {...pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })} />}
        >
          <span>
            <b>{plural(page.data.length, 'provider')}</b>
          </span>
        </PageFoot>
      </PageFlush>
      {writes && 'new' in params ? <NewProviderPanel closeHref={path} /> : null}
    </>
  )
}

const statusOptions = [
  { value: 'active', label: 'On' },
  { value: 'off', label: 'Off' },
  { value: 'quarantined', label: 'Quarantined' },
]

function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  const status = listParam(params.status)
  const wanted = {
    ...(q === null ? {} : { q }),
    sort: textParam(params.sort) ?? undefined,
    filter: status ? { status } : {},
  }
  return listProvidersQuery.safeParse(wanted).data ?? listProvidersQuery.parse({ ...wanted, sort: undefined })
}

function ProviderRow({
  provider,
  health,
}: {
  readonly provider: ProviderView
  readonly health: ProviderHealth | undefined
}) {
  const live = provider.credentials.filter(({ status }) => status === 'active').length
  return (
    <Row id={provider.id} href={`${path}/${provider.id}`}>
      <Td give>
        <Lead
          title={provider.displayName}
          href={`${path}/${provider.id}`}
          second={<span className="mono text-2xs">{provider.name}</span>}
        />
        {provider.simulated ? <Tag className="ml-3">Simulated</Tag> : null}
      </Td>
      <Td>
        <ProviderCondition condition={health?.condition ?? 'idle'} />
      </Td>
      <Td drop={2} dim>
        {kindWords[provider.kind]}
      </Td>
      <Td num drop={3}>
        {formatCount(provider.models.length)}
      </Td>
      <Td num drop={2} className={live === 0 ? 'text-warn-ink' : undefined}>
        {live === 0 ? 'none' : formatCount(live)}
      </Td>
      <Td num>{formatCount(health?.calls ?? 0)}</Td>
      <Td num dim drop={4}>
        {health?.firstTokenP50Ms == null ? null : formatLatency(health.firstTokenP50Ms, 'first token')}
      </Td>
      <Td num dim drop={4}>
        {health && health.tries > 0 ? formatPercent((health.errors / health.tries) * 100) : null}
      </Td>
    </Row>
  )
}

function NoProviders({ isFiltered, mayWrite }: { readonly isFiltered: boolean; readonly mayWrite: boolean }) {
  if (isFiltered)
    return <Empty icon="search" title="No providers match these filters" action={<ClearFilters params={filters} />} />
  return (
    <Empty
      icon="server"
      title="No provider is connected yet"
      action={
        mayWrite ? (
          <ButtonLink href={`${path}?new=1`} scroll={false} variant="primary" icon="plus">
            New provider
          </ButtonLink>
        ) : undefined
      }
    >
      A provider is a connection with credentials, which never leave the gateway. Models route to it.
    </Empty>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Providers" />
      <PageBody>
        <NoPermission title="Providers are for admins, auditors and SRE">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
