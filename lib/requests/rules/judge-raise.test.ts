import { describe, expect, test } from 'vitest'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { ApprovalPolicy, ProfilePolicy } from '#lib/policy/contract.ts'
import type { Raise } from '#lib/requests/contract.ts'
import { isWithin, judgeRaise, overridesFor } from '#lib/requests/rules/judge-raise.ts'

const nowMs = Date.parse('2026-11-02T00:00:00Z')
const inDays = (days: number) => new Date(nowMs + days * 86_400_000).toISOString()

/** $200 a month and 1200 requests a minute at most, gpt-4o only, 180 days. */
const base: ProfilePolicy = { ...builtInProfiles[0]!.policy, models: { allow: ['gpt-4o'], deny: [] } }
const policyWith = (approval: Partial<ApprovalPolicy>): ProfilePolicy => ({
  ...base,
  approval: { ...base.approval, ...approval },
})
const auto = { budgetUsd: '300', limitFactor: 2, lifetimeDays: 200, models: ['gpt-4*'] }
const judge = (raise: Raise, approval: Partial<ApprovalPolicy> = {}, period: 'month' | 'day' = 'month') =>
  judgeRaise(raise, { policy: policyWith(approval), period, createdAtMs: nowMs })

describe('what is asked for', () => {
  test.each([
    ['a budget at the maximum', { budgetUsd: '200' }],
    ['a limit at the maximum', { limits: { rpm: 1200 } }],
    ['a model of the profile', { models: ['gpt-4o'] }],
    ['an end within its days', { expiresAt: inDays(180) }],
  ] as const)('needs nobody within the profile: %s', (_, raise) => {
    expect(judge(raise as Raise, { approver: 'nobody' })).toEqual({ kind: 'within' })
  })

  test.each([
    ['a budget up to the amount', { budgetUsd: '300' }, { budgetUsd: '300.000000001' }],
    ['a limit up to the factor', { limits: { rpm: 2400 } }, { limits: { rpm: 2401 } }],
    ['an end up to the days', { expiresAt: inDays(200) }, { expiresAt: inDays(201) }],
    ['a model by pattern', { models: ['gpt-4.1'] }, { models: ['o3'] }],
  ] as const)('is approved by a rule: %s, and not a step further', (_, covered, beyond) => {
    expect(judge(covered as Raise, { auto })).toEqual({ kind: 'automatic' })
    expect(judge(beyond as Raise, { auto })).toEqual({ kind: 'ask', approver: 'team_lead' })
  })

  test('waits for a person when one part of it does', () => {
    expect(judge({ budgetUsd: '250', limits: { rpm: 5000 } }, { auto })).toEqual({ kind: 'ask', approver: 'team_lead' })
    expect(judge({ budgetUsd: '250', oneMore: true }, { auto, approver: 'admin' })).toEqual({
      kind: 'ask',
      approver: 'admin',
    })
  })

  test.each([
    ['budget.amountUsd', '2000', { budgetUsd: '2000.01' }],
    ['limits.rpm', 12_000, { limits: { rpm: 12_001 } }],
    ['expiresAt', inDays(1800), { expiresAt: inDays(1801) }],
  ] as const)('is refused beyond ten times the maximum, with what may be asked for: %s', (field, maximum, raise) => {
    expect(judge(raise as Raise)).toMatchObject({ kind: 'refused', errors: [{ field, maximum }] })
  })

  test('is refused where the profile lets nobody approve, rule or not', () => {
    expect(judge({ budgetUsd: '201' }, { approver: 'nobody', auto })).toMatchObject({ kind: 'refused' })
  })

  test('is counted for the period: a day has its share of the month, so a rule gives no thirty-fold', () => {
    expect(judge({ budgetUsd: '9' }, { auto }, 'day')).toEqual({ kind: 'automatic' })
    expect(judge({ budgetUsd: '200' }, { auto }, 'day')).toMatchObject({ kind: 'refused' })
  })

  test('is a model by its name, never a pattern', () => {
    expect(judge({ models: ['gpt-*'] }, { auto })).toMatchObject({ kind: 'refused', errors: [{ field: 'models' }] })
  })
})

test('an override is needed only for what goes beyond the profile', () => {
  const facts = { policy: base, period: 'month' as const, createdAtMs: nowMs }
  expect(overridesFor({ budgetUsd: '199', limits: { rpm: 1200, tpm: 3_000_000 }, models: ['o3'] }, facts)).toEqual([
    'limits.tpm',
  ])
  expect(overridesFor({ budgetUsd: '201', expiresAt: inDays(181), kind: true }, facts)).toEqual([
    'budget',
    'expiresAt',
    'kind',
  ])
})

test.each([
  [{ budgetUsd: '10' }, true],
  [{ budgetUsd: '10.1' }, false],
  [{ limits: { rpm: 5 }, models: ['a'] }, true],
  [{ limits: { rpm: 6 } }, false],
  [{ limits: { tpm: 1 } }, false],
  [{ models: ['c'] }, false],
  [{ expiresAt: inDays(1) }, true],
  [{ expiresAt: inDays(3) }, false],
] as const)('an approval of %j is no more than was asked for: %s', (given, expected) => {
  const asked: Raise = { budgetUsd: '10', limits: { rpm: 5 }, models: ['a', 'b'], expiresAt: inDays(2) }
  expect(isWithin(given as Raise, asked)).toBe(expected)
})
