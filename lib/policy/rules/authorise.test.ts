import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NanosPerMillion } from '#lib/catalog/contract.ts'
import type { CatalogueRule, Grant } from '#lib/policy/contract.ts'
import { authorise, judgeAll, mayUseModel, type Target } from '#lib/policy/rules/authorise.ts'

const nowMs = 1_000_000
const rule = (layer: CatalogueRule['layer'], allow: string[], deny: string[] = []): CatalogueRule => ({
  layer,
  name: `the ${layer}`,
  allow,
  deny,
})
const active = (id: string) => ({ id, name: id, status: 'active' })

/** A key to which everything is allowed; each test spells out only what differs. */
function grant(differences: Partial<Grant> = {}): Grant {
  return {
    key: { id: 'key_1', name: 'ranker', kind: 'service', status: 'active', statusReason: null, expiresAtMs: null },
    secret: { id: 'sec_1', notAfterMs: null },
    user: active('user_dana'),
    team: active('team_search'),
    workload: active('wl_ranker'),
    project: active('proj_ranking'),
    profile: { id: 'prof_1', name: 'Experiment', version: 1 },
    businessUnitId: null,
    costCentre: null,
    environment: 'development',
    tags: {},
    groups: [],
    models: [rule('profile', ['*'])],
    providers: [rule('profile', ['*'])],
    regions: [rule('profile', ['*'])],
    endpoints: [rule('profile', ['chat', 'models'])],
    addresses: [],
    environments: [],
    priceCeiling: null,
    pinnedOnly: false,
    limits: [],
    budgets: [],
    defaultOutputTokens: 100,
    degradedMode: 'closed',
    storedState: 'allow',
    browserOrigin: 'allow',
    killStreams: false,
    audit: 'metadata',
    timeZone: 'UTC',
    versions: [],
    ...differences,
  }
}

const target: Target = {
  address: '192.0.2.7',
  endpoint: 'chat',
  modelName: 'gpt-4o',
  providerName: 'openai',
  region: 'eu',
  upstream: { model: 'gpt-4o', price: { input: 2_500_000_000, output: 10_000_000_000 } },
}
const withKey = (key: Partial<Grant['key']>): Grant => grant({ key: { ...grant().key, ...key } })
const codeOf = (given: Grant, asked: Partial<Target> = {}) => {
  const verdict = authorise(given, { ...target, ...asked }, nowMs)
  return verdict.allowed ? null : verdict.code
}

describe('a call is let through', () => {
  test('by a grant that allows all it needs, and says what was tested', () => {
    const verdict = authorise(grant(), target, nowMs)
    expect(verdict.allowed).toBe(true)
    expect(verdict.testedRules.map(({ rule: name, passed }) => [name, passed])).toEqual([
      ['key_status', true],
      ['principal_status', true],
      ['endpoint', true],
      ['model', true],
      ['provider', true],
      ['region', true],
    ])
  })

  test('without a model where it has none, such as a list of models', () => {
    expect(
      codeOf(grant({ models: [rule('profile', [])] }), {
        endpoint: 'models',
        modelName: null,
        providerName: null,
        region: null,
      }),
    ).toBeNull()
  })
})

describe('a call is refused', () => {
  test.each([
    ['key_revoked', withKey({ status: 'revoked' })],
    ['key_expired', withKey({ status: 'expired' })],
    ['key_expired', withKey({ expiresAtMs: nowMs })],
    ['key_suspended', withKey({ status: 'suspended' })],
    ['key_pending_approval', withKey({ status: 'pending' })],
    ['key_quarantined', withKey({ status: 'quarantined' })],
    ['principal_disabled', grant({ user: { ...active('user_dana'), status: 'disabled' } })],
    ['principal_disabled', grant({ team: { ...active('team_search'), status: 'quarantined' } })],
    ['principal_disabled', grant({ workload: { ...active('wl_ranker'), status: 'quarantined' } })],
    ['principal_disabled', grant({ project: { ...active('proj_ranking'), status: 'archived' } })],
    ['endpoint_not_allowed', grant({ endpoints: [rule('profile', ['embeddings'])] })],
    ['model_not_allowed', grant({ models: [rule('profile', ['claude-*'])] })],
    ['model_not_allowed', grant({ models: [rule('profile', ['*'], ['gpt-*'])] })],
    ['model_not_allowed', grant({ models: [rule('profile', ['*']), rule('key', ['gpt-4o-mini'])] })],
    ['model_not_allowed', grant({ models: [rule('profile', [])] })],
    ['provider_not_allowed', grant({ providers: [rule('profile', ['azure-*'])] })],
    ['region_not_allowed', grant({ regions: [rule('profile', ['*']), rule('team', ['us'])] })],
  ] as const)('with %s', (code, given) => {
    expect(codeOf(given)).toBe(code)
  })

  test('until the very moment of expiry it is not', () => {
    expect(codeOf(withKey({ expiresAtMs: nowMs + 1 }))).toBeNull()
  })

  test('for the state of its key before anything about models, so that a dead key tells nothing', () => {
    const everythingWrong = grant({
      key: { ...grant().key, status: 'revoked', expiresAtMs: 1 },
      user: { ...active('user_dana'), status: 'disabled' },
      endpoints: [],
      models: [],
      providers: [rule('profile', [])],
    })
    const verdict = authorise(everythingWrong, target, nowMs)
    expect(verdict).toMatchObject({ allowed: false, code: 'key_revoked' })
    expect(verdict.testedRules).toHaveLength(1)
    expect(JSON.stringify(verdict)).not.toContain('gpt-4o')
  })

  test('naming the layer and the thing that says no', () => {
    expect(authorise(grant({ models: [rule('profile', ['*']), rule('key', ['x'])] }), target, nowMs)).toMatchObject({
      code: 'model_not_allowed',
      layer: 'key the key',
      message: 'This key may not use the model "gpt-4o": the key "the key" does not allow it.',
    })
    expect(
      authorise(grant({ team: { id: 'team_search', name: 'Search', status: 'quarantined' } }), target, nowMs),
    ).toMatchObject({
      code: 'principal_disabled',
      scope: { type: 'team', id: 'team_search', name: 'Search' },
    })
    expect(authorise(withKey({ status: 'suspended', statusReason: 'Leaked in a log.' }), target, nowMs)).toMatchObject({
      layer: 'key ranker',
      message: 'This key is suspended. Resume it in the portal, or ask its owner to. Reason: Leaked in a log.',
    })
  })
})

describe('layers', () => {
  const names = fc.constantFrom('gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'meta/llama-3')
  const lists = fc.array(fc.constantFrom('*', 'gpt-*', 'claude-*', '*-mini', 'meta/*', 'gpt-4o'), { maxLength: 3 })
  const layers = fc.array(fc.record({ allow: lists, deny: lists }), { minLength: 1, maxLength: 4 })
  const rulesOf = (given: { allow: string[]; deny: string[] }[]) =>
    given.map(({ allow, deny }) => rule('team', allow, deny))

  test('only narrow: what one more layer lets through, the others let through without it', () => {
    fc.assert(
      fc.property(names, layers, fc.record({ allow: lists, deny: lists }), (name, given, more) => {
        const wider = mayUseModel(grant({ models: rulesOf(given) }), name)
        const narrower = mayUseModel(grant({ models: rulesOf([...given, more]) }), name)
        return !narrower || wider
      }),
    )
  })

  test('say the same for the list of models and for the call', () => {
    fc.assert(
      fc.property(names, layers, (name, given) => {
        const allowed = grant({ models: rulesOf(given) })
        return mayUseModel(allowed, name) === (codeOf(allowed, { modelName: name }) === null)
      }),
    )
  })
})

describe('where a call comes from', () => {
  const from = (addresses: string[], address: string) =>
    codeOf(grant({ addresses: [rule('team', addresses)] }), { address })

  test.each([
    [['10.0.0.0/8'], '10.1.2.3', null],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', null],
    [['10.0.0.0/8'], '11.0.0.1', 'endpoint_not_allowed'],
    [['192.0.2.7'], '192.0.2.7', null],
    [['192.0.2.7'], '192.0.2.70', 'endpoint_not_allowed'],
    [['2001:db8::/32'], '2001:db8:0:1::9', null],
    [['2001:db8::/32'], '2001:db9::1', 'endpoint_not_allowed'],
    [['2001:DB8::1'], '2001:db8:0:0:0:0:0:1', null],
    [['10.0.0.0/8'], '', 'endpoint_not_allowed'],
    [['10.0.0.0/8'], 'unknown', 'endpoint_not_allowed'],
    [['0.0.0.0/0'], '2001:db8::1', 'endpoint_not_allowed'],
    [[], '10.1.2.3', 'endpoint_not_allowed'],
  ] as const)('%j allows %s: %s', (allow, address, code) => {
    expect(from([...allow], address)).toBe(code)
  })

  test('has to suit every layer, and the refusal names the one that it does not suit', () => {
    const given = grant({ addresses: [rule('organisation', ['10.0.0.0/8']), rule('project', ['10.9.0.0/16'])] })
    expect(codeOf(given, { address: '10.9.1.1' })).toBeNull()
    const verdict = authorise(given, { ...target, address: '10.8.1.1' }, nowMs)
    expect(verdict).toMatchObject({ allowed: false, layer: 'project the project' })
    expect(verdict.testedRules.at(-1)).toMatchObject({ rule: 'address', passed: false, used: '10.8.1.1' })
  })
})

test('a key is refused in an environment that its profile does not have', () => {
  const given = grant({ environments: [rule('profile', ['prod*'])] })
  expect(codeOf(given)).toBe('endpoint_not_allowed')
  expect(codeOf({ ...given, environment: 'production' })).toBeNull()
})

describe('a price ceiling', () => {
  const ceiling = (priceCeiling: Grant['priceCeiling'], price: NanosPerMillion | null) =>
    codeOf(grant({ priceCeiling }), { upstream: { model: 'm', price } })

  test.each<[string, Grant['priceCeiling'], NanosPerMillion | null, string | null]>([
    ['just reached', { input: 10, output: 20 }, { input: 10, output: 20 }, null],
    ['passed by its input', { input: 10, output: null }, { input: 11, output: 1 }, 'model_not_allowed'],
    ['passed by its output', { input: null, output: 20 }, { input: 99, output: 21 }, 'model_not_allowed'],
    ['passed by sound alone', { input: 10, output: null }, { input: 1, audio_input: 11 }, 'model_not_allowed'],
    ['that writing to a cache alone would pass', { input: 10, output: null }, { input: 9, cache_write_1h: 18 }, null],
    ['without a price to hold against it', { input: 10, output: null }, null, 'model_not_allowed'],
    ['that nobody set', null, { input: 1e15 }, null],
    ['over a model without output', { input: 10, output: 20 }, { input: 5 }, null],
  ])('%s', (_, priceCeiling, price, code) => {
    expect(ceiling(priceCeiling, price)).toBe(code)
  })

  test('names both prices when it refuses', () => {
    const verdict = authorise(grant({ priceCeiling: { input: 1_000_000_000, output: null } }), target, nowMs)
    expect(verdict).toMatchObject({ message: expect.stringContaining('$2.5 per million input tokens') })
    expect(verdict).toMatchObject({ message: expect.stringContaining('allows $1 at most') })
    expect(verdict.testedRules.at(-1)).toMatchObject({ rule: 'input_price', limit: '1000000000', used: '2500000000' })
  })
})

test('where only pinned versions are allowed, a name without one is refused', () => {
  const given = grant({ pinnedOnly: true })
  const of = (model: string) => codeOf(given, { upstream: { model, price: null } })
  expect(of('gpt-4o')).toBe('model_not_allowed')
  expect(of('gpt-4o-2024-08-06')).toBeNull()
})

test('asked for all rules, it tells those after the first that refuses too', () => {
  const given = grant({ endpoints: [rule('team', ['embeddings'])], models: [rule('profile', ['claude-*'])] })
  const failing = judgeAll(given, target, nowMs).filter(({ problem }) => problem !== null)
  expect(failing.map(({ rule: tested }) => tested?.rule)).toEqual(['endpoint', 'model'])
})
