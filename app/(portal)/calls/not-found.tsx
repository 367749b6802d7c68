import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Empty } from '#components/ui/states.tsx'

export default function CallNotFound() {
  return (
    <>
      <PageHeader title="Receipt" crumb={{ label: 'Calls', href: '/calls' }} />
      <PageBody>
        <Empty
          icon="search"
          title="No call with this id, or it is not yours to see"
          action={<ButtonLink href="/calls">All calls</ButtonLink>}
        >
          A receipt is found by the call&rsquo;s id, which every answer of the gateway carries in{' '}
          <span className="mono">x-gatehouse-request-id</span>.
        </Empty>
      </PageBody>
    </>
  )
}
