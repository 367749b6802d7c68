/** Who may decide on a request, and take it back. Pure. */
import { isAdmin, type Actor } from '#lib/identity/contract.ts'
import type { RequestAction, RequestStatus } from '#lib/requests/contract.ts'

export type RequestFacts = {
  readonly status: RequestStatus
  readonly askerId: string
  readonly teamId: string
  readonly approver: 'team_lead' | 'admin'
  /** Who would have the more: the key's owner, or the person who is lent to. */
  readonly beneficiaryId: string | null
}

/** A lead decides for the team where the profile leaves it to leads; admins always; nobody for themselves. */
export function mayDecide(actor: Actor, request: Omit<RequestFacts, 'status'>): boolean {
  if (actor.id === request.askerId || actor.id === request.beneficiaryId) return false
  if (isAdmin(actor)) return true
  return request.approver === 'team_lead' && actor.leadOf.includes(request.teamId)
}

export function actionsOn(actor: Actor, request: RequestFacts): RequestAction[] {
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
