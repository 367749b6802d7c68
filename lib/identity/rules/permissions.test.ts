import { describe, expect, test } from 'vitest'
import { roles, type Actor } from '#lib/identity/contract.ts'
import { may, mayAnywhere, permissions, visibleRows, type Action } from '#lib/identity/rules/permissions.ts'

const nobody: Actor = {
  kind: 'user',
  id: 'user_me',
  name: 'Me',
  email: 'me@demo.test',
  roles: new Set(),
  teamIds: [],
  leadOf: [],
  profileId: null,
  ip: null,
  requestId: null,
}
const actor = (differences: Partial<Actor>): Actor => ({ ...nobody, ...differences })
const actions = Object.keys(permissions) as Action[]

/** Every action that a role has everywhere. A line here changes only together with the table, on purpose. */
const everywhere = {
  developer: [],
  finance: [
    'user.read',
    'business_unit.read',
    'cost_centre.read',
    'team.read',
    'project.read',
    'workload.read',
    'budget.read',
    'call.read',
    'usage.read',
    'showback.read',
    'showback.close',
    'ledger.read',
  ],
  auditor: [
    'user.read',
    'business_unit.read',
    'cost_centre.read',
    'team.read',
    'project.read',
    'workload.read',
    'api_token.read',
    'profile.read',
    'profile_mapping.read',
    'budget.read',
    'scope_limit.read',
    'scope_policy.read',
    'key.read',
    'key_request.read',
    'provider.read',
    'provider.health',
    'call.read',
    'decision.read',
    'usage.read',
    'showback.read',
    'ledger.read',
    'inventory.read',
    'audit.read',
  ],
  viewer: [
    'business_unit.read',
    'cost_centre.read',
    'team.read',
    'project.read',
    'workload.read',
    'provider.health',
    'usage.read',
    'overview.read',
    'adoption.read',
  ],
  sre: [
    'business_unit.read',
    'cost_centre.read',
    'team.read',
    'project.read',
    'workload.read',
    'provider.read',
    'provider.health',
    'usage.read',
    'overview.read',
    'incident.read',
  ],
} as const

describe('the table of permissions', () => {
  test.each(Object.entries(everywhere))('gives a %s everywhere exactly what is listed here', (role, listed) => {
    const holder = actor({ roles: new Set([role as keyof typeof everywhere]) })
    const common = actions.filter((action) =>
      (permissions[action] as readonly string[]).some((grantee) => grantee === 'any_role' || grantee === 'signed_in'),
    )
    const allowed = actions.filter((action) => may(holder, action) && !common.includes(action))
    expect(allowed.toSorted()).toEqual([...listed].toSorted())
  })

  test('gives an admin everything but closing the month', () => {
    const admin = actor({ roles: new Set(['admin']) })
    expect(actions.filter((action) => !may(admin, action))).toEqual(['showback.close'])
  })

  test('gives somebody without a role, team or property only what every signed-in person has', () => {
    expect(actions.filter((action) => may(nobody, action))).toEqual(['me.read', 'health.read'])
  })

  test.each(['key.fly', 'toString', '__proto__', 'constructor', ''])(
    'forbids %s, which it does not know, even to an admin',
    (word) => {
      const admin = actor({ roles: new Set(['admin']) })
      expect(may(admin, word as Action)).toBe(false)
      expect(mayAnywhere(admin, word as Action)).toBe(false)
    },
  )

  test.each([
    ['a lead in their own team', { leadOf: ['team_a'], teamIds: ['team_a'] }, 'key.revoke', { teamId: 'team_a' }, true],
    [
      'a lead in another team',
      { leadOf: ['team_a'], teamIds: ['team_a', 'team_b'] },
      'key.revoke',
      { teamId: 'team_b' },
      false,
    ],
    ['a member of the team', { teamIds: ['team_a'] }, 'key.revoke', { teamId: 'team_a' }, false],
    ['the owner', {}, 'key.revoke', { ownerUserId: 'user_me' }, true],
    ['another owner', {}, 'key.revoke', { ownerUserId: 'user_you' }, false],
    [
      'a token that has the name of the owner',
      { kind: 'token', id: 'user_me' },
      'key.revoke',
      { ownerUserId: 'user_me' },
      false,
    ],
    [
      'a developer in their team',
      { roles: new Set(['developer']), teamIds: ['team_a'] },
      'key.create',
      { teamId: 'team_a' },
      true,
    ],
    [
      'a developer in another team',
      { roles: new Set(['developer']), teamIds: ['team_a'] },
      'key.create',
      { teamId: 'team_b' },
      false,
    ],
    [
      'a viewer who is a member',
      { roles: new Set(['viewer']), teamIds: ['team_a'] },
      'key.create',
      { teamId: 'team_a' },
      false,
    ],
    [
      'a member, of a key that nobody owns',
      { teamIds: ['team_a'] },
      'key.read',
      { teamId: 'team_a', ownerUserId: null },
      true,
    ],
    [
      "a member, of a colleague's key",
      { teamIds: ['team_a'] },
      'key.read',
      { teamId: 'team_a', ownerUserId: 'user_you' },
      false,
    ],
    ['anybody, of a thing without a team', { leadOf: ['team_a'], teamIds: ['team_a'] }, 'key.read', {}, false],
  ] as const)('answers %s', (_who, differences, action, target, allowed) => {
    expect(may(actor(differences as Partial<Actor>), action, target)).toBe(allowed)
  })

  test('says the same about a list as about each of its rows', () => {
    const targets = [null, 'team_a', 'team_b', 'team_c'].flatMap((teamId) =>
      [null, 'user_me', 'user_you'].map((ownerUserId) => ({ teamId, ownerUserId })),
    )
    const teams = [[], ['team_a'], ['team_a', 'team_b']] as const
    const actors = [null, ...roles].flatMap((role) =>
      teams.flatMap((teamIds) =>
        [[], teamIds.slice(0, 1)].map((leadOf) => actor({ roles: new Set(role ? [role] : []), teamIds, leadOf })),
      ),
    )
    const cases = actors.flatMap((each) =>
      actions.flatMap((action) => targets.map((target) => ({ each, action, target }))),
    )
    const differing = cases.filter(
      ({ each, action, target }) => isListed(each, action, target) !== may(each, action, target),
    )
    expect(differing).toEqual([])
    const unreachable = cases.filter(
      ({ each, action, target }) => may(each, action, target) && !mayAnywhere(each, action),
    )
    expect(unreachable).toEqual([])
  })
})

function isListed(
  each: Actor,
  action: Action,
  { teamId, ownerUserId }: { teamId: string | null; ownerUserId: string | null },
): boolean {
  const rows = visibleRows(each, action)
  if (rows.all || (ownerUserId !== null && rows.ownerUserId === ownerUserId)) return true
  if (teamId === null) return false
  return rows.teamIds.includes(teamId) || (ownerUserId === null && rows.unownedInTeamIds.includes(teamId))
}
