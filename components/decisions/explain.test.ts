import { describe, expect, test } from 'vitest'
import { explain, type DecisionFacts } from '#components/decisions/explain.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

const key = { type: 'key', id: 'key_1', name: 'eval-nightly' }
const rule = (given: Partial<RuleView>): RuleView => ({
  rule: 'rpm',
  passed: false,
  scope: key,
  source: null,
  limit: null,
  used: null,
  held: null,
  unit: null,
  resetsAt: null,
  ...given,
})
const refused = (rules: RuleView[], given: Partial<DecisionFacts> = {}): DecisionFacts => ({
  atMs: Date.UTC(2026, 10, 18, 14, 28, 51),
  outcome: 'refused',
  code: null,
  message: null,
  keyName: 'eval-nightly',
  model: 'gpt-4o',
  rules,
  heldUsd: null,
  retryAtMs: null,
  ...given,
})
const nextMonth = '2026-12-01T00:00:00.000Z'
const budget = rule({
  rule: 'budget_month',
  source: 'hard',
  limit: '300',
  used: '299.12',
  held: '0.47',
  resetsAt: nextMonth,
})

describe('a refusal in one sentence', () => {
  test('of a budget has what was needed, what was left, of how much, and for when', () => {
    const { lede, help } = explain(refused([budget], { heldUsd: '0.66' }))
    expect(lede).toBe('This call needed $0.66, and eval-nightly had $0.41 left of its $300.00 for November')
    expect(help).toEqual({
      kind: 'words',
      text: 'Time alone does not help before 1 Dec 00:00 UTC, so clients were told to stop instead of retrying.',
    })
  })

  test('of a budget that is used up says nothing was left', () => {
    const spent = { ...budget, used: '300', held: '0' }
    expect(explain(refused([spent], { heldUsd: '0.0018' })).lede).toBe(
      'This call needed $0.0018, and eval-nightly had nothing left of its $300.00 for November',
    )
  })

  test('of a call that is larger than the whole budget promises nothing of the next period', () => {
    const { help } = explain(refused([budget], { heldUsd: '301' }))
    expect(help).toEqual({
      kind: 'words',
      text: 'This call alone needs more than the whole budget: waiting does not help.',
    })
  })

  test('of a total budget promises no reset', () => {
    const total = { ...budget, rule: 'budget_total', resetsAt: null }
    expect(explain(refused([total], { heldUsd: '0.66' })).help).toEqual({
      kind: 'words',
      text: 'This budget does not reset by itself, so clients were told to stop instead of retrying.',
    })
  })

  test('of a rate counts down to the moment when the call passes', () => {
    const retryAtMs = Date.UTC(2026, 10, 18, 14, 29, 14)
    const { lede, help } = explain(refused([rule({ limit: 60, used: 60 })], { retryAtMs }))
    expect(lede).toBe('eval-nightly may make 60 requests a minute, and 60 had been made')
    expect(help).toEqual({ kind: 'wait', untilMs: retryAtMs })
  })

  test('of a model names the layer that does not allow it', () => {
    const model = rule({ rule: 'model', scope: null, source: 'profile Restricted', used: 'gpt-4o' })
    expect(explain(refused([model])).lede).toBe('eval-nightly may not use gpt-4o: profile Restricted does not allow it')
  })

  test('of a dead key says what became of the key, and why', () => {
    const dead = rule({ rule: 'key_status', used: 'suspended' })
    const message = 'This key is suspended. Resume it in the portal, or ask its owner to. Reason: moved to CI'
    expect(explain(refused([dead], { message }))).toEqual({
      lede: 'eval-nightly was suspended',
      help: { kind: 'words', text: 'Reason: moved to CI. It works again as soon as somebody resumes it.' },
    })
  })

  test('of a model without a price says what it means, then the way on', () => {
    const price = rule({ rule: 'price', scope: null, used: 'house/large' })
    const message = 'The model house/large has no price yet, so it cannot be called. An administrator can set one.'
    expect(explain(refused([price], { message }))).toEqual({
      lede: 'The model house/large has no price yet, so it cannot be called',
      help: { kind: 'words', text: 'An administrator can set one.' },
    })
  })

  test('before any rule is what the caller was told', () => {
    const message = 'The body is not valid JSON.'
    expect(explain(refused([], { message, code: 'invalid_request_error' })).lede).toBe('The body is not valid JSON')
  })
})

describe('a call that was let through', () => {
  test('says that every rule passed', () => {
    const passed = [rule({ passed: true }), { ...budget, passed: true }]
    const { lede } = explain({ ...refused(passed), outcome: 'served' })
    expect(lede).toBe('eval-nightly was allowed to use gpt-4o: both rules passed')
  })

  test("and failed at the provider is not the reader's fault", () => {
    const { lede } = explain({ ...refused([]), outcome: 'failed' })
    expect(lede).toBe('eval-nightly was let through, but no provider answered for gpt-4o')
  })
})
