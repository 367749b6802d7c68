import type { Metadata } from 'next'
import { teamFields } from '../../../team/team-fields.ts'
import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { signedIn } from '../../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, listParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { OrganisationPanel } from '#components/organisation/organisation-panel.tsx'
import { PeopleViews } from '#components/people/people-views.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatCount, plural } from '#components/ui/format.ts'
import { List, Row } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Avatar } from '#components/ui/person.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { Status } from '#components/ui/status.tsx'
import { Lead, Table, TableEmpty, TableScroll, Td, Th } from '#components/ui/table.tsx'
import { listBusinessUnits, listBusinessUnitsQuery } from '#lib/identity/organisation/business-units.ts'
import type { TeamView } from '#lib/identity/organisation/contract.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Teams' }

const path = '/admin/people/teams'
const filters = ['q', 'unit'] as const

export default async function TeamsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  const visible = visibleRows(actor, 'team.read')
  if (!visible.all && actor.leadOf.length === 0) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const [page, units] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) => listTeams(context, actor, { ...queryOf(params), cursor })),
    may(actor, 'business_unit.read') ? listBusinessUnits(context, actor, allUnits) : null,
  ])
  const writes = may(actor, 'team.write')
  const links = pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })
  return (
    <>
      <PageHeader
        title="People and teams"
        actions={
          writes ? (
            <ButtonLink
              href={withQuery(path, searchText(params), { new: '1' })}
              variant="primary"
              icon="plus"
              scroll={false}
            >
              New team
            </ButtonLink>
          ) : null
        }
      />
      <PeopleViews
        current="teams"
        seesGroups={may(actor, 'profile_mapping.read')}
        seesUnits={may(actor, 'business_unit.read')}
      />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find a team" />
          {units ? (
            <FilterChip
              label="Business unit"
              param="unit"
              options={units.data.map(({ id, name }) => ({ value: id, label: name }))}
            />
          ) : null}
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="team">
          <TableScroll label="Teams">
            <Table label="Teams">
              <thead>
                <tr>
                  <SortHead field="name" fallback="name">
                    Team
                  </SortHead>
                  <Th drop={4}>Status</Th>
                  <Th drop={3}>Lead</Th>
                  <Th drop={2}>Business unit</Th>
                  <Th drop={4}>Cost centre</Th>
                  <Th num>People</Th>
                </tr>
              </thead>
              <tbody>
                {page.data.length === 0 ? (
                  <TableEmpty columns={6}>
                    <Empty
                      icon="users"
                      title="No teams match these filters"
                      action={<ClearFilters params={filters} />}
                    />
                  </TableEmpty>
                ) : null}
                {page.data.map((team) => (
                  <TeamRow key={team.id} team={team} />
                ))}
              </tbody>
            </Table>
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.data.length, 'team')}</b>
            {links.nextHref || links.previousHref ? ' on this page' : null}
          </span>
        </PageFoot>
      </PageFlush>
      {writes && params.new !== undefined ? (
        <OrganisationPanel
          title="New team"
          verb="Create team"
          path="/teams"
          method="POST"
          fields={await teamFields(actor, null)}
          closeHref={withQuery(path, searchText(params), { new: null })}
          pageOf="/team"
        />
      ) : null}
    </>
  )
}

const allUnits = listBusinessUnitsQuery.parse({ limit: 200 })

function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  const units = listParam(params.unit)
  const wanted = {
    ...(q === null ? {} : { q }),
    sort: textParam(params.sort) ?? undefined,
    filter: units ? { businessUnit: units } : {},
  }
  return listTeamsQuery.safeParse(wanted).data ?? listTeamsQuery.parse({ ...wanted, sort: undefined })
}

function TeamRow({ team }: { readonly team: TeamView }) {
  const href = `/team/${team.id}`
  return (
    <Row id={team.id} href={href}>
      <Td give>
        <Lead icon={<Avatar name={team.name} kind="group" />} title={team.name} href={href} />
      </Td>
      <Td drop={4}>
        {team.status === 'quarantined' ? (
          <Status tone="quar" glyph="halt">
            Quarantined
          </Status>
        ) : (
          <Status tone="ok" glyph="dot">
            Active
          </Status>
        )}
      </Td>
      <Td drop={3} dim>
        {team.leads.map(({ name }) => name).join(', ')}
      </Td>
      <Td drop={2} dim>
        {team.businessUnit?.name}
      </Td>
      <Td drop={4} dim>
        {team.costCentre ? (
          <>
            <span className="tabular-nums">{team.costCentre.code}</span>{' '}
            {team.costCentre.name === team.name ? null : team.costCentre.name}
          </>
        ) : null}
      </Td>
      <Td num>{formatCount(team.members)}</Td>
    </Row>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="People and teams" />
      <PageBody>
        <NoPermission title="Teams are listed for those who look after several">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
