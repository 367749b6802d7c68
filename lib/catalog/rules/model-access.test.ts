import { describe, expect, test } from 'vitest'
import type { Endpoint, NanosPerMillion } from '#lib/catalog/contract.ts'
import { checkPrice } from '#lib/catalog/rules/check-price.ts'
import { whyNot, type ModelFacts } from '#lib/catalog/rules/model-access.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'

const open = builtInProfiles[0]!.policy
const eu = { status: 'active', region: 'eu', price: null, provider: { name: 'openai-eu', status: 'active' } }
const us = { status: 'active', region: 'us', price: null, provider: { name: 'openai', status: 'active' } }
const model: ModelFacts = {
  name: 'gpt-4o',
  status: 'active',
  endpoints: ['chat'],
  price: {},
  deployments: [us, eu],
}

describe('a model may be called', () => {
  test.each<[string | null, Partial<ModelFacts>, Partial<ProfilePolicy>]>([
    [null, {}, {}],
    ['model_not_allowed', {}, { models: { allow: ['*'], deny: ['gpt-*'] } }],
    ['endpoint_not_allowed', {}, { endpoints: ['embeddings'] }],
    ['provider_not_allowed', {}, { providers: { allow: ['azure'], deny: [] } }],
    ['region_not_allowed', { deployments: [us] }, { regions: { allow: ['eu'], deny: [] } }],
    [null, {}, { regions: { allow: ['eu'], deny: [] } }],
    ['region_not_allowed', {}, { regions: { allow: ['eu'], deny: [] }, providers: { allow: ['openai'], deny: [] } }],
    ['quarantined', { status: 'quarantined' }, {}],
    ['retired', { status: 'retired' }, {}],
    ['no_price', { price: null }, {}],
    [null, { price: null, deployments: [us, { ...eu, price: {} }] }, {}],
    ['no_price', { price: null, deployments: [us, { ...eu, price: {} }] }, { regions: { allow: ['us'], deny: [] } }],
    ['no_price', { price: null, deployments: [us, { ...eu, price: {}, status: 'off' }] }, {}],
    ['no_route', { deployments: [] }, {}],
    ['no_route', { deployments: [{ ...us, status: 'off' }] }, {}],
    ['no_route', { deployments: [{ ...us, provider: { name: 'openai', status: 'quarantined' } }] }, {}],
  ])('unless %s', (reason, facts, policy) => {
    expect(whyNot({ ...model, ...facts }, { ...open, ...policy }, 'refuse')).toBe(reason)
  })

  test.each<[string | null, Partial<ModelFacts>, ProfilePolicy['budget']]>([
    [null, { price: null }, { default: null, maximumUsd: null }],
    [null, { price: null }, { default: { amountUsd: '5', period: 'month', posture: 'soft' }, maximumUsd: null }],
    ['no_price', { price: null }, { default: { amountUsd: '5', period: 'month', posture: 'hard' }, maximumUsd: null }],
    ['no_route', { price: null, deployments: [] }, { default: null, maximumUsd: null }],
  ])('where what has no price is flagged, unless %s: its keys have a budget that refuses', (reason, facts, budget) => {
    expect(whyNot({ ...model, ...facts }, { ...open, budget }, 'flag')).toBe(reason)
  })
})

describe('a price', () => {
  test('names every unit that the model uses', () => {
    expect(checkPrice({ input: 1 }, ['chat']).map(({ field }) => field)).toEqual(['usdPerMillion.output'])
    expect(checkPrice({ output: 1 }, ['embeddings']).map(({ field }) => field)).toEqual(['usdPerMillion.input'])
    expect(checkPrice({ input: 0, output: 0 }, ['chat', 'messages'])).toEqual([])
  })

  test.each<[Endpoint, NanosPerMillion, string[]]>([
    ['images', { images: 1 }, []],
    ['images', { input: 1, image_output: 1 }, []],
    ['images', { input: 1, output: 1 }, ['image_output']],
    ['images', { output: 1 }, ['images']],
    ['speech', { characters: 1 }, []],
    ['speech', { input: 1, output: 1 }, []],
    ['speech', { input: 1 }, ['output']],
    ['transcriptions', { seconds: 1 }, []],
    ['transcriptions', { audio_input: 1 }, ['seconds']],
  ])('of %s by %o is by the piece or by the token, and lacks %o', (endpoint, price, missing) => {
    expect(checkPrice(price, [endpoint]).map(({ field }) => field)).toEqual(
      missing.map((unit) => `usdPerMillion.${unit}`),
    )
  })
})
