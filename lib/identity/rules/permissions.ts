/**
 * The one table of who may do what. Pages, management API and use cases ask it; what it does not say is forbidden.
 *
 * A role is granted everywhere. The other grants look at the thing acted on: whose team it is in, and who owns it.
 */
import type { Actor, Role } from '#lib/identity/contract.ts'

/** What an action is done to, as far as permission depends on it. */
export type Target = { readonly teamId?: string | null; readonly ownerUserId?: string | null }

/**
 * - a role: anywhere
 * - `signed_in`: anyone, also without a role
 * - `any_role`: anyone with at least one role
 * - `lead`: who leads the target's team
 * - `member`: who belongs to the target's team
 * - `member_if_unowned`: the same, where no person owns the target
 * - `developer_in_team`: a developer who belongs to the target's team
 * - `owner`: the person who owns the target
 */
export type Grantee =
  | Role
  | 'signed_in'
  | 'any_role'
  | 'lead'
  | 'member'
  | 'member_if_unowned'
  | 'developer_in_team'
  | 'owner'

const everyRole = ['any_role'] as const
const adminOnly = ['admin'] as const
const lookers = ['admin', 'auditor', 'finance', 'viewer', 'sre'] as const

export const permissions = {
  'me.read': ['signed_in'],
  'organisation.read': everyRole,
  'organisation.write': adminOnly,
  'settings.read': adminOnly,
  'settings.write': adminOnly,

  'user.read': ['admin', 'auditor', 'finance', 'lead', 'owner'],
  'user.write': adminOnly,
  'user.quarantine': adminOnly,
  'business_unit.read': lookers,
  'business_unit.write': adminOnly,
  'cost_centre.read': lookers,
  'cost_centre.write': adminOnly,
  'team.read': [...lookers, 'member'],
  'team.write': adminOnly,
  'team.quarantine': adminOnly,
  'project.read': [...lookers, 'member'],
  'project.write': ['admin', 'lead'],
  'workload.read': [...lookers, 'member', 'owner'],
  'workload.create': ['admin', 'lead', 'developer_in_team'],
  'workload.write': ['admin', 'lead', 'owner'],
  'workload.quarantine': ['admin', 'lead'],
  'workload.release': adminOnly,
  'api_token.read': ['admin', 'auditor'],
  'api_token.write': adminOnly,

  'profile.read': ['admin', 'auditor'],
  /** The guardrails of the profile that one is on oneself. */
  'profile.use': everyRole,
  'profile.write': adminOnly,
  'profile_mapping.read': ['admin', 'auditor'],
  'profile_mapping.write': adminOnly,
  'budget.read': ['admin', 'finance', 'auditor', 'lead', 'member', 'owner'],
  'budget.write': adminOnly,
  /** Money between siblings: a lead within the team. */
  'budget.move': ['admin', 'lead'],
  /** An alert is seen by those who see what it is about: lib/alerts/store.ts. */
  'alert.read': everyRole,
  'alert.acknowledge': ['admin', 'lead', 'owner'],
  'scope_limit.read': ['admin', 'auditor', 'lead', 'member', 'owner'],
  'scope_limit.write': adminOnly,
  'scope_policy.read': ['admin', 'auditor'],
  'scope_policy.write': adminOnly,

  'key.read': ['admin', 'auditor', 'lead', 'owner', 'member_if_unowned'],
  'key.create': ['admin', 'lead', 'developer_in_team'],
  /** A personal key for somebody else. */
  'key.create_for_other': adminOnly,
  'key.update': ['admin', 'lead', 'owner'],
  'key.rotate': ['admin', 'lead', 'owner'],
  'key.revoke': ['admin', 'lead', 'owner'],
  'key.suspend': ['admin', 'lead', 'owner'],
  'key.resume': ['admin', 'lead', 'owner'],
  'key.quarantine': ['admin', 'lead'],
  'key.release': adminOnly,
  /** Beyond a profile's maximum. */
  'key.override': adminOnly,
  'key_request.read': ['admin', 'auditor', 'lead', 'owner'],
  'key_request.create': ['admin', 'lead', 'developer_in_team'],
  'key_request.decide': ['admin', 'lead'],

  'model.read': everyRole,
  'model.write': adminOnly,
  'model.quarantine': adminOnly,
  'price.read': everyRole,
  'price.write': adminOnly,
  'provider.read': ['admin', 'auditor', 'sre'],
  'provider.health': ['admin', 'auditor', 'sre', 'viewer'],
  'provider.write': adminOnly,
  'provider.quarantine': adminOnly,
  'mcp_server.read': everyRole,
  'mcp_server.write': adminOnly,
  'internal_api.read': everyRole,
  'internal_api.write': adminOnly,

  'call.read': ['admin', 'auditor', 'finance', 'lead', 'owner', 'member_if_unowned'],
  'decision.read': ['admin', 'auditor', 'lead', 'owner', 'member_if_unowned'],
  'usage.read': ['admin', 'auditor', 'finance', 'viewer', 'sre', 'lead', 'owner', 'member_if_unowned'],
  'showback.read': ['admin', 'auditor', 'finance', 'lead'],
  'showback.close': ['finance'],
  /** What could not be booked. */
  'ledger.read': ['admin', 'auditor', 'finance'],
  'ledger.correct': adminOnly,
  'overview.read': ['admin', 'viewer', 'sre'],
  'adoption.read': ['admin', 'viewer'],
  'incident.read': ['admin', 'sre'],
  'health.read': ['signed_in'],
  'inventory.read': ['admin', 'auditor'],
  'audit.read': ['admin', 'auditor'],
} as const satisfies Record<string, readonly Grantee[]>

export type Action = keyof typeof permissions

/** Whether the actor may do this to the target. A word that the table does not have is forbidden. */
export function may(actor: Actor, action: Action, target: Target = {}): boolean {
  return granteesOf(action).some((grantee) => covers(actor, grantee, target))
}

/** Whether there can be any target on which the actor may do this: what an endpoint asks before it has a target. */
export function mayAnywhere(actor: Actor, action: Action): boolean {
  return granteesOf(action).some((grantee) => {
    if (grantee === 'lead') return actor.leadOf.length > 0
    if (grantee === 'member' || grantee === 'member_if_unowned') return actor.teamIds.length > 0
    if (grantee === 'developer_in_team') return actor.roles.has('developer') && actor.teamIds.length > 0
    if (grantee === 'owner') return actor.kind === 'user'
    return covers(actor, grantee, {})
  })
}

/** Which rows of a list the actor may see: all, or those that match one of the three conditions. */
export type Visibility =
  | { readonly all: true }
  | {
      readonly all: false
      /** Rows that this person owns. */
      readonly ownerUserId: string | null
      /** Every row of these teams. */
      readonly teamIds: readonly string[]
      /** Rows of these teams that no person owns. */
      readonly unownedInTeamIds: readonly string[]
    }

/** The same table as a filter, for queries; nothing visible is three empty conditions. */
export function visibleRows(actor: Actor, action: Action): Visibility {
  const grantees = granteesOf(action)
  const roleCovers = grantees.some((grantee) => !isRelative(grantee) && covers(actor, grantee, {}))
  if (roleCovers) return { all: true }
  const teamIds = new Set<string>()
  if (grantees.includes('lead')) actor.leadOf.forEach((id) => teamIds.add(id))
  const asDeveloper = grantees.includes('developer_in_team') && actor.roles.has('developer')
  if (grantees.includes('member') || asDeveloper) actor.teamIds.forEach((id) => teamIds.add(id))
  return {
    all: false,
    ownerUserId: grantees.includes('owner') && actor.kind === 'user' ? actor.id : null,
    teamIds: [...teamIds],
    unownedInTeamIds: grantees.includes('member_if_unowned') ? actor.teamIds : [],
  }
}

function granteesOf(action: Action): readonly Grantee[] {
  // The word may come from outside the type's reach; `toString` and the like are not actions.
  return Object.hasOwn(permissions, action) ? permissions[action] : []
}

function isRelative(grantee: Grantee): boolean {
  return grantee === 'lead' || grantee === 'owner' || grantee === 'developer_in_team' || grantee.startsWith('member')
}

function covers(actor: Actor, grantee: Grantee, target: Target): boolean {
  const teamId = target.teamId ?? null
  const isMember = teamId !== null && actor.teamIds.includes(teamId)
  switch (grantee) {
    case 'signed_in':
      return true
    case 'any_role':
      return actor.roles.size > 0
    case 'lead':
      return teamId !== null && actor.leadOf.includes(teamId)
    case 'member':
      return isMember
    case 'member_if_unowned':
      return isMember && (target.ownerUserId ?? null) === null
    case 'developer_in_team':
      return isMember && actor.roles.has('developer')
    case 'owner':
      return actor.kind === 'user' && target.ownerUserId === actor.id
    default:
      return actor.roles.has(grantee)
  }
}
