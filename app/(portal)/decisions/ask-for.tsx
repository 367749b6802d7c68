import type { ReactNode } from 'react'
import { AskForMore, Made } from '#components/requests/ask-for-more.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { getKey } from '#lib/keys/get-key.ts'
import { AppError } from '#lib/platform/errors.ts'
import { approvalOf } from '#lib/requests/approval-of.ts'
import type { Ask } from '#lib/requests/contract.ts'
import { listRequests, listRequestsQuery } from '#lib/requests/list-requests.ts'
import { portal } from '#lib/wiring/portal.ts'

type Refused = {
  readonly ask: Ask | undefined
  readonly keyId: string | null
  readonly decisionId: string | null
  readonly reason: string
}

/** The form for more, prefilled with what the call would have needed; or the request that waits already. */
export async function askFor(actor: Actor, { ask, keyId, decisionId, reason }: Refused): Promise<ReactNode> {
  const context = portal()
  const key = ask && keyId !== null ? await orNull(getKey(context, actor, keyId)) : null
  if (!ask || !key) return null
  const form = <AskForMore ask={ask} keyId={key.id} decisionId={decisionId} reason={reason} />
  // What is above keys is asked for by a lead of the team whose call it was.
  if ('scope' in ask && ask.scope) return actor.leadOf.includes(key.team.id) ? form : null
  if (!key.actions.includes('update')) return null
  // It has as much already: a limit of some models refused, of which nobody is asked, or it was raised since.
  if (ask.what === 'limit' && Number(ask.wanted) <= (key.limits[ask.kind] ?? Infinity)) return null
  const { approval } = await approvalOf(context, key.profile.id)
  if (approval.approver === 'nobody') return null
  const what = ask.what === 'provider' ? 'model' : ask.what
  const query = listRequestsQuery.parse({ limit: '1', filter: { key: [key.id], what: [what], status: ['open'] } })
  const [open] = (await listRequests(context, actor, query)).data
  return open ? <Made request={open} /> : form
}

/** Null for what there is not, or what is not this person's to see. */
export async function orNull<Found>(finding: Promise<Found>): Promise<Found | null> {
  try {
    return await finding
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}
