import type { Metadata } from 'next'
import { BarePage } from '#components/shell/bare-page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <BarePage
      title="Nothing here, or it is not yours to see"
      action={
        <ButtonLink href="/" variant="primary">
          Go home
        </ButtonLink>
      }
    >
      The address may be mistyped, or the thing it named is gone. What you may not see answers the same way.
    </BarePage>
  )
}
