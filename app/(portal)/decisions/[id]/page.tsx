import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { mayStillCome } from '../../calls/may-still-come.ts'
import { signedIn } from '../../signed-in.ts'
import { CopyLink } from '#components/calls/copy-link.tsx'
import { WaitForRecord } from '#components/calls/wait-for-record.tsx'
import { DecisionView } from '#components/decisions/decision-view.tsx'
import { decisionQuestion } from '#components/decisions/explain.ts'
import { AskForMore, Made } from '#components/requests/ask-for-more.tsx'
import { askOf } from '#components/requests/ask-of.ts'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import type { DecisionRecord } from '#lib/decisions/contract.ts'
import { decisionViewOf } from '#lib/decisions/endpoints.ts'
import { readDecision } from '#lib/decisions/read-decision.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { getKey } from '#lib/keys/get-key.ts'
import { AppError } from '#lib/platform/errors.ts'
import { approvalOf } from '#lib/requests/approval-of.ts'
import { listRequests, listRequestsQuery } from '#lib/requests/list-requests.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'
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
          ask={await askFor(actor, decision, view.rules)}
        />
      </PageBody>
    </>
  )
}

/** The form for more, prefilled with what the call would have needed; or the request that waits already. */
async function askFor(actor: Actor, decision: DecisionRecord, rules: readonly RuleView[]): Promise<ReactNode> {
  const ask = askOf(rules, BigInt(decision.heldNanos ?? '0'))
  if (decision.outcome !== 'refused' || !ask || !decision.key) return null
  const context = portal()
  const key = await orNull(getKey(context, actor, decision.key.id))
  if (!key?.actions.includes('update')) return null
  // It has as much already: a limit of some models refused, of which nobody is asked, or it was raised since.
  if (ask.what === 'limit' && Number(ask.wanted) <= (key.limits[ask.kind] ?? Infinity)) return null
  const { approval } = await approvalOf(context, key.profile.id)
  if (approval.approver === 'nobody') return null
  const query = listRequestsQuery.parse({ limit: '1', filter: { key: [key.id], what: [ask.what], status: ['open'] } })
  const [open] = (await listRequests(context, actor, query)).data
  if (open) return <Made request={open} />
  const reason = `${decision.code ?? 'refused'}: ${decision.model ?? decision.endpoint}`
  return <AskForMore ask={ask} keyId={key.id} decisionId={decision.id} reason={reason} />
}

/** Null for what there is not, or what is not this person's to see. */
async function orNull<Found>(finding: Promise<Found>): Promise<Found | null> {
  try {
    return await finding
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}
