import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LimitsInput } from '#lib/limits/contract.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import { profilePolicy, type ProfilePolicy } from '#lib/policy/contract.ts'
import { mayUseModel } from '#lib/policy/rules/authorise.ts'
import { compileGrant, type GrantFacts } from '#lib/policy/rules/compile-grant.ts'

const policy: ProfilePolicy = {
  ...builtInProfiles[0]!.policy,
  models: { allow: ['gpt-*'], deny: ['gpt-4o'] },
  limits: {
    rpm: { default: 60, maximum: 150 },
    tpm: { default: null, maximum: 1000 },
    concurrency: { default: 4, maximum: null },
  },
  budget: { default: { amountUsd: '50', period: 'month', posture: 'hard' }, maximumUsd: '310' },
}

type KeyFacts = GrantFacts['key']
type BudgetFacts = GrantFacts['budgets'][number]

function grantOf(key: Partial<KeyFacts> = {}, more: Partial<GrantFacts> = {}, changed: Partial<ProfilePolicy> = {}) {
  return compileGrant({
    key: {
      id: 'key_1',
      name: 'ranker',
      kind: 'service',
      status: 'active',
      statusReason: null,
      expiresAtMs: null,
      environment: 'production',
      models: [],
      providers: [],
      regions: [],
      limits: {},
      tags: {},
      overrides: [],
      ...key,
    },
    secret: { id: 'sec_1', notAfterMs: null },
    user: null,
    groups: [],
    team: { id: 'team_search', name: 'Search', status: 'active' },
    workload: { id: 'wl_ranker', name: 'ranker', status: 'active' },
    project: null,
    businessUnit: { id: 'bu_1', name: 'Logistics' },
    organisation: { id: 'org_1', name: 'Fernhill', timeZone: 'UTC' },
    profile: { id: 'prof_1', name: 'Experiment', version: 3, policy: { ...policy, ...changed } },
    costCentre: null,
    layers: [],
    scopeLimits: [],
    budgets: [],
    versions: [],
    ...more,
  })
}

describe('a key limit', () => {
  const limitsOf = (limits: LimitsInput, overrides: string[] = []) =>
    Object.fromEntries(grantOf({ limits, overrides }).limits.map(({ kind, limit }) => [kind, limit]))

  test.each([
    ['left out takes the default', {}, [], { rpm: 60, tpm: 1000, concurrency: 4 }],
    [
      'given stays within the maximum',
      { rpm: 100, tpm: 10, concurrency: 500 },
      [],
      { rpm: 100, tpm: 10, concurrency: 500 },
    ],
    ['beyond the maximum comes down to it', { rpm: 9999 }, [], { rpm: 150, tpm: 1000, concurrency: 4 }],
    [
      'of none comes down to the maximum, where there is one',
      { rpm: null, concurrency: null },
      [],
      { rpm: 150, tpm: 1000 },
    ],
    [
      'overridden by an admin stays',
      { rpm: 9999, tpm: null },
      ['limits.rpm', 'limits.tpm'],
      { rpm: 9999, concurrency: 4 },
    ],
    ['that the profile does not speak of stays', { rpd: 7 }, [], { rpm: 60, tpm: 1000, concurrency: 4, rpd: 7 }],
    ['overridden but never given takes the default', {}, ['limits.rpm'], { rpm: 60, tpm: 1000, concurrency: 4 }],
  ] as const)('%s', (_, limits, overrides, expected) => {
    expect(limitsOf(limits, [...overrides])).toEqual(expected)
  })

  test('never exceeds the profile without an override, whatever is stored', () => {
    const value = fc.option(fc.integer({ min: 1, max: 1e6 }))
    fc.assert(
      fc.property(fc.record({ rpm: value, tpm: value }, { requiredKeys: [] }), (limits) => {
        const { rpm, tpm } = limitsOf(limits as LimitsInput)
        return rpm! <= 150 && tpm! <= 1000
      }),
    )
  })
})

test('a key limit of some models is its own beside the others, and comes down to the profile’s maximum', () => {
  const limits = { rpm: 100, models: { 'gpt-*': { rpm: 9999, rpd: 7 } } }
  const ofModels = (overrides: string[]) =>
    grantOf({ limits, overrides })
      .limits.filter(({ models }) => models !== undefined)
      .map(({ scope, models, kind, limit }) => [scope.type, models, kind, limit])
  expect(ofModels([])).toEqual([
    ['key', 'gpt-*', 'rpm', 150],
    ['key', 'gpt-*', 'rpd', 7],
  ])
  expect(ofModels(['limits.rpm'])).toContainEqual(['key', 'gpt-*', 'rpm', 150])
  expect(ofModels(['limits.models.gpt-*.rpm'])).toContainEqual(['key', 'gpt-*', 'rpm', 9999])
})

describe('a key budget', () => {
  const budget: BudgetFacts = {
    id: 'bud_1',
    type: 'key',
    scopeId: 'key_1',
    amountNanos: '25000000000',
    period: 'month',
    posture: 'hard',
    enforceAtPercent: 110,
    timeZone: 'UTC',
    perMember: false,
  }
  const compiled = (terms: Partial<BudgetFacts>, overrides: string[] = []) =>
    grantOf({ overrides }, { budgets: [{ ...budget, ...terms }] }).budgets[0]

  test.each([
    ['within the maximum stays', {}, '25000000000'],
    ['beyond it comes down', { amountNanos: '999000000000' }, '310000000000'],
    ['a day gets a 31st of the maximum a month', { period: 'day' }, '10000000000'],
    ['a week gets its share', { period: 'week', amountNanos: '100000000000' }, '70000000000'],
    ['a quarter gets no more than a month', { period: 'quarter', amountNanos: '999000000000' }, '310000000000'],
    ['in total no more than a month', { period: 'total', amountNanos: '999000000000' }, '310000000000'],
  ] as const)('%s', (_, terms, amountNanos) => {
    expect(compiled(terms)?.amountNanos).toBe(amountNanos)
  })

  test('for each member of a team is the person’s own in that team, and nobody’s of a key without a person', () => {
    const team = { id: 'team_1', name: 'Search', status: 'active' }
    const budgets = [{ ...budget, type: 'team' as const, scopeId: 'team_1', perMember: true }]
    const user = { id: 'user_1', name: 'Dana', status: 'active' }
    expect(grantOf({}, { team, user, budgets }).budgets).toMatchObject([
      { id: 'bud_1:user_1', scope: { type: 'user', id: 'user_1', name: 'Dana in Search', teamId: 'team_1' } },
    ])
    expect(grantOf({}, { team, user: null, budgets }).budgets).toEqual([])
  })

  test('stops as firmly as the profile says, unless an admin said otherwise', () => {
    expect(compiled({ posture: 'soft' })?.posture).toBe('hard')
    expect(compiled({ posture: 'soft', amountNanos: '999000000000' }, ['budget'])).toMatchObject({
      posture: 'soft',
      amountNanos: '999000000000',
    })
  })

  test('of another scope is not touched by the profile', () => {
    const { budgets } = grantOf(
      {},
      {
        budgets: [
          { ...budget, type: 'team', scopeId: 'team_search', amountNanos: '9000000000000000', posture: 'soft' },
        ],
      },
    )
    expect(budgets).toMatchObject([
      { scope: { type: 'team', name: 'Search' }, amountNanos: '9000000000000000', posture: 'soft' },
    ])
  })

  test('of a scope that the key does not belong to is not in its grant', () => {
    expect(grantOf({}, { budgets: [{ ...budget, type: 'team', scopeId: 'team_other' }] }).budgets).toEqual([])
  })
})

describe('a catalogue', () => {
  test('of a key narrows the profile and never widens it', () => {
    const grant = grantOf({ models: ['gpt-4o-mini', 'gpt-4o', 'claude-sonnet-4-5'] })
    expect(
      ['gpt-4o-mini', 'gpt-4o', 'claude-sonnet-4-5', 'gpt-4.1'].filter((name) => mayUseModel(grant, name)),
    ).toEqual(['gpt-4o-mini'])
  })

  test("overridden by an admin is the key's own list alone; without a list it is nothing", () => {
    expect(mayUseModel(grantOf({ models: ['claude-sonnet-4-5'], overrides: ['models'] }), 'claude-sonnet-4-5')).toBe(
      true,
    )
    expect(mayUseModel(grantOf({ models: [], overrides: ['models'] }), 'gpt-4o-mini')).toBe(false)
  })
})

describe('limits of scopes above the key', () => {
  test('come in the order in which refusals name them, and only where they are set', () => {
    const { limits } = grantOf(
      {},
      {
        scopeLimits: [
          { type: 'organisation', id: 'org_1', limits: { rpm: 5000 } },
          { type: 'team', id: 'team_search', limits: { rpm: 1000, tpm: null } },
          { type: 'workload', id: 'wl_ranker', limits: { concurrency: 2 } },
          { type: 'team', id: 'team_other', limits: { rpm: 1 } },
        ],
      },
    )
    expect(
      limits.filter(({ scope }) => scope.type !== 'key').map(({ scope, kind, limit }) => [scope.type, kind, limit]),
    ).toEqual([
      ['workload', 'concurrency', 2],
      ['team', 'rpm', 1000],
      ['organisation', 'rpm', 5000],
    ])
  })
})

test.each(builtInProfiles.map(({ name, policy: builtIn }) => [name, builtIn] as const))(
  'the built-in profile %s is a valid policy',
  (_, builtIn) => {
    expect(profilePolicy.parse(builtIn)).toEqual(builtIn)
  },
)

describe('what a profile says beside catalogues', () => {
  test('is in the grant only where it narrows: calls of others pay nothing for it', () => {
    expect(grantOf()).toMatchObject({ addresses: [], environments: [], priceCeiling: null, pinnedOnly: false })
  })

  test('is there in full where it does', () => {
    const changed: Partial<ProfilePolicy> = {
      cidr: { allow: ['10.0.0.0/8'] },
      environments: ['production'],
      priceCeiling: { inputUsdPerMillion: '2.5', outputUsdPerMillion: null },
      pinnedOnly: true,
      providers: { allow: ['*'], deny: ['openai-eu'] },
    }
    const grant = grantOf({}, {}, changed)
    expect(grant).toMatchObject({
      addresses: [{ layer: 'profile', allow: ['10.0.0.0/8'] }],
      environments: [{ layer: 'profile', allow: ['production'] }],
      priceCeiling: { input: 2_500_000_000, output: null },
      pinnedOnly: true,
      providers: [{ layer: 'profile', allow: ['*'], deny: ['openai-eu'] }],
    })
    expect(grantOf({ overrides: ['environment'] }, {}, changed).environments).toEqual([])
  })
})

test('a profile from before there were such fields is valid, and narrows nothing by them', () => {
  const { cidr, environments, priceCeiling, pinnedOnly, tools, audit, storedState, ...old } = policy
  const parsed = profilePolicy.parse({ ...old, providers: { allow: ['*'] }, regions: { allow: ['*'] } })
  expect(parsed).toEqual({ ...policy, cidr, environments, priceCeiling, pinnedOnly, tools, audit, storedState })
})
