/** Who may decide on a request, and take it back. Pure. */
import { isAdmin, type Actor } from '#lib/identity/contract.ts'
import type { RequestAction, RequestStatus } from '#lib/requests/contract.ts'

export type RequestFacts = {
  readonly status: RequestStatus
  /** Approved until a day. */
  readonly isForATime: boolean
  readonly askerId: string
  readonly teamId: string
  readonly approver: 'team_lead' | 'admin'
  /** Who would have the more: the key's owner, or the person who is lent to. */
  readonly beneficiaryId: string | null
}

type Parties = Omit<RequestFacts, 'status' | 'isForATime'>

/** A lead decides for the team where the profile leaves it to leads; admins always; nobody for themselves. */
export function mayDecide(actor: Actor, request: Parties): boolean {
  if (actor.id === request.askerId || actor.id === request.beneficiaryId) return false
  if (isAdmin(actor)) return true
  return request.approver === 'team_lead' && actor.leadOf.includes(request.teamId)
}

/** Ends before its time: giving back is everybody's who has it, and taking back is theirs who could have said no. */
export function mayEnd(actor: Actor, request: Parties): boolean {
  return actor.id === request.askerId || actor.id === request.beneficiaryId || mayDecide(actor, request)
}

export function actionsOn(actor: Actor, request: RequestFacts): RequestAction[] {
  if (request.status === 'approved') return request.isForATime && mayEnd(actor, request) ? ['end'] : []
  if (request.status !== 'open') return []
  return [
    ...(mayDecide(actor, request) ? (['approve', 'deny'] as const) : []),
    ...(actor.id === request.askerId ? (['withdraw'] as const) : []),
  ]
}

/** A lead, or an admin, gives from one to another without asking; not to themselves. */
export function mayLendAtOnce(actor: Actor, teamId: string, beneficiaryId: string | null): boolean {
  return actor.id !== beneficiaryId && (isAdmin(actor) || actor.leadOf.includes(teamId))
}
