import type { Metadata } from 'next'
import { openRequest } from '../open-request.ts'
import { signedIn } from '../../signed-in.ts'
import { AskButton } from '#components/admin/ask-button.tsx'
import { EndButton } from '#components/requests/end-button.tsx'
import { RequestBody, RequestFacts } from '#components/requests/request-body.tsx'
import { whatWords } from '#components/requests/request-words.ts'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { State } from '#components/ui/status.tsx'

export const metadata: Metadata = { title: 'Request' }

type Props = { readonly params: Promise<{ readonly id: string }> }

/** What became of it. */
export default async function RequestPage({ params }: Props) {
  const actor = await signedIn()
  const request = await openRequest(actor, (await params).id)
  const decides = request.actions.includes('approve')
  return (
    <>
      <PageHeader
        title={whatWords[request.what]}
        crumb={{ label: 'My requests', href: '/requests' }}
        tags={<State of="request" state={request.status} />}
        actions={
          decides ? (
            <ButtonLink variant="primary" icon="inbox" href={`/approvals/${request.id}`}>
              Decide
            </ButtonLink>
          ) : request.actions.includes('withdraw') ? (
            <AskButton
              label="Withdraw"
              icon="undo"
              title="Withdraw this request?"
              description="Nobody is asked any more."
              effects={
                request.key?.status === 'pending'
                  ? [{ icon: 'ban', text: `The key ${request.key.name} that waits for it is revoked.` }]
                  : [{ icon: 'check', text: 'Everything stays as it is now.' }]
              }
              verb="Withdraw"
              verbVariant="danger-solid"
              path={`/key-requests/${request.id}/withdraw`}
            />
          ) : (
            <EndButton request={request} />
          )
        }
      />
      <PageBody>
        <Columns rail={<RequestFacts request={request} />}>
          <RequestBody request={request} />
        </Columns>
      </PageBody>
    </>
  )
}
