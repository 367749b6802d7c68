import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { units, type NanosPerMillion, type TokenVector, type UnpricedModels } from '#lib/catalog/contract.ts'
import { dearestPrice, priceCall } from '#lib/catalog/rules/price-call.ts'
import type { CatalogDeployment, CatalogModel, CatalogSnapshot } from '#lib/catalog/snapshot.ts'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import { translationOf } from '#lib/formats/translation.ts'
import { holdBound, planCall } from '#lib/gateway/plan-call.ts'
import { matchRoute, type CallRoute } from '#lib/gateway/routes.ts'
import type { BudgetPosture, BudgetRule } from '#lib/limits/contract.ts'
import type { CatalogueRule, Grant } from '#lib/policy/contract.ts'
import { unpriced } from '#lib/routing/order-targets.ts'

const nowMs = 1_000_000
const rule = (allow: string[]): CatalogueRule => ({ layer: 'profile', name: 'Experiment', allow, deny: [] })

function aGrant(differences: Partial<Grant> = {}): Grant {
  const active = (id: string) => ({ id, name: id, status: 'active' })
  return {
    key: { id: 'key_1', name: 'ranker', kind: 'service', status: 'active', statusReason: null, expiresAtMs: null },
    secret: { id: 'sec_1', notAfterMs: null },
    user: active('user_dana'),
    team: active('team_search'),
    workload: null,
    project: null,
    profile: { id: 'prof_1', name: 'Experiment', version: 1 },
    businessUnitId: null,
    costCentre: null,
    environment: 'development',
    tags: {},
    groups: [],
    models: [rule(['*'])],
    providers: [rule(['*'])],
    regions: [rule(['*'])],
    endpoints: [rule(['chat', 'embeddings', 'models'])],
    addresses: [],
    environments: [],
    priceCeiling: null,
    pinnedOnly: false,
    killStreams: false,
    limits: [],
    budgets: [],
    defaultOutputTokens: 4_000,
    degradedMode: 'closed',
    storedState: 'allow',
    browserOrigin: 'allow',
    audit: 'metadata',
    timeZone: 'UTC',
    versions: [],
    ...differences,
  }
}

type Place = {
  readonly provider?: string
  readonly region?: string
  readonly rank?: number
  readonly status?: string
  readonly providerStatus?: string
  /** Nano-USD per million, where this place has a price of its own. */
  readonly price?: NanosPerMillion
}

function aDeployment({
  provider = 'openai',
  region = 'eu',
  rank = 0,
  status = 'active',
  providerStatus = 'active',
  price,
}: Place): CatalogDeployment {
  return {
    id: `depl_${provider}_${region}`,
    upstreamModel: 'up',
    region,
    rank,
    weight: 1,
    status,
    prices: price ? [{ id: `price_${provider}_${region}`, nanosPerMillion: price, effectiveFromMs: 0 }] : [],
    provider: {
      id: provider,
      name: provider,
      kind: 'openai',
      baseUrl: '',
      simulated: true,
      status: providerStatus,
      timeouts: {},
      credentials: [],
    },
  }
}

function aModel(places: readonly Place[] = [{}], differences: Partial<CatalogModel> = {}): CatalogModel {
  return {
    id: 'model_1',
    name: 'gpt-4o',
    displayName: 'GPT-4o',
    vendor: 'openai',
    endpoints: ['chat'],
    capabilities: [],
    contextTokens: null,
    maxOutputTokens: 16_000,
    status: 'active',
    retiresAtMs: null,
    createdAtMs: 0,
    deployments: places.map(aDeployment),
    prices: [{ id: 'price_1', nanosPerMillion: { input: 1_500_000, output: 6_000_000 }, effectiveFromMs: 0 }],
    ...differences,
  }
}

const aRequest: ParsedRequest = {
  model: 'gpt-4o',
  stream: false,
  outputMaximum: null,
  choices: 1,
  promptTokensEstimate: 9,
  tokensBeyondBytes: 0,
  wantsStreamUsage: false,
}

function routeOf(path: string): CallRoute {
  const match = matchRoute('POST', path)
  if (match.kind !== 'found' || match.route.kind !== 'call') throw new Error(path)
  return match.route
}
const chat = routeOf('/v1/chat/completions')

function plan(
  model: CatalogModel,
  grant: Grant = aGrant(),
  request: ParsedRequest = aRequest,
  route: CallRoute = chat,
  unpricedModels: UnpricedModels = 'refuse',
) {
  const catalog: CatalogSnapshot = {
    version: '1',
    unpricedModels,
    models: new Map([[model.name, model]]),
    aliases: new Map([['fast', model]]),
    providers: new Map(model.deployments.map(({ provider }) => [provider.name, provider])),
    unreadableCredentials: [],
  }
  const translation = translationOf(route.operation, {}, { model: null, stream: false })
  return planCall(grant, catalog, route, request, translation, 200, nowMs, 0, '127.0.0.1')
}

/** The places that a call is planned for, or the code of its refusal. */
function outcomeOf(...question: Parameters<typeof plan>): string | string[] {
  const verdict = plan(...question)
  return verdict.kind === 'refused' ? verdict.refusal.code : verdict.plan.targets.map(({ deployment }) => deployment.id)
}

describe('the targets of a call', () => {
  test('are those that the grant allows, each by its own provider and region, so that failover can’t leave policy', () => {
    const model = aModel([
      { provider: 'azure', region: 'us' },
      { provider: 'openai', region: 'us', rank: 1 },
      { provider: 'openai', region: 'eu', rank: 2 },
      { provider: 'azure', region: 'eu', rank: 3 },
    ])
    expect(outcomeOf(model, aGrant({ providers: [rule(['azure'])] }))).toEqual(['depl_azure_us', 'depl_azure_eu'])
    expect(outcomeOf(model, aGrant({ regions: [rule(['eu'])] }))).toEqual(['depl_openai_eu', 'depl_azure_eu'])
    expect(outcomeOf(model, aGrant({ providers: [rule(['openai'])], regions: [rule(['us'])] }))).toEqual([
      'depl_openai_us',
    ])
  })

  test('are none that is switched off, or whose provider is', () => {
    const model = aModel([
      { region: 'a', status: 'disabled' },
      { region: 'b', providerStatus: 'quarantined' },
      { region: 'c' },
    ])
    expect(outcomeOf(model)).toEqual(['depl_openai_c'])
  })

  test.each<[string, CatalogModel, Grant, string]>([
    ['no provider may be used', aModel(), aGrant({ providers: [rule(['azure'])] }), 'provider_not_allowed'],
    ['no region may be used', aModel(), aGrant({ regions: [rule(['us'])] }), 'region_not_allowed'],
    ['the model may not be used', aModel(), aGrant({ models: [rule(['claude-*'])] }), 'model_not_allowed'],
    ['the endpoint may not be used', aModel(), aGrant({ endpoints: [rule(['embeddings'])] }), 'endpoint_not_allowed'],
    [
      'the model does not serve the endpoint',
      aModel([{}], { endpoints: ['embeddings'] }),
      aGrant(),
      'invalid_request_error',
    ],
    ['the model is switched off', aModel([{}], { status: 'disabled' }), aGrant(), 'model_not_allowed'],
    ['the model has no price', aModel([{}], { prices: [] }), aGrant(), 'model_not_allowed'],
    [
      'the price begins later',
      aModel([{}], { prices: [{ id: 'p', nanosPerMillion: {}, effectiveFromMs: nowMs + 1 }] }),
      aGrant(),
      'model_not_allowed',
    ],
    ['nobody serves the model now', aModel([{ status: 'disabled' }]), aGrant(), 'upstream_error'],
    ['the model has no place at all', aModel([]), aGrant(), 'upstream_error'],
    ['the model has no place and may not be used', aModel([]), aGrant({ models: [rule([])] }), 'model_not_allowed'],
  ])('are refused where %s', (_name, model, grant, code) => {
    expect(outcomeOf(model, grant)).toBe(code)
  })

  test('are not told to the holder of a dead key, nor whether the model exists', () => {
    const dead = aGrant({ key: { ...aGrant().key, status: 'revoked' }, models: [rule([])] })
    expect(outcomeOf(aModel(), dead)).toBe('key_revoked')
    expect(outcomeOf(aModel(), dead, { ...aRequest, model: 'no-such-model' })).toBe('key_revoked')
  })

  describe('of a model without a price', () => {
    const flagged = (model: CatalogModel, grant: Grant = aGrant()) => plan(model, grant, aRequest, chat, 'flag')
    const budget = (posture: BudgetPosture): BudgetRule => ({
      id: 'bud_1',
      scope: { type: 'business_unit', id: 'bu_1', name: 'Depots' },
      amountNanos: '1',
      period: 'month',
      posture,
      enforceAtPercent: 110,
      timeZone: 'UTC',
    })

    test('are planned without one where the organisation has them flagged, and hold nothing', () => {
      expect(flagged(aModel([{}], { prices: [] }))).toMatchObject({
        plan: { targets: [{ price: unpriced }], bound: { promptNanos: 0, outputNanos: 0 } },
      })
    })

    test('still go only to places that have a price, where there are any', () => {
      const verdict = flagged(aModel([{ region: 'us' }, { region: 'eu', price: { input: 1 } }], { prices: [] }))
      expect(verdict).toMatchObject({ plan: { targets: [{ price: { id: 'price_openai_eu' } }] } })
      expect(verdict).toHaveProperty('plan.targets.length', 1)
    })

    test.each<BudgetPosture>(['hard', 'alert_then_enforce'])(
      'are refused under a %s budget, whose use could not be counted, and the refusal says so',
      (posture) => {
        expect(flagged(aModel([{}], { prices: [] }), aGrant({ budgets: [budget(posture)] }))).toMatchObject({
          refusal: {
            code: 'model_not_allowed',
            message: expect.stringContaining('cannot be counted against the budget of business unit "Depots"'),
            scope: { type: 'business_unit', name: 'Depots' },
          },
          rules: expect.arrayContaining([expect.objectContaining({ rule: 'price', passed: false, used: 'gpt-4o' })]),
        })
      },
    )

    test('pass a budget that only alerts', () => {
      expect(flagged(aModel([{}], { prices: [] }), aGrant({ budgets: [budget('soft')] }))).toHaveProperty('plan')
    })
  })

  test('have the price that is in force', () => {
    const price = (id: string, effectiveFromMs: number) => ({ id, nanosPerMillion: { input: 1 }, effectiveFromMs })
    const verdict = plan(aModel([{}], { prices: [price('old', 0), price('now', nowMs), price('next', nowMs + 1)] }))
    expect(verdict).toMatchObject({ plan: { targets: [{ price: { id: 'now' } }] } })
  })
})

describe('a model asked for by another name', () => {
  const model = aModel([
    { provider: 'openai', region: 'us' },
    { provider: 'openai-eu', region: 'eu', rank: 1 },
    { provider: 'openai-eu', region: 'de', rank: 2 },
  ])
  const asking = (name: string, grant = aGrant()) => outcomeOf(model, grant, { ...aRequest, model: name })

  test('is judged under its own: policies name models, never aliases', () => {
    expect(plan(model, aGrant(), { ...aRequest, model: 'fast' })).toMatchObject({ plan: { model: { name: 'gpt-4o' } } })
    expect(asking('fast', aGrant({ models: [rule(['gpt-4o'])] }))).toHaveLength(3)
    expect(asking('fast', aGrant({ models: [rule(['fast'])] }))).toBe('model_not_allowed')
  })

  test.each(['openai-eu/gpt-4o', '@openai-eu/gpt-4o', 'openai-eu/fast'])(
    'such as %s goes to that provider alone, as far as policy allows it',
    (name) => {
      expect(asking(name)).toEqual(['depl_openai-eu_eu', 'depl_openai-eu_de'])
      expect(asking(name, aGrant({ regions: [rule(['de', 'us'])] }))).toEqual(['depl_openai-eu_de'])
      expect(asking(name, aGrant({ providers: [rule(['openai'])] }))).toBe('provider_not_allowed')
      expect(asking(name, aGrant({ models: [rule(['claude-*'])] }))).toBe('model_not_allowed')
    },
  )

  test.each(['azure/gpt-4o', '@azure/gpt-4o', 'openai-eu/gpt-5', 'openai-eu/', '/gpt-4o', '@/gpt-4o'])(
    'such as %s is not known',
    (name) => expect(asking(name)).toBe('model_not_found'),
  )

  test('is not sent elsewhere where the provider that was asked for is off', () => {
    const off = aModel([{ provider: 'openai' }, { provider: 'openai-eu', providerStatus: 'quarantined' }])
    expect(outcomeOf(off, aGrant(), { ...aRequest, model: 'openai-eu/gpt-4o' })).toBe('upstream_error')
  })
})

describe('the price of a target', () => {
  const dear: NanosPerMillion = { input: 3_000_000, output: 5_000_000, cached_read: 9_000_000 }
  const both: readonly Place[] = [{ provider: 'openai' }, { provider: 'azure', rank: 1, price: dear }]
  const planned = (model: CatalogModel, name = 'gpt-4o') => {
    const verdict = plan(model, aGrant(), { ...aRequest, model: name })
    if (verdict.kind === 'refused') throw new Error(verdict.refusal.message)
    return verdict.plan
  }

  test('is its own where it has one in force, else the model’s', () => {
    expect(planned(aModel(both)).targets.map(({ price }) => price.id)).toEqual(['price_1', 'price_azure_eu'])
    const later = aModel(both.slice(0, 1))
    const [first] = later.deployments
    const toCome = [{ id: 'next', nanosPerMillion: dear, effectiveFromMs: nowMs + 1 }]
    const model = { ...later, deployments: [{ ...first!, prices: toCome }] }
    expect(planned(model).targets.map(({ price }) => price.id)).toEqual(['price_1'])
  })

  test('is counted on by the hold wherever it is the dearest, since any of the targets may come to serve', () => {
    expect(planned(aModel(both)).bound).toMatchObject({ promptNanos: 200 * 9, outputNanos: 6 })
    expect(planned(aModel(both), 'openai/gpt-4o').bound).toMatchObject({ promptNanos: 200 * 2, outputNanos: 6 })
    expect(planned(aModel(both), 'azure/gpt-4o').bound).toMatchObject({ promptNanos: 200 * 9, outputNanos: 5 })
  })

  test('must be known: a target without one is left out, and nothing is free by accident', () => {
    expect(outcomeOf(aModel(both, { prices: [] }))).toEqual(['depl_azure_eu'])
    expect(outcomeOf(aModel(both.slice(0, 1), { prices: [] }))).toBe('model_not_allowed')
  })
})

describe('a model that is not known', () => {
  test('is answered with names that the key may use, and with no other', () => {
    const verdict = plan(aModel(), aGrant(), { ...aRequest, model: 'gpt4o' })
    expect(verdict).toMatchObject({
      refusal: { code: 'model_not_found', message: expect.stringContaining('Did you mean gpt-4o?') as string },
    })
    const stranger = plan(aModel(), aGrant({ models: [rule(['claude-*'])] }), { ...aRequest, model: 'gpt4o' })
    expect(stranger).toMatchObject({
      refusal: { code: 'model_not_found', message: expect.not.stringContaining('gpt-4o?') as string },
    })
  })

  test('is shown as far as a message should go', () => {
    const verdict = plan(aModel(), aGrant(), { ...aRequest, model: 'x'.repeat(256) })
    expect(verdict.kind === 'refused' && verdict.refusal.message.length).toBeLessThan(200)
  })
})

describe('the hold of a call', () => {
  const price = { input: 1_500_000, output: 6_000_000 }
  const bound = (request: Partial<ParsedRequest>, grant = aGrant(), model = aModel()) =>
    holdBound(grant, model, price, { ...aRequest, ...request }, 200)

  test('counts a prompt token a byte, and a nano that is begun as a whole one', () => {
    expect(bound({})).toMatchObject({ promptTokens: 9, promptNanos: 200 * 2, outputNanos: 6 })
    expect(bound({ tokensBeyondBytes: 1_000 })).toMatchObject({ promptNanos: 1_200 * 2 })
    expect(bound({ choices: 3 })).toMatchObject({ outputNanos: 18 })
  })

  test('counts the caller’s maximum, which is not shortened', () => {
    expect(bound({ outputMaximum: 50 })).toMatchObject({ outputWanted: 50, outputLeast: 50 })
    expect(bound({ outputMaximum: 0 })).toMatchObject({ outputWanted: 0, outputLeast: 0 })
  })

  test('counts the profile’s maximum, or the model’s, where the caller names none, and may be shortened', () => {
    expect(bound({})).toMatchObject({ outputWanted: 4_000, outputLeast: 16 })
    expect(bound({}, aGrant({ defaultOutputTokens: 9 }))).toMatchObject({ outputWanted: 9, outputLeast: 9 })
    expect(bound({}, aGrant(), aModel([{}], { maxOutputTokens: 1_000 }))).toMatchObject({ outputWanted: 1_000 })
    expect(bound({}, aGrant(), aModel([{}], { maxOutputTokens: null }))).toMatchObject({ outputWanted: 4_000 })
  })

  test('counts no more than the API gives of itself where the caller names no maximum', () => {
    expect(bound({ outputDefault: 16 })).toMatchObject({ outputWanted: 16, outputLeast: 16 })
    expect(bound({ outputDefault: 16, outputMaximum: 50 })).toMatchObject({ outputWanted: 50, outputLeast: 50 })
  })

  test('is never less than what the call can cost, whichever of its targets serves it', () => {
    const prices = fc
      .dictionary(fc.constantFrom(...units), fc.nat(100_000_000_000))
      .map((some): NanosPerMillion => ({ input: 1, output: 1, ...some }))
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(prices, { minLength: 1, maxLength: 3 }),
        fc.nat(100_000),
        fc.nat(50_000),
        fc.integer({ min: 1, max: 8 }),
        fc.array(part, { minLength: 7, maxLength: 7 }),
        (ofTargets, bytes, maximum, choices, parts) => {
          const hold = holdBound(
            aGrant(),
            aModel(),
            dearestPrice(ofTargets),
            { ...aRequest, outputMaximum: maximum, choices },
            bytes,
          )
          // However the provider divides the prompt's and the answer's tokens among its units.
          const [whole, cached, written, audio, produced, spoken, thought] = parts as [
            number,
            number,
            number,
            number,
            number,
            number,
            number,
          ]
          const prompt = Math.floor(bytes * whole)
          const tokens: TokenVector = {}
          tokens.cached_read = Math.floor(prompt * cached)
          tokens.cache_write_5m = Math.floor((prompt - tokens.cached_read) * written)
          tokens.audio_input = Math.floor((prompt - tokens.cached_read - tokens.cache_write_5m) * audio)
          tokens.input = prompt - tokens.cached_read - tokens.cache_write_5m - tokens.audio_input
          const answer = Math.floor(maximum * choices * produced)
          tokens.audio_output = Math.floor(answer * spoken)
          tokens.output = answer - tokens.audio_output
          tokens.reasoning = Math.floor(tokens.output * thought)
          const most = BigInt(hold.promptNanos) + BigInt(hold.outputWanted) * BigInt(hold.outputNanos)
          const costs = ofTargets.map((price) => priceCall(tokens, price).costNanos)
          expect(costs.every((cost) => cost <= most)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
