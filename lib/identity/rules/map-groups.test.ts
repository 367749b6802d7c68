import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mapGroups, type GroupMapping } from '#lib/identity/rules/map-groups.ts'

const mapping = (group: string, priority: number, gives: Partial<GroupMapping> = {}): GroupMapping => ({
  group,
  priority,
  teamId: null,
  profileId: null,
  roles: [],
  isLead: false,
  ...gives,
})

describe('groups', () => {
  test('give the team and the profile of the highest priority that names one', () => {
    const mappings = [
      mapping('low', 1, { teamId: 'team_low', profileId: 'prof_low' }),
      mapping('high', 9, { teamId: 'team_high' }),
      mapping('middle', 5, { profileId: 'prof_middle' }),
    ]
    expect(mapGroups(['low', 'middle', 'high'], mappings, 'prof_default')).toMatchObject({
      primaryTeamId: 'team_high',
      profileId: 'prof_middle',
    })
  })

  test('make somebody a member of every team that they name', () => {
    const mappings = [mapping('a', 1, { teamId: 'team_a' }), mapping('b', 2, { teamId: 'team_b', isLead: true })]
    expect(mapGroups(['a', 'b'], mappings, null).memberships).toEqual([
      { teamId: 'team_a', isLead: false },
      { teamId: 'team_b', isLead: true },
    ])
  })

  test('that make a lead without a team make one of the primary team', () => {
    const mappings = [
      mapping('eng-search', 5, { teamId: 'team_search' }),
      mapping('other', 1, { teamId: 'team_other' }),
      mapping('team-leads', 1, { isLead: true }),
    ]
    expect(mapGroups(['eng-search', 'other', 'team-leads'], mappings, null).memberships).toEqual([
      { teamId: 'team_other', isLead: false },
      { teamId: 'team_search', isLead: true },
    ])
    expect(mapGroups(['team-leads'], mappings, null).memberships).toEqual([])
  })

  test('add up their roles; words that are no roles give nothing', () => {
    const mappings = [mapping('a', 1, { roles: ['viewer', 'root'] }), mapping('b', 2, { roles: ['finance', 'viewer'] })]
    expect(mapGroups(['a', 'b'], mappings, null).roles).toEqual(['finance', 'viewer'])
  })

  test('that nobody mapped give nothing, not even the default profile', () => {
    expect(mapGroups(['nobody-mapped-this'], [mapping('a', 1, { roles: ['admin'] })], 'prof_default')).toEqual({
      isMapped: false,
      roles: [],
      profileId: null,
      primaryTeamId: null,
      memberships: [],
    })
  })

  test('without a profile of their own give the default one', () => {
    expect(mapGroups(['a'], [mapping('a', 1, { roles: ['auditor'] })], 'prof_default').profileId).toBe('prof_default')
  })

  test('give the same in whatever order they and the mappings come', () => {
    const names = ['a', 'b', 'c', 'd']
    const anyMapping = fc.record({
      priority: fc.integer({ min: 0, max: 2 }),
      teamId: fc.constantFrom(null, 'team_1', 'team_2'),
      profileId: fc.constantFrom(null, 'prof_1', 'prof_2'),
      roles: fc.subarray(['admin', 'viewer']),
      isLead: fc.boolean(),
    })
    const shuffles = fc.shuffledSubarray(names, { minLength: 4 })
    fc.assert(
      fc.property(
        fc.tuple(anyMapping, anyMapping, anyMapping, anyMapping),
        fc.subarray(names),
        shuffles,
        (given, mine, order) => {
          const mappings = names.map((group, index) => ({ group, ...given[index]! }))
          const shuffled = order.map((group) => mappings.find((each) => each.group === group)!)
          expect(mapGroups(mine.toReversed(), shuffled, 'prof_default')).toEqual(
            mapGroups(mine, mappings, 'prof_default'),
          )
        },
      ),
    )
  })
})
