import { describe, expect, test } from 'vitest'
import { ruleWords } from '#components/decisions/rule-words.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

const key = { type: 'key', id: 'key_1', name: 'eval-nightly' }
const rule = (given: Partial<RuleView>): RuleView => ({
  rule: 'rpm',
  passed: true,
  scope: key,
  source: null,
  limit: null,
  used: null,
  held: null,
  unit: null,
  resetsAt: null,
  ...given,
})
const budget = {
  rule: 'budget_month',
  source: 'hard',
  limit: '300',
  used: '299.12',
  held: '0.47',
  unit: 'USD',
}

describe('a tested rule in words', () => {
  test('a limit says how much of it was in use, and whose it is', () => {
    expect(ruleWords(rule({ rule: 'tpm', limit: 200_000, used: 41_920 }), null)).toEqual({
      name: 'Tokens a minute',
      detail: null,
      standing: '41,920 of 200,000',
      layer: 'Key eval-nightly',
    })
  })

  test('a budget that refused says by how much it was short', () => {
    expect(ruleWords(rule({ ...budget, passed: false }), 660_000_000n)).toEqual({
      name: 'Spend a month, this key',
      detail: 'hard stop',
      standing: '$0.25 short',
      layer: 'Key eval-nightly',
    })
  })

  test('a budget that passed says what was left', () => {
    expect(ruleWords(rule(budget), 10_000_000n).standing).toBe('$0.41 left')
  })

  test('a soft budget that was overspent says so', () => {
    const soft = rule({ ...budget, source: 'soft', used: '301', held: '0' })
    expect(ruleWords(soft, 10_000_000n)).toMatchObject({ standing: '$1.00 over', detail: 'alerts only' })
  })

  test('a model that a layer does not allow names that layer', () => {
    const model = rule({ rule: 'model', passed: false, scope: null, source: 'profile Restricted', used: 'gpt-4o' })
    expect(ruleWords(model, null)).toEqual({
      name: 'Model',
      detail: 'gpt-4o',
      standing: 'not allowed',
      layer: 'Profile Restricted',
    })
  })

  test('a dead key says its state', () => {
    const dead = rule({ rule: 'key_status', passed: false, source: 'key', used: 'revoked' })
    expect(ruleWords(dead, null)).toEqual({
      name: 'Key',
      detail: null,
      standing: 'revoked',
      layer: 'Key eval-nightly',
    })
  })
})
