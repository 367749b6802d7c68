import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { askFor, orNull } from '../ask-for.tsx'
import { mayStillCome } from '../../calls/may-still-come.ts'
import { signedIn } from '../../signed-in.ts'
import { CopyLink } from '#components/calls/copy-link.tsx'
import { WaitForRecord } from '#components/calls/wait-for-record.tsx'
import { DecisionView } from '#components/decisions/decision-view.tsx'
import { decisionQuestion } from '#components/decisions/explain.ts'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { decisionViewOf } from '#lib/decisions/endpoints.ts'
import { readDecision } from '#lib/decisions/read-decision.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Decision' }

type Props = { readonly params: Promise<{ readonly id: string }> }

/** The `help_url` of every refusal. */
export default async function DecisionPage({ params }: Props) {
  const actor = await signedIn()
  const { id } = await params
  const context = portal()
  const decision = await orNull(readDecision(context, actor, id))
  const nowMs = context.clock.nowMs()
  if (!decision) {
    if (!mayStillCome(id, 'dec_', nowMs)) notFound()
    return (
      <>
        <PageHeader title="Decision" crumb={{ label: 'Calls', href: '/calls' }} />
        <PageBody>
          <WaitForRecord
            id={id}
            of="decisions"
            listLink={<ButtonLink href="/calls?outcome=refused">Refused calls</ButtonLink>}
          />
        </PageBody>
      </>
    )
  }
  const view = decisionViewOf(decision)
  return (
    <>
      <PageHeader
        title={decisionQuestion(decision.outcome)}
        crumb={{ label: 'Calls', href: '/calls' }}
        actions={<CopyLink url={`${context.config.publicUrl}/decisions/${decision.id}`} />}
      />
      <PageBody>
        <DecisionView
          decision={decision}
          rules={view.rules}
          json={JSON.stringify(view, null, 2)}
          now={nowMs}
          viewerMail={actor.email}
          ask={await askFor(actor, {
            ask: view.requests[0],
            keyId: decision.key?.id ?? null,
            decisionId: decision.id,
            reason: `${decision.code ?? 'refused'}: ${decision.model ?? decision.endpoint}`,
          })}
        />
      </PageBody>
    </>
  )
}
