import { describe, expect, test } from 'vitest'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { ProfilePolicy, ScopePolicy } from '#lib/policy/contract.ts'
import { scopePolicy } from '#lib/policy/contract.ts'
import { compileGrant, type GrantFacts } from '#lib/policy/rules/compile-grant.ts'
import { grantingModels, reachModel, type ReachableModel } from '#lib/policy/rules/reach-model.ts'

const price = { input: 2_000_000_000, output: 8_000_000_000 }
const eu = { provider: 'openai-eu', region: 'eu', upstreamModel: 'gpt-4o-2024-08-06', price, isOn: true }
const us = { provider: 'openai', region: 'us', upstreamModel: 'gpt-4o', price, isOn: true }
const model: ReachableModel = { name: 'gpt-4o', status: 'active', endpoints: ['chat'], places: [us, eu] }

type Said = { readonly team?: Partial<ScopePolicy>; readonly budgets?: GrantFacts['budgets'] }

function grantOf(policy: Partial<ProfilePolicy> = {}, { team, budgets = [] }: Said = {}) {
  return compileGrant({
    key: {
      id: 'key_1',
      name: 'ranker',
      kind: 'service',
      status: 'active',
      statusReason: null,
      expiresAtMs: null,
      environment: 'development',
      models: [],
      providers: [],
      regions: [],
      limits: {},
      tags: {},
      overrides: [],
    },
    secret: { id: 'sec_1', notAfterMs: null },
    user: null,
    groups: [],
    team: { id: 'team_search', name: 'Search', status: 'active' },
    workload: null,
    project: null,
    businessUnit: null,
    organisation: { id: 'org_1', name: 'Fernhill', timeZone: 'UTC' },
    profile: { id: 'prof_1', name: 'Experiment', version: 1, policy: { ...builtInProfiles[0]!.policy, ...policy } },
    costCentre: null,
    layers: team ? [{ type: 'team', policy: scopePolicy.parse({ ...nothing, ...team }) }] : [],
    scopeLimits: [],
    budgets,
    versions: [],
  })
}
const nothing = scopePolicy.parse({ models: null, providers: null, regions: null, endpoints: null, cidr: null })
const hard = { id: 'bud_1', type: 'team', scopeId: 'team_search', amountNanos: '5', period: 'month' } as const
const budget = { ...hard, posture: 'hard', enforceAtPercent: 110, timeZone: 'UTC', perMember: false } as const

const facts = { address: null, unpricedModels: 'refuse', nowMs: 1 } as const
const reasonOf = (grant: ReturnType<typeof grantOf>, changed: Partial<ReachableModel> = {}, how = {}) => {
  const reach = reachModel(grant, { ...model, ...changed }, { ...facts, ...how })
  return reach.reached ? null : reach.reason
}

describe('a model can be called', () => {
  test.each<[string | null, Partial<ReachableModel>, Partial<ProfilePolicy>]>([
    [null, {}, {}],
    ['model_not_allowed', {}, { models: { allow: ['*'], deny: ['gpt-*'] } }],
    ['endpoint_not_allowed', {}, { endpoints: ['embeddings'] }],
    ['provider_not_allowed', {}, { providers: { allow: ['azure'], deny: [] } }],
    ['region_not_allowed', { places: [us] }, { regions: { allow: ['eu'], deny: [] } }],
    [null, {}, { regions: { allow: ['eu'], deny: [] } }],
    ['version_not_allowed', { places: [us] }, { pinnedOnly: true }],
    [null, {}, { pinnedOnly: true }],
    ['price_not_allowed', {}, { priceCeiling: { inputUsdPerMillion: '1', outputUsdPerMillion: null } }],
    ['quarantined', { status: 'quarantined' }, {}],
    ['retired', { status: 'retired' }, {}],
    ['no_price', { places: [{ ...us, price: null }] }, {}],
    [null, { places: [{ ...us, price: null }, eu] }, {}],
    [
      'no_price',
      {
        places: [
          { ...us, price: null },
          { ...eu, isOn: false },
        ],
      },
      {},
    ],
    ['no_route', { places: [] }, {}],
    ['no_route', { places: [{ ...us, isOn: false }] }, {}],
  ])('unless %s', (reason, changed, policy) => {
    expect(reasonOf(grantOf(policy), changed)).toBe(reason)
  })

  test('unless its team narrows it, which is the layer that is named', () => {
    const grant = grantOf({}, { team: { models: { allow: ['claude-*'], deny: [] } } })
    expect(reachModel(grant, model, facts)).toEqual({
      reached: false,
      reason: 'model_not_allowed',
      layer: 'team Search',
    })
    // A yes goes beyond the profile, never beyond the team.
    expect(reasonOf(grantingModels(grant, ['gpt-4o']))).toBe('model_not_allowed')
    expect(reasonOf(grantingModels(grantOf({ models: { allow: [], deny: [] } }), ['gpt-4o']))).toBe(null)
  })

  test('without a price where that is flagged, unless some budget stops', () => {
    const unpriced = { places: [{ ...us, price: null }] }
    expect(reasonOf(grantOf(), unpriced, { unpricedModels: 'flag' })).toBe(null)
    expect(reasonOf(grantOf({}, { budgets: [budget] }), unpriced, { unpricedModels: 'flag' })).toBe('no_price')
  })
})
