/** From somebody's groups to team, profile and roles. Pure. */
import { roles as knownRoles, type Role } from '#lib/identity/contract.ts'

export type GroupMapping = {
  readonly group: string
  readonly priority: number
  readonly teamId: string | null
  readonly profileId: string | null
  readonly roles: readonly string[]
  readonly isLead: boolean
}

export type Membership = { readonly teamId: string; readonly isLead: boolean }

export type MappedGroups = {
  /** False where no group of this person is mapped: they are signed in, and may do nothing. */
  readonly isMapped: boolean
  readonly roles: readonly Role[]
  readonly profileId: string | null
  readonly primaryTeamId: string | null
  readonly memberships: readonly Membership[]
}

/**
 * The mapping with the highest priority that names a team decides the primary team; the one that names a profile
 * decides the profile. Roles add up. Every team named is one the person belongs to; a mapping that makes a lead without
 * naming a team makes one of the primary team. Equal priorities go by the group's name, so that the result never depends
 * on chance.
 */
export function mapGroups(
  groups: readonly string[],
  mappings: readonly GroupMapping[],
  defaultProfileId: string | null,
): MappedGroups {
  const mine = new Set(groups)
  const matching = mappings
    .filter(({ group }) => mine.has(group))
    .toSorted((a, b) => b.priority - a.priority || (a.group < b.group ? -1 : 1))
  const primaryTeamId = matching.find(({ teamId }) => teamId !== null)?.teamId ?? null
  const granted = new Set(matching.flatMap(({ roles }) => roles))
  return {
    isMapped: matching.length > 0,
    roles: knownRoles.filter((role) => granted.has(role)),
    profileId:
      matching.find(({ profileId }) => profileId !== null)?.profileId ??
      (matching.length > 0 ? defaultProfileId : null),
    primaryTeamId,
    memberships: membershipsOf(matching, primaryTeamId),
  }
}

function membershipsOf(matching: readonly GroupMapping[], primaryTeamId: string | null): Membership[] {
  const leads = new Map<string, boolean>()
  for (const { teamId, isLead } of matching) {
    const team = teamId ?? (isLead ? primaryTeamId : null)
    if (team !== null) leads.set(team, (leads.get(team) ?? false) || isLead)
  }
  return [...leads].map(([teamId, isLead]) => ({ teamId, isLead })).toSorted((a, b) => (a.teamId < b.teamId ? -1 : 1))
}
