import type { Metadata } from 'next'
import { pageOrFirst } from '../../calls/page-or-first.ts'
import { signedIn } from '../../signed-in.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { NewProfilePanel } from '#components/profiles/new-profile-panel.tsx'
import { ProfileTable } from '#components/profiles/profile-table.tsx'
import { PageBody, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { plural } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableScroll } from '#components/ui/table.tsx'
import { may } from '#lib/identity/rules/permissions.ts'
import { listProfiles, listProfilesQuery } from '#lib/policy/read-profiles.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Access profiles' }

const path = '/admin/profiles'

export default async function ProfilesPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!may(actor, 'profile.read')) return <NotForYou />
  const params = await searchParams
  const context = portal()
  const q = textParam(params.q)
  const query = listProfilesQuery.parse(q === null ? {} : { q })
  const page = await pageOrFirst(cursorParam(params.cursor), (cursor) =>
    listProfiles(context, actor, { ...query, cursor }),
  )
  const writes = may(actor, 'profile.write')
  const isNew = writes && 'new' in params
  return (
    <>
      <PageHeader
        title="Access profiles"
        actions={
          <>
            <ButtonLink href={`${path}/layers`} variant="quiet" icon="filter">
              Layers
            </ButtonLink>
            {writes ? (
              <ButtonLink href={`${path}?new=1`} scroll={false} variant="primary" icon="plus" kbd="C">
                New profile
              </ButtonLink>
            ) : null}
          </>
        }
      />
      {writes ? <Hotkey keys="c" label="New profile" href={`${path}?new=1`} /> : null}
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find a profile" />
          <ClearFilters params={['q']} />
        </Toolbar>
        <List ids={page.data.map(({ id }) => id)} noun="profile">
          <TableScroll label="Access profiles">
            <ProfileTable
              profiles={page.data}
              nowMs={context.clock.nowMs()}
              empty={<Empty icon="search" title="No profile by that name" action={<ClearFilters params={['q']} />} />}
            />
          </TableScroll>
        </List>
        <PageFoot
          paging={<Paging {...pagingLinks({ path, search: searchText(params), nextCursor: page.nextCursor })} />}
        >
          <span>
            <b>{plural(page.data.length, 'profile')}</b>
          </span>
        </PageFoot>
      </PageFlush>
      {isNew ? (
        <NewProfilePanel
          sources={page.data.map(({ id, name, policy }) => ({ id, name, policy }))}
          fromId={textParam(params.from)}
          closeHref={path}
        />
      ) : null}
    </>
  )
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Access profiles" />
      <PageBody>
        <NoPermission title="Access profiles are for admins and auditors">
          What your own profile allows is on the home page and in the form of a new key.
        </NoPermission>
      </PageBody>
    </>
  )
}
