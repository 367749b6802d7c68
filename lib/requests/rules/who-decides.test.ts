import { expect, test } from 'vitest'
import type { Actor, Role } from '#lib/identity/contract.ts'
import { actionsOn, mayDecide, mayLendAtOnce } from '#lib/requests/rules/who-decides.ts'

const person = (
  id: string,
  { roles = ['developer'], leadOf = [] as string[] }: { roles?: Role[]; leadOf?: string[] } = {},
): Actor => ({
  kind: 'user',
  id,
  name: id,
  email: null,
  roles: new Set(roles),
  teamIds: ['team_search'],
  leadOf,
  profileId: null,
  ip: null,
  requestId: null,
})
const dana = person('dana')
const tess = person('tess', { leadOf: ['team_search'] })
const other = person('other', { leadOf: ['team_other'] })
const ada = person('ada', { roles: ['admin'] })
const asked = { askerId: 'dana', beneficiaryId: 'dana', teamId: 'team_search', approver: 'team_lead' as const }

test.each([
  ['a lead of the team', tess, {}, true],
  ['a lead of another team', other, {}, false],
  ['an admin', ada, {}, true],
  ['who asked', dana, {}, false],
  ['a lead who asked', tess, { askerId: 'tess' }, false],
  ['a lead whose own key it is', tess, { beneficiaryId: 'tess' }, false],
  ['an admin who asked', ada, { askerId: 'ada' }, false],
  ['a lead where only admins decide', tess, { approver: 'admin' }, false],
  ['an auditor', person('audrey', { roles: ['auditor'] }), {}, false],
] as const)('%s may decide: as the table says', (_, actor, changed, expected) => {
  expect(mayDecide(actor, { ...asked, ...changed })).toBe(expected)
})

test('an open request is decided on or taken back', () => {
  const open = { ...asked, status: 'open', isForATime: false } as const
  expect(actionsOn(dana, open)).toEqual(['withdraw'])
  expect(actionsOn(tess, open)).toEqual(['approve', 'deny'])
})

test.each([
  ['who asked', dana, { askerId: 'dana', beneficiaryId: null }, ['end']],
  ['whose key it is', dana, { askerId: 'tess' }, ['end']],
  ['a lead of the team', tess, {}, ['end']],
  ['a lead where only admins decide', tess, { approver: 'admin' }, []],
  ['an admin', ada, { approver: 'admin' }, ['end']],
  ['a lead of another team', other, {}, []],
] as const)('what was given until a day is ended by %s: as the table says', (_, actor, changed, expected) => {
  const given = { ...asked, ...changed, status: 'approved', isForATime: true } as const
  expect(actionsOn(actor, given)).toEqual(expected)
  expect(actionsOn(actor, { ...given, isForATime: false })).toEqual([])
})

test('a lead lends within the team at once, but not to themselves', () => {
  expect(mayLendAtOnce(tess, 'team_search', 'dana')).toBe(true)
  expect(mayLendAtOnce(tess, 'team_search', 'tess')).toBe(false)
  expect(mayLendAtOnce(dana, 'team_search', 'cole')).toBe(false)
})
