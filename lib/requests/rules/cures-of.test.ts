import { expect, test } from 'vitest'
import { curesOf } from '#lib/requests/rules/cures-of.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

const rule = (changed: Partial<RuleView>): RuleView => ({
  rule: 'key_status',
  passed: false,
  scope: { type: 'key', id: 'key_1', name: 'k' },
  source: null,
  limit: null,
  used: null,
  held: null,
  unit: null,
  resetsAt: null,
  ...changed,
})

test('a refusal asks for enough that the call would have passed', () => {
  const short = rule({ rule: 'budget_month', limit: '0.00001', used: '0.000004', held: '0.000001' })
  expect(curesOf([short], 120_000n)).toMatchObject([{ wanted: '0.000125' }])
})

test.each([
  [
    'half as much budget again, in whole dollars',
    { rule: 'budget_month', limit: '25' },
    { what: 'budget', scope: null, period: 'month', now: '25', wanted: '38' },
  ],
  [
    'cents stay cents',
    { rule: 'budget_day', limit: '0.5' },
    { what: 'budget', scope: null, period: 'day', now: '0.5', wanted: '0.75' },
  ],
  ['twice the limit', { rule: 'rpm', limit: 60 }, { what: 'limit', scope: null, kind: 'rpm', now: 60, wanted: 120 }],
  ['the model', { rule: 'model', scope: null, used: 'gpt-5' }, { what: 'model', model: 'gpt-5' }],
  [
    'more for the team whose budget it is',
    { rule: 'budget_month', limit: '25', scope: { type: 'team', id: 't', name: 'T' } },
    { what: 'budget', scope: { type: 'team', id: 't', name: 'T' }, period: 'month', now: '25', wanted: '38' },
  ],
  [
    'the provider',
    { rule: 'provider', scope: null, used: 'azure', source: 'profile P' },
    { what: 'provider', provider: 'azure' },
  ],
  ['a longer life', { used: 'active' }, { what: 'lifetime' }],
  ['nothing where a team says no', { rule: 'model', scope: null, used: 'gpt-5', source: 'team T' }, null],
  ['nothing for a key that is suspended', { used: 'suspended' }, null],
  ['nothing where all passed', { passed: true, rule: 'rpm', limit: 60 }, null],
] as const)('a refusal asks for %s', (_, changed, expected) => {
  const rules = [rule({ passed: true }), rule(changed as Partial<RuleView>)]
  expect(curesOf(rules)).toEqual(expected === null ? [] : [expected])
})

test('nothing is asked for where one of several rules has no cure', () => {
  const limit = rule({ rule: 'rpm', limit: 60 })
  expect(curesOf([limit, rule({ rule: 'tpm', limit: 100 })])).toHaveLength(2)
  expect(curesOf([limit, rule({ rule: 'region', scope: null, used: 'us' })])).toEqual([])
})
