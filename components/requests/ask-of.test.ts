import { expect, test } from 'vitest'
import { askOf } from '#components/requests/ask-of.ts'
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
  expect(askOf([short], 120_000n)).toMatchObject({ wanted: '0.000125' })
})

test.each([
  [
    'half as much budget again, in whole dollars',
    { rule: 'budget_month', limit: '25' },
    { what: 'budget', now: '25', wanted: '38' },
  ],
  ['cents stay cents', { rule: 'budget_day', limit: '0.5' }, { what: 'budget', now: '0.5', wanted: '0.75' }],
  ['twice the limit', { rule: 'rpm', limit: 60 }, { what: 'limit', kind: 'rpm', now: '60', wanted: '120' }],
  ['the model', { rule: 'model', scope: null, used: 'gpt-5' }, { what: 'model', model: 'gpt-5' }],
  [
    'nothing for a team budget',
    { rule: 'budget_month', limit: '25', scope: { type: 'team', id: 't', name: 't' } },
    null,
  ],
  ['nothing for a key that is suspended', {}, null],
  ['nothing where all passed', { passed: true, rule: 'rpm', limit: 60 }, null],
] as const)('a refusal asks for %s', (_, changed, expected) => {
  expect(askOf([rule({ passed: true }), rule(changed as Partial<RuleView>)])).toEqual(expected)
})
