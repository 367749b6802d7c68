import type { Metadata } from 'next'
import { RequestListPage } from '../requests/request-list.tsx'
import { signedIn } from '../signed-in.ts'
import { textParam, type SearchParams } from '#components/admin/search-params.ts'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { AllWell, NoPermission } from '#components/ui/states.tsx'
import { Views } from '#components/ui/tabs.tsx'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { countWaiting } from '#lib/requests/list-requests.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Approvals' }

export default async function ApprovalsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  if (!mayAnywhere(actor, 'key_request.decide')) {
    return (
      <>
        <PageHeader title="Approvals" />
        <PageBody>
          <NoPermission title="Approvals are for team leads and admins">
            What you asked for is under My requests.
          </NoPermission>
        </PageBody>
      </>
    )
  }
  const all = textParam((await searchParams).view) === 'all'
  const waiting = await countWaiting(portal(), actor)
  const views = [
    { label: 'Waiting for me', href: '/approvals', ...(waiting > 0 ? { count: waiting } : {}) },
    { label: 'All', href: '/approvals?view=all' },
  ]
  return (
    <RequestListPage
      title="Approvals"
      path="/approvals"
      view={all ? null : 'waiting'}
      views={<Views label="Approvals" views={views} current={all ? '/approvals?view=all' : '/approvals'} />}
      searchParams={searchParams}
      empty={<AllWell>Nothing waits for you.</AllWell>}
    />
  )
}
