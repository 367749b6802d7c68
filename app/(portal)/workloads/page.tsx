import type { Metadata } from 'next'
import { pageOrFirst } from '../calls/page-or-first.ts'
import { signedIn } from '../signed-in.ts'
import { newWorkloadFields } from './workload-fields.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, listParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { EnvironmentTag } from '#components/keys/key-cells.tsx'
import { kindLooks } from '#components/keys/key-words.ts'
import { OrganisationPanel } from '#components/organisation/organisation-panel.tsx'
import { ThingState } from '#components/organisation/thing-state.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { plural } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { List, Row } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { Lead, Table, TableEmpty, TableScroll, Td, Th } from '#components/ui/table.tsx'
import { workloadKinds, type WorkloadView } from '#lib/identity/organisation/contract.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { listWorkloads, listWorkloadsQuery } from '#lib/identity/organisation/workloads.ts'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Agents and workloads' }

const path = '/workloads'
const filters = ['q', 'kind', 'status', 'team'] as const

export default async function WorkloadsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'workload.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const mayCreate = mayAnywhere(actor, 'workload.create')
  const [page, teams, fields] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) => listWorkloads(context, actor, { ...queryOf(params), cursor })),
    listTeams(context, actor, listTeamsQuery.parse({ limit: 200, sort: 'name' })),
    mayCreate && params.new !== undefined ? newWorkloadFields(actor) : null,
  ])
  const search = searchText(params)
  const links = pagingLinks({ path, search, nextCursor: page.nextCursor })
  const newHref = withQuery(path, search, { new: '1' })
  return (
    <>
      <PageHeader
        title="Agents and workloads"
        actions={
          mayCreate ? (
            <ButtonLink href={newHref} variant="primary" icon="plus" kbd="C" scroll={false}>
              New workload
            </ButtonLink>
          ) : null
        }
      />
      {mayCreate ? <Hotkey keys="c" label="New workload" href={newHref} /> : null}
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find a workload" />
          <FilterChip
            label="Kind"
            param="kind"
            options={workloadKinds.map((kind) => ({ value: kind, label: kindLooks[kind].word }))}
          />
          <FilterChip label="Status" param="status" options={statuses} />
          {teams.data.length > 1 ? (
            <FilterChip
              label="Team"
              param="team"
              options={teams.data.map(({ id, name }) => ({ value: id, label: name }))}
            />
          ) : null}
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="workload">
          <TableScroll label="Workloads">
            <Table label="Workloads" rows="two">
              <thead>
                <tr>
                  <SortHead field="name" fallback="name">
                    Workload
                  </SortHead>
                  <Th drop={4}>Status</Th>
                  <Th drop={3}>Team</Th>
                  <Th drop={2}>Project</Th>
                  <Th drop={3}>Answers for it</Th>
                  <Th drop={2}>Env</Th>
                </tr>
              </thead>
              <tbody>
                {page.data.length === 0 ? (
                  <TableEmpty columns={6}>
                    <Empty icon="bot" title="No workloads here" action={<ClearFilters params={filters} />}>
                      An app, agent, service or CI job calls with keys of its own.
                    </Empty>
                  </TableEmpty>
                ) : null}
                {page.data.map((workload) => (
                  <WorkloadRow key={workload.id} workload={workload} />
                ))}
              </tbody>
            </Table>
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.data.length, 'workload')}</b>
            {links.nextHref || links.previousHref ? ' on this page' : null}
          </span>
        </PageFoot>
      </PageFlush>
      {fields ? (
        <OrganisationPanel
          title="New workload"
          verb="Create workload"
          path="/workloads"
          method="POST"
          fields={fields}
          closeHref={withQuery(path, search, { new: null })}
          pageOf={path}
        />
      ) : null}
    </>
  )
}

const statuses = [
  { value: 'active', label: 'Active' },
  { value: 'quarantined', label: 'Quarantined' },
  { value: 'archived', label: 'Archived' },
]

function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  const among = (name: 'kind' | 'status' | 'team') => {
    const values = listParam(params[name])
    return values ? { [name]: values } : {}
  }
  const wanted = {
    ...(q === null ? {} : { q }),
    sort: textParam(params.sort) ?? undefined,
    filter: { ...among('kind'), ...among('status'), ...among('team') },
  }
  return listWorkloadsQuery.safeParse(wanted).data ?? listWorkloadsQuery.parse({ ...wanted, sort: undefined })
}

function WorkloadRow({ workload }: { readonly workload: WorkloadView }) {
  const href = `${path}/${workload.id}`
  const look = kindLooks[workload.kind as (typeof workloadKinds)[number]]
  return (
    <Row id={workload.id} href={href}>
      <Td give>
        <Lead
          icon={<Icon name={look.icon} />}
          title={workload.name}
          href={href}
          second={look.word}
          narrow={<ThingState status={workload.status} />}
        />
      </Td>
      <Td drop={4}>
        <ThingState status={workload.status} />
      </Td>
      <Td drop={3} dim>
        {workload.team.name}
      </Td>
      <Td drop={2} dim>
        {workload.project?.name}
      </Td>
      <Td drop={3} dim>
        {workload.owner?.name ?? 'Nobody'}
      </Td>
      <Td drop={2}>
        <EnvironmentTag environment={workload.environment} />
      </Td>
    </Row>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Agents and workloads" />
      <PageBody>
        <NoPermission title="Workloads are listed for the teams that run them">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
