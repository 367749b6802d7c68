import type { Metadata } from 'next'
import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { signedIn } from '../../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, filterParams, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { PeopleViews } from '#components/people/people-views.tsx'
import { roleWords } from '#components/people/role-words.ts'
import { MappingPanel } from '#components/profiles/mapping-panel.tsx'
import { MappingTable } from '#components/profiles/mapping-table.tsx'
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
import { TableScroll } from '#components/ui/table.tsx'
import { listProfileMappings, listProfileMappingsQuery } from '#lib/identity/access/profile-mappings.ts'
import { roles } from '#lib/identity/contract.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { listProfiles, listProfilesQuery } from '#lib/policy/read-profiles.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Groups' }

const path = '/admin/people/groups'
const filters = ['q', 'team', 'profile', 'role'] as const

export default async function GroupsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'profile_mapping.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const [page, teams, profiles] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) =>
      listProfileMappings(context, actor, { ...queryOf(params), cursor }),
    ),
    listTeams(context, actor, listTeamsQuery.parse({ limit: 200 })),
    listProfiles(context, actor, listProfilesQuery.parse({ limit: 200 })),
  ])
  const writes = may(actor, 'profile_mapping.write')
  const query = searchText(params)
  const links = pagingLinks({ path, search: query, nextCursor: page.nextCursor })
  const mappings = page.data.toSorted((a, b) => b.priority - a.priority || (a.group < b.group ? -1 : 1))
  const open = mappings.find(({ id }) => id === textParam(params.edit)) ?? null
  return (
    <>
      <PageHeader
        title="People and teams"
        actions={
          writes ? (
            <ButtonLink
              href={withQuery(path, query, { new: '1' })}
              scroll={false}
              variant="primary"
              icon="plus"
              kbd="C"
            >
              New group
            </ButtonLink>
          ) : undefined
        }
      />
      {writes ? <Hotkey keys="c" label="New group" href={withQuery(path, query, { new: '1' })} /> : null}
      <PeopleViews current="groups" seesGroups seesUnits={may(actor, 'business_unit.read')} />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find a group" />
          <FilterChip
            label="Team"
            param="team"
            options={teams.data.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <FilterChip
            label="Access profile"
            param="profile"
            options={profiles.data.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <FilterChip
            label="Role"
            param="role"
            options={roles.map((role) => ({ value: role, label: roleWords[role] }))}
          />
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={mappings.map(({ id }) => id)} noun="group">
          <TableScroll label="Groups">
            <MappingTable
              mappings={mappings}
              hrefOf={writes ? (id) => withQuery(path, query, { edit: id }) : null}
              empty={<NoGroups isFiltered={filters.some((name) => name in params)} />}
            />
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(mappings.length, 'group')}</b>
            {page.nextCursor ? ' on this page' : null}
          </span>
          <span className="phone:hidden">The highest priority decides team and profile; roles add up.</span>
        </PageFoot>
      </PageFlush>
      {writes && (open !== null || 'new' in params) ? (
        <MappingPanel
          key={open?.id ?? 'new'}
          mapping={open}
          teams={teams.data}
          profiles={profiles.data}
          closeHref={withQuery(path, query, { new: null, edit: null })}
        />
      ) : null}
    </>
  )
}

function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  return listProfileMappingsQuery.parse({
    limit: 200,
    ...(q === null ? {} : { q }),
    filter: filterParams(params, ['team', 'profile', 'role']),
  })
}

function NoGroups({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered)
    return <Empty icon="search" title="No groups match these filters" action={<ClearFilters params={filters} />} />
  return (
    <Empty icon="users" title="No group is mapped yet">
      Map a group of your identity provider to a team, an access profile and roles. Until then, those who sign in may do
      nothing.
    </Empty>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Groups" />
      <PageBody>
        <NoPermission title="What groups give is for admins and auditors">
          An admin can give you a role that sees it.
        </NoPermission>
      </PageBody>
    </>
  )
}
