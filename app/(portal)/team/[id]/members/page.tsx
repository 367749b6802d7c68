import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { openTeam, type TeamParams } from '../open-team.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { memberColumns, MemberTable } from '#components/people/member-table.tsx'
import { PageBody, PageFlush, PageFoot, Toolbar } from '#components/shell/page.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { plural } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import { may } from '#lib/identity/rules/permissions.ts'
import { listMembers, listMembersQuery } from '#lib/reports/list-members.ts'
import { portal } from '#lib/wiring/portal.ts'

/** Who in the team is near a limit, or stuck: no ranking, but the most spent first is where one looks. */
export default async function MembersPage({
  params,
  searchParams,
}: TeamParams & { readonly searchParams: SearchParams }) {
  const { actor, team } = await openTeam((await params).id)
  if (!may(actor, 'user.read', { teamId: team.id })) {
    return (
      <PageBody>
        <NoPermission title="Who is in a team is for those who lead it">
          Your own keys and what they spend are on your pages.
        </NoPermission>
      </PageBody>
    )
  }
  const search = await searchParams
  const context = portal()
  const page = await pageOrFirst(cursorParam(search.cursor), (cursor) =>
    listMembers(context, actor, team.id, { ...queryOf(search), cursor }),
  )
  const links = pagingLinks({
    path: `/team/${team.id}/members`,
    search: searchText(search),
    nextCursor: page.nextCursor,
  })
  return (
    <PageFlush>
      <Toolbar>
        <FindBox placeholder="Find by name or mail" />
      </Toolbar>
      <List ids={page.data.map(({ user }) => user.id)} noun="person">
        <TableScroll label="Members">
          <MemberTable
            members={page.data}
            teamId={team.id}
            nowMs={context.clock.nowMs()}
            empty={
              <TableEmpty columns={memberColumns}>
                {textParam(search.q) === null ? (
                  <Empty icon="users" title="Nobody is in this team yet">
                    People come with the groups of the identity provider that are mapped to it.
                  </Empty>
                ) : (
                  <Empty icon="search" title="Nobody in this team is called that" />
                )}
              </TableEmpty>
            }
          />
        </TableScroll>
      </List>
      <PageFoot paging={<Paging {...links} />}>
        <span>
          <b>{plural(page.data.length, 'person', 'people')}</b>
          {links.nextHref || links.previousHref ? ' on this page' : null}
        </span>
        <span className="phone:hidden">Spent in this team, by people and what they answer for.</span>
      </PageFoot>
    </PageFlush>
  )
}

function queryOf(search: Awaited<SearchParams>) {
  const q = textParam(search.q)
  const wanted = { ...(q === null ? {} : { q }), sort: textParam(search.sort) ?? undefined }
  // A sort that nobody knows was typed by hand.
  return listMembersQuery.safeParse(wanted).data ?? listMembersQuery.parse({ ...wanted, sort: undefined })
}
