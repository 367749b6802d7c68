import type { Metadata } from 'next'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Empty } from '#components/ui/states.tsx'

export const metadata: Metadata = { title: 'Not found' }

/** Not there, or not this person's to see: both look the same. The shell stays. */
export default function PageNotFound() {
  return (
    <>
      <PageHeader title="Not found" />
      <PageBody>
        <Empty
          icon="search"
          title="Nothing here, or it is not yours to see"
          action={<ButtonLink href="/">Go home</ButtonLink>}
        >
          The address may be mistyped, or the thing it named is gone. What you may not see answers the same way.
        </Empty>
      </PageBody>
    </>
  )
}
