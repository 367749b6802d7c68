import type { Metadata } from 'next'
import { openRequest } from '../../requests/open-request.ts'
import { signedIn } from '../../signed-in.ts'
import { DecideForm } from '#components/requests/decide-form.tsx'
import { EndButton } from '#components/requests/end-button.tsx'
import { RequestBody, RequestFacts } from '#components/requests/request-body.tsx'
import { capital, whatWords } from '#components/requests/request-words.ts'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { Link } from '#components/ui/link.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import { State } from '#components/ui/status.tsx'
import { listRequests, listRequestsQuery } from '#lib/requests/list-requests.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Approval' }

type Props = { readonly params: Promise<{ readonly id: string }> }

/** What is asked, what it would change, what this person asked for before; and the decision. */
export default async function ApprovalPage({ params }: Props) {
  const actor = await signedIn()
  const request = await openRequest(actor, (await params).id)
  const query = listRequestsQuery.parse({ limit: '6', filter: { asker: [request.asker.id] } })
  const before = (await listRequests(portal(), actor, query)).data.filter(({ id }) => id !== request.id)
  const decides = request.actions.includes('approve')
  return (
    <>
      <PageHeader
        title={whatWords[request.what]}
        crumb={{ label: 'Approvals', href: '/approvals' }}
        tags={<State of="request" state={request.status} />}
        actions={<EndButton request={request} />}
      />
      <PageBody>
        <Columns
          rail={
            <>
              {decides ? (
                <Section title="Decide">
                  <DecideForm request={request} />
                </Section>
              ) : null}
              <RequestFacts request={request} />
            </>
          }
        >
          <RequestBody request={request}>
            {before.length > 0 ? (
              <Section title={`Asked by ${request.asker.name} before`} className="gap-1">
                <Rows>
                  {before.map((each) => (
                    <li key={each.id} className="flex flex-wrap items-center gap-3 py-2">
                      <Link href={`/approvals/${each.id}`}>{capital(each.summary)}</Link>
                      <span className="ml-auto">
                        <State of="request" state={each.status} />
                      </span>
                    </li>
                  ))}
                </Rows>
              </Section>
            ) : null}
          </RequestBody>
        </Columns>
      </PageBody>
    </>
  )
}
