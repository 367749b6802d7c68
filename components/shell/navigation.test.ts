import { describe, expect, test } from 'vitest'
import { actionsFor, currentHref, navigation, withCounts } from '#components/shell/navigation.ts'
import type { Role } from '#components/shell/viewer.ts'

const words = (roles: readonly Role[], leadOf: { id: string; name: string }[] = []) =>
  navigation(roles, leadOf).map((group) => [group.title, ...group.items.map((item) => item.label)])

describe('the navigation of a role', () => {
  test('a developer has the paved path', () => {
    expect(words(['developer'])).toEqual([
      [null, 'Home', 'Keys', 'Models', 'Usage', 'Calls', 'My requests', 'Budgets', 'Limits', 'Alerts'],
    ])
  })
  test('an admin has every part of the platform', () => {
    expect(words(['admin'])).toEqual([
      [null, 'Home', 'Overview', 'Approvals', 'Alerts'],
      ['Access', 'Keys', 'Access profiles', 'Agents and workloads', 'People and teams'],
      ['Supply', 'Models and prices', 'Providers'],
      ['Money', 'Showback', 'Budgets', 'Limits'],
      ['Assurance', 'Audit log', 'Unbooked events'],
      ['Organisation', 'Settings'],
    ])
  })
  test('finance has money first', () => {
    expect(words(['finance'])).toEqual([
      [null, 'Home', 'Alerts'],
      ['Money', 'Showback', 'Budgets'],
      ['Look up', 'Calls', 'Models', 'People and teams', 'Unbooked events'],
    ])
  })
  test('an auditor has the log first', () => {
    expect(words(['auditor'])).toEqual([
      [null, 'Home', 'Alerts'],
      [
        'Assurance',
        'Audit log',
        'Access profiles',
        'Keys',
        'Agents and workloads',
        'People and teams',
        'Calls',
        'Budgets',
        'Limits',
        'Unbooked events',
      ],
    ])
  })
  test('a viewer reads', () => {
    expect(words(['viewer'])).toEqual([[null, 'Home', 'Overview', 'Models', 'Usage', 'Alerts']])
  })
})

describe('several roles', () => {
  test('add up, the larger first, and no page stands twice', () => {
    expect(words(['developer', 'admin'])).toEqual([
      [null, 'Home', 'Overview', 'Approvals', 'Alerts'],
      ['Access', 'Keys', 'Access profiles', 'Agents and workloads', 'People and teams'],
      ['Supply', 'Models and prices', 'Providers'],
      ['Money', 'Showback', 'Budgets', 'Limits'],
      ['Assurance', 'Audit log', 'Unbooked events'],
      ['Organisation', 'Settings'],
      ['Developer', 'Usage', 'Calls', 'My requests'],
    ])
    expect(words(['admin', 'developer'])).toEqual(words(['developer', 'admin']))
  })
  test('a lead also has the team, its approvals, its workloads and its keys', () => {
    expect(words(['developer'], [{ id: 'team_1', name: 'Search' }]).at(-1)).toEqual([
      'Team Search',
      'Overview',
      'Approvals',
      'Members',
      'Agents and workloads',
      'Keys of the team',
      'Budget',
    ])
  })
  test('of nobody still lead home', () => {
    expect(words([])).toEqual([[null, 'Home']])
  })
})

test('a count stands only where something waits', () => {
  const counts = withCounts(navigation(['admin']), { '/alerts': 3, '/keys': 0 }).flatMap(({ items }) =>
    items.flatMap(({ href, count }) => (count === undefined ? [] : [[href, count]])),
  )
  expect(counts).toEqual([['/alerts', 3]])
})

test('only those who may create keys are offered a new one', () => {
  expect(actionsFor(['developer']).map((action) => action.label)).toEqual(['New key', 'Would this call pass?'])
  expect(actionsFor(['auditor']).map((action) => action.label)).toEqual(['Would this call pass?'])
  expect(actionsFor(['finance'])).toEqual([])
})

describe('the current page', () => {
  const groups = navigation(['admin'], [{ id: 'team_1', name: 'Search' }])
  test.each([
    ['/', '', '/'],
    ['/keys', '', '/keys'],
    ['/keys/key_1/policy', '', '/keys'],
    ['/keys', 'team=team_1', '/keys?team=team_1'],
    ['/admin', '', '/admin'],
    ['/admin/profiles/p1', '', '/admin/profiles'],
    ['/adminton', '', null],
    ['/decisions/d1', '', null],
  ])('at %s?%s is %s', (path, search, href) => expect(currentHref(groups, path, search)).toBe(href))
})
