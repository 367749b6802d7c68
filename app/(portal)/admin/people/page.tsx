import type { Metadata } from 'next'
import { pageOrFirst } from '../../calls/page-or-first.ts'
import { signedIn } from '../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, filterParams, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { PeopleViews } from '#components/people/people-views.tsx'
import { PersonState } from '#components/people/person-state.tsx'
import { roleWords, rolesText } from '#components/people/role-words.ts'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatMoney, plural } from '#components/ui/format.ts'
import { List, Row } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Avatar } from '#components/ui/person.tsx'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { Lead, Table, TableEmpty, TableScroll, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { roles, type Actor } from '#lib/identity/contract.ts'
import { listTeams, listTeamsQuery } from '#lib/identity/organisation/teams.ts'
import type { UserView } from '#lib/identity/people/contract.ts'
import { listUsers, listUsersQuery } from '#lib/identity/people/users.ts'
import { may, visibleRows } from '#lib/identity/rules/permissions.ts'
import { listProfiles, listProfilesQuery } from '#lib/policy/read-profiles.ts'
import { spentByUser } from '#lib/reports/spent-by-user.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'People and teams' }

const path = '/admin/people'
const filters = ['q', 'status', 'role', 'team', 'profile'] as const

export default async function PeoplePage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!seesOthers(actor)) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const nowMs = context.clock.nowMs()
  const [page, teams, profiles] = await Promise.all([
    pageOrFirst(cursorParam(params.cursor), (cursor) => listUsers(context, actor, { ...queryOf(params), cursor })),
    listTeams(context, actor, allTeams),
    listProfiles(context, actor, allProfiles),
  ])
  const spent = await spentByUser(
    context,
    actor,
    page.data.map(({ id }) => id),
  )
  const links = pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })
  const isFiltered = filters.some((name) => name in params)
  return (
    <>
      <PageHeader title="People and teams" />
      <PeopleViews
        current="people"
        seesGroups={may(actor, 'profile_mapping.read')}
        seesUnits={may(actor, 'business_unit.read')}
      />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find by name or mail" />
          <FilterChip label="Status" param="status" options={statusOptions} />
          <FilterChip
            label="Role"
            param="role"
            options={roles.map((role) => ({ value: role, label: roleWords[role] }))}
          />
          <FilterChip
            label="Team"
            param="team"
            options={teams.data.map(({ id, name }) => ({ value: id, label: name }))}
          />
          {profiles.data.length > 0 ? (
            <FilterChip
              label="Access profile"
              param="profile"
              options={profiles.data.map(({ id, name }) => ({ value: id, label: name }))}
            />
          ) : null}
          <ClearFilters params={filters} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="person">
          <TableScroll label="People">
            <Table label="People" rows="two">
              <thead>
                <tr>
                  <SortHead field="name" fallback="name">
                    Person
                  </SortHead>
                  <Th>Status</Th>
                  <Th drop={3}>Team</Th>
                  <Th drop={2}>Roles</Th>
                  <Th drop={1}>Access profile</Th>
                  {spent ? <Th num>Spent this month</Th> : null}
                  <Th num drop={4}>
                    Last sign-in
                  </Th>
                </tr>
              </thead>
              <tbody>
                {page.data.length === 0 ? (
                  <TableEmpty columns={7}>
                    <NobodyFound isFiltered={isFiltered} />
                  </TableEmpty>
                ) : null}
                {page.data.map((person) => (
                  <PersonRow
                    key={person.id}
                    person={person}
                    spentNanos={spent ? (spent.get(person.id) ?? 0n) : null}
                    nowMs={nowMs}
                  />
                ))}
              </tbody>
            </Table>
          </TableScroll>
        </List>
        <PageFoot paging={<Paging {...links} />}>
          <span>
            <b>{plural(page.data.length, 'person', 'people')}</b>
            {links.nextHref || links.previousHref ? ' on this page' : null}
          </span>
        </PageFoot>
      </PageFlush>
    </>
  )
}

const statusOptions = [
  { value: 'active', label: 'Active' },
  { value: 'disabled', label: 'Disabled' },
  { value: 'quarantined', label: 'Quarantined' },
]

const allTeams = listTeamsQuery.parse({ limit: 200 })
/** None for those who may not read them: then there is nothing to filter by. */
const allProfiles = listProfilesQuery.parse({ limit: 200 })

/** Everybody may see themselves; this page is for those who see more. */
function seesOthers(actor: Actor): boolean {
  const visible = visibleRows(actor, 'user.read')
  return visible.all || visible.teamIds.length > 0
}

function queryOf(params: Awaited<SearchParams>) {
  const q = textParam(params.q)
  const wanted = {
    ...(q === null ? {} : { q }),
    sort: textParam(params.sort) ?? undefined,
    filter: filterParams(params, ['status', 'role', 'team', 'profile']),
  }
  // A sort that nobody knows was typed by hand.
  return listUsersQuery.safeParse(wanted).data ?? listUsersQuery.parse({ ...wanted, sort: undefined })
}

function PersonRow({
  person,
  spentNanos,
  nowMs,
}: {
  readonly person: UserView
  readonly spentNanos: bigint | null
  readonly nowMs: number
}) {
  const leads = person.teams.some(({ id, isLead }) => isLead && id === person.primaryTeam?.id)
  return (
    <Row id={person.id} href={`${path}/${person.id}`}>
      <Td give>
        <Lead
          icon={<Avatar name={person.name} />}
          title={person.name}
          href={`${path}/${person.id}`}
          second={person.email}
          narrow={person.primaryTeam?.name}
        />
      </Td>
      <Td>
        <PersonState status={person.status} hasSignedIn={person.lastSignInAt !== null} />
      </Td>
      <Td drop={3}>
        {person.primaryTeam ? (
          <>
            {person.primaryTeam.name}
            {leads ? <span className="text-ink-3">, lead</span> : null}
          </>
        ) : null}
      </Td>
      <Td drop={2} dim>
        {rolesText(person.roles)}
      </Td>
      <Td drop={1} dim>
        {person.profile?.name}
      </Td>
      {spentNanos === null ? null : <Td num>{formatMoney(spentNanos)}</Td>}
      <Td num dim drop={4}>
        {person.lastSignInAt ? <Time at={Date.parse(person.lastSignInAt)} now={nowMs} /> : null}
      </Td>
    </Row>
  )
}

function NobodyFound({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered)
    return <Empty icon="search" title="Nobody matches these filters" action={<ClearFilters params={filters} />} />
  return (
    <Empty icon="users" title="Nobody has signed in yet">
      People appear here at their first sign-in. What they get depends on their groups.
    </Empty>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="People and teams" />
      <PageBody>
        <NoPermission title="People and teams are for admins, auditors, finance and team leads">
          An admin can give you a role that sees them.
        </NoPermission>
      </PageBody>
    </>
  )
}
