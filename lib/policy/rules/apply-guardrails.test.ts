import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { applyGuardrails, dayMs, overridesOf, type AskedTerms } from '#lib/policy/rules/apply-guardrails.ts'
import { compileGrant } from '#lib/policy/rules/compile-grant.ts'

const nowMs = Date.UTC(2026, 10, 21)
const policy: ProfilePolicy = {
  ...builtInProfiles[0]!.policy,
  models: { allow: ['gpt-*'], deny: ['gpt-4o'] },
  limits: {
    rpm: { default: 60, maximum: 150 },
    tpm: { default: null, maximum: 1000 },
    rph: { default: null, maximum: null },
  },
  budget: { default: { amountUsd: '50', period: 'month', posture: 'hard' }, maximumUsd: '310' },
  lifetimeDays: { default: 90, maximum: 180 },
}
const apply = (asked: AskedTerms, changed: Partial<ProfilePolicy> = {}) =>
  applyGuardrails({ ...policy, ...changed }, asked, nowMs)

describe('a key that asks for nothing', () => {
  test('gets the defaults, and is always within the maxima', () => {
    expect(apply({})).toEqual({
      beyond: [],
      terms: {
        models: [],
        providers: [],
        regions: [],
        limits: { rpm: 60, tpm: 1000, rph: null },
        budget: { amountUsd: '50', period: 'month', posture: 'hard' },
        expiresAtMs: nowMs + 90 * dayMs,
      },
    })
  })

  test.each([
    [
      'no default budget under a maximum',
      { budget: { default: null, maximumUsd: '20' } },
      { amountUsd: '20', period: 'month', posture: 'alert_then_enforce' },
    ],
    [
      'a default above its maximum',
      { budget: { default: { amountUsd: '50', period: 'day', posture: 'hard' }, maximumUsd: '31' } },
      { amountUsd: '1', period: 'day', posture: 'hard' },
    ],
    ['no maximum', { budget: { default: null, maximumUsd: null } }, null],
  ] as const)('gets a budget that holds with %s', (_, changed, budget) => {
    expect(apply({}, changed as Partial<ProfilePolicy>).terms.budget).toEqual(budget)
  })

  test('lives no longer than the maximum where the profile has no default', () => {
    expect(apply({}, { lifetimeDays: { default: null, maximum: 30 } }).terms.expiresAtMs).toBe(nowMs + 30 * dayMs)
    expect(apply({}, { lifetimeDays: { default: null, maximum: null } }).terms.expiresAtMs).toBeNull()
  })
})

describe('a key that asks for more than its profile allows', () => {
  test.each([
    ['limits.rpm', 150, { limits: { rpm: 151 } }],
    ['limits.rpm', 150, { limits: { rpm: null } }],
    ['limits.tpm', 1000, { limits: { tpm: 1_000_000_000_000 } }],
    ['budget.amountUsd', '310', { budget: { amountUsd: '310.000000001', period: 'month', posture: 'hard' } }],
    ['budget.amountUsd', '10', { budget: { amountUsd: '11', period: 'day', posture: 'hard' } }],
    ['budget.amountUsd', '70', { budget: { amountUsd: '70.01', period: 'week', posture: 'hard' } }],
    ['budget.posture', 'hard', { budget: { amountUsd: '1', period: 'month', posture: 'soft' } }],
    ['budget', '310', { budget: null }],
    ['expiresAt', '2027-05-20T00:00:00.000Z', { expiresAtMs: null }],
    ['expiresAt', '2027-05-20T00:00:00.000Z', { expiresAtMs: nowMs + 181 * dayMs }],
    ['models', 'gpt-*', { models: ['gpt-5', 'claude-sonnet-4-5'] }],
    ['models', 'gpt-*', { models: ['gpt-4o'] }],
  ] as const)('is told that %s ends at %s', (field, maximum, asked) => {
    const { beyond } = apply(asked as AskedTerms)
    expect(beyond).toMatchObject([{ field, maximum }])
    expect(beyond[0]?.message).not.toBe('')
  })

  test('is told of every field at once', () => {
    const { beyond } = apply({
      limits: { rpm: 999, tpm: null },
      budget: { amountUsd: '9000000', period: 'total', posture: 'soft' },
      expiresAtMs: null,
    })
    expect(beyond.map(({ field }) => field)).toEqual([
      'limits.rpm',
      'limits.tpm',
      'budget.amountUsd',
      'budget.posture',
      'expiresAt',
    ])
    expect(overridesOf(beyond)).toEqual(['limits.rpm', 'limits.tpm', 'budget', 'expiresAt'])
  })
})

describe('what is just within', () => {
  test.each([
    { limits: { rpm: 150, tpm: 1000, rph: null, rpd: null, concurrency: 1_000_000 } },
    { budget: { amountUsd: '310', period: 'month', posture: 'hard' } },
    { budget: { amountUsd: '10', period: 'day', posture: 'hard' } },
    { expiresAtMs: nowMs + 180 * dayMs },
    { models: ['gpt-5', 'gpt-5*', '*'] },
  ] as const)('%j is granted as asked', (asked) => {
    expect(apply(asked as AskedTerms).beyond).toEqual([])
  })
})

test('what guardrails let through, compiling the grant does not change', () => {
  const limit = fc.option(fc.integer({ min: 1, max: 2000 }))
  fc.assert(
    fc.property(fc.record({ rpm: limit, tpm: limit }, { requiredKeys: [] }), (limits) => {
      const { terms, beyond } = apply({ limits: limits as AskedTerms['limits'] })
      const grant = compileGrant({
        key: {
          id: 'key_1',
          name: 'k',
          kind: 'app',
          status: 'active',
          statusReason: null,
          expiresAtMs: null,
          environment: 'e',
          tags: {},
          models: [],
          providers: [],
          regions: [],
          limits: terms.limits,
          overrides: overridesOf(beyond),
        },
        secret: { id: 'sec_1', notAfterMs: null },
        user: null,
        groups: [],
        workload: null,
        project: null,
        businessUnit: null,
        costCentre: null,
        team: { id: 't', name: 't', status: 'active' },
        organisation: { id: 'o', name: 'o', timeZone: 'UTC' },
        profile: { id: 'p', name: 'p', version: 1, policy },
        layers: [],
        scopeLimits: [],
        budgets: [],
        versions: [],
      })
      const compiled = Object.fromEntries(grant.limits.map((rule) => [rule.kind, rule.limit]))
      for (const kind of ['rpm', 'tpm'] as const) expect(compiled[kind] ?? null).toBe(terms.limits[kind] ?? null)
    }),
  )
})
