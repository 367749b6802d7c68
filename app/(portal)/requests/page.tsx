import type { Metadata } from 'next'
import { RequestListPage } from './request-list.tsx'
import type { SearchParams } from '#components/admin/search-params.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Empty } from '#components/ui/states.tsx'

export const metadata: Metadata = { title: 'My requests' }

export default function RequestsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  return (
    <RequestListPage
      title="My requests"
      path="/requests"
      view="mine"
      searchParams={searchParams}
      empty={
        <Empty
          icon="send"
          title="You have asked for nothing yet"
          action={<ButtonLink href="/keys">See your keys</ButtonLink>}
        >
          A refused call offers to ask for more, and so does a new key that goes beyond your profile.
        </Empty>
      }
    />
  )
}
