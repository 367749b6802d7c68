import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Empty } from '#components/ui/states.tsx'

export default function ModelNotFound() {
  return (
    <>
      <PageHeader title="Model" crumb={{ label: 'Models', href: '/models' }} />
      <PageBody>
        <Empty icon="search" title="No model by this name" action={<ButtonLink href="/models">All models</ButtonLink>}>
          Names are exact: the catalogue has a copy button beside each.
        </Empty>
      </PageBody>
    </>
  )
}
