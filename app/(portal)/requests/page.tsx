import type { Metadata } from 'next'
import { signedIn } from '../signed-in.ts'
import { RequestListPage } from './request-list.tsx'
import { searchText, textParam, type SearchParams } from '#components/admin/search-params.ts'
import { AskPanel } from '#components/requests/ask-panel.tsx'
import { wishKinds } from '#components/requests/ask-wish.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { withQuery } from '#components/ui/query-string.ts'
import { Empty } from '#components/ui/states.tsx'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { readAskOptions } from '#lib/requests/read-ask-options.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'My requests' }

export default async function RequestsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  const params = await searchParams
  const search = searchText(params)
  const asked = textParam(params.new)
  const mayAsk = mayAnywhere(actor, 'key_request.create')
  const ask = mayAsk ? (
    <ButtonLink variant="primary" icon="plus" href={withQuery('/requests', search, { new: '1' })} scroll={false}>
      Ask for more
    </ButtonLink>
  ) : null
  return (
    <>
      <RequestListPage
        title="My requests"
        path="/requests"
        view="mine"
        actions={ask}
        searchParams={searchParams}
        empty={
          <Empty icon="send" title="You have asked for nothing yet" action={ask}>
            More budget, a higher limit, a model, a longer life. A refused call offers it too, and so does a new key
            that goes beyond your profile.
          </Empty>
        }
      />
      {mayAsk && asked !== null ? (
        <AskPanel
          options={await readAskOptions(portal(), actor)}
          what={wishKinds.find((kind) => kind === asked) ?? null}
          closeHref={withQuery('/requests', search, { new: null })}
        />
      ) : null}
    </>
  )
}
