import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogueRule, Grant } from '#lib/policy/contract.ts'
import { authorise, mayUseModel, type Target } from '#lib/policy/rules/authorise.ts'

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
    models: [rule('profile', ['*'])],
    providers: [rule('profile', ['*'])],
    regions: [rule('profile', ['*'])],
    endpoints: ['chat', 'models'],
    limits: [],
    budgets: [],
    defaultOutputTokens: 100,
    degradedMode: 'closed',
    storedState: 'allow',
    browserOrigin: 'allow',
    timeZone: 'UTC',
    versions: [],
    ...differences,
  }
}

const target: Target = { endpoint: 'chat', modelName: 'gpt-4o', providerName: 'openai', region: 'eu' }
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
    ['endpoint_not_allowed', grant({ endpoints: ['embeddings'] })],
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
