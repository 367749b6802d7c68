import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Empty } from '#components/ui/states.tsx'

export default function DecisionNotFound() {
  return (
    <>
      <PageHeader title="Decision" crumb={{ label: 'Calls', href: '/calls' }} />
      <PageBody>
        <Empty
          icon="search"
          title="No decision with this id, or it is not yours to see"
          action={<ButtonLink href="/calls?outcome=refused">Refused calls</ButtonLink>}
        >
          Whoever owns the key, who leads its team, admins and auditors can open it. A call that was refused a moment
          ago is here within 5 seconds.
        </Empty>
      </PageBody>
    </>
  )
}
