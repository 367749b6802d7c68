import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelView, ProviderView } from '#lib/catalog/contract.ts'
import { demoModels } from '#lib/catalog/demo-catalogue.ts'
import { modelEndpoints, providerEndpoints } from '#lib/catalog/endpoints.ts'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import { priceAt } from '#lib/catalog/snapshot.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Method } from '#lib/management/endpoint.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21)
const secret = 'sk-live-canary-0123456789'
let fixture: TestContext
let ask: Ask
let ada: Actor
let dana: Actor
let cole: Actor

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, config } = fixture.context
  await createSmallCompany(db, nowMs)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
  ada = await actorNamed(db, 'Ada')
  dana = await actorNamed(db, 'Dana')
  cole = await actorNamed(db, 'Cole')
  ask = apiOf(fixture.context, [...providerEndpoints, ...modelEndpoints])
})
afterAll(() => fixture.close())

const done = async <Body>(method: Method, path: string, body?: unknown, status: number = 200): Promise<Body> => {
  const answer = await ask(ada, method, path, body)
  expect([answer.status, answer.body.detail, answer.body.errors]).toEqual([status, undefined, undefined])
  return answer.body as Body
}
const connect = (name: string, more: Record<string, unknown> = {}) =>
  done<ProviderView>(
    'POST',
    '/providers',
    { name, kind: 'openai', baseUrl: 'https://api.example.com/v1', ...more },
    201,
  )
const snapshot = () => loadCatalog(fixture.context.db, fixture.context.config.masterKey, fixture.context.clock.nowMs())
const version = async () => Number((await fixture.context.redis.get(versionKey('catalog'))) ?? 0)
const lastEntry = () => fixture.context.db.auditEntry.findFirstOrThrow({ orderBy: { seq: 'desc' } })

describe('a provider', () => {
  test('is connected with a credential that the call path can open and nobody can read', async () => {
    const before = await version()
    const provider = await connect('primary', { credential: { label: 'main', secret } })
    expect(provider).toMatchObject({
      name: 'primary',
      displayName: 'primary',
      status: 'active',
      simulated: false,
      models: [],
    })
    expect(provider.credentials).toMatchObject([{ label: 'main', last4: '6789', status: 'active', weight: 100 }])
    expect((await snapshot()).providers.get('primary')?.credentials[0]?.secret.reveal()).toBe(secret)
    expect(await version()).toBeGreaterThan(before)

    const answers = [await ask(ada, 'GET', '/providers'), await ask(ada, 'GET', `/providers/${provider.id}`)]
    const stored = await fixture.context.db.providerCredential.findFirstOrThrow({ where: { providerId: provider.id } })
    const told = JSON.stringify([
      answers,
      await fixture.context.db.auditEntry.findMany({ select: { summary: true, after: true } }),
    ])
    expect(told).not.toContain('canary')
    expect(Buffer.from(stored.ciphertext).includes(secret)).toBe(false)
  })

  test('has the default time-outs until others are set for it, one by one, and back again', async () => {
    const provider = await connect('slow-one')
    const path = `/providers/${provider.id}`
    const defaults = { connectMs: 5_000, firstByteMs: 300_000, idleMs: 120_000, wholeMs: 3_600_000 }
    const none = { connectMs: null, firstByteMs: null, idleMs: null, wholeMs: null }
    expect(provider).toMatchObject({ timeouts: none, timeoutDefaults: defaults })

    const before = await version()
    const changed = await done<ProviderView>('PATCH', path, { timeouts: { connectMs: 1_500, idleMs: 20_000 } })
    expect(changed.timeouts).toEqual({ ...none, connectMs: 1_500, idleMs: 20_000 })
    expect(await version()).toBeGreaterThan(before)
    expect((await snapshot()).providers.get('slow-one')?.timeouts).toEqual({ connectMs: 1_500, idleMs: 20_000 })
    expect(await lastEntry()).toMatchObject({
      action: 'provider.update',
      summary: 'changed time-out connectMs, time-out idleMs of provider slow-one',
      before: { timeouts: { connectMs: null, idleMs: null } },
      after: { timeouts: { connectMs: 1_500, idleMs: 20_000 } },
    })

    const back = await done<ProviderView>('PATCH', path, { timeouts: { connectMs: null, wholeMs: 60_000 } })
    expect(back.timeouts).toEqual({ ...none, idleMs: 20_000, wholeMs: 60_000 })
    expect((await snapshot()).providers.get('slow-one')?.timeouts).toEqual({ idleMs: 20_000, wholeMs: 60_000 })

    const { seq } = await lastEntry()
    await done('PATCH', path, { timeouts: { wholeMs: 60_000 } })
    expect((await lastEntry()).seq).toBe(seq)
  })

  test.each([
    ['connectMs', 99, 'Enter whole milliseconds from 100 to 60,000.'],
    ['connectMs', 60_001, 'Enter whole milliseconds from 100 to 60,000.'],
    ['firstByteMs', 999, 'Enter whole milliseconds from 1,000 to 600,000.'],
    ['idleMs', 600_001, 'Enter whole milliseconds from 1,000 to 600,000.'],
    ['wholeMs', 86_400_001, 'Enter whole milliseconds from 1,000 to 86,400,000.'],
    ['wholeMs', 1_000.5, 'Enter whole milliseconds from 1,000 to 86,400,000.'],
    ['idleMs', '5000', 'Enter whole milliseconds from 1,000 to 600,000.'],
  ])('takes no time-out %s of %j', async (name, ms, message) => {
    const provider = await connect(`odd-${name.toLowerCase()}-${String(ms).replace('.', '-')}`)
    expect(await ask(ada, 'PATCH', `/providers/${provider.id}`, { timeouts: { [name]: ms } })).toMatchObject({
      status: 422,
      body: { errors: [{ field: `timeouts.${name}`, message }] },
    })
    expect((await snapshot()).providers.get(provider.name)?.timeouts).toEqual({})
  })

  test('has its time-outs set by nobody but admins', async () => {
    const provider = await connect('not-for-dana')
    const answer = await ask(dana, 'PATCH', `/providers/${provider.id}`, { timeouts: { idleMs: 5_000 } })
    expect(answer.status).toBe(403)
  })

  test('gets further credentials, and loses old ones for good', async () => {
    const provider = await connect('rotating', { credential: { label: 'old', secret: 'sk-old-000000000' } })
    const [old] = provider.credentials
    await done(
      'POST',
      `/providers/${provider.id}/credentials`,
      { label: 'new', secret: 'sk-new-111111111', weight: 5 },
      201,
    )
    const after = await done<ProviderView>('POST', `/providers/${provider.id}/credentials/${old!.id}/retire`)
    expect(after.credentials.map(({ label, status }) => [label, status])).toEqual([
      ['new', 'active'],
      ['old', 'retired'],
    ])
    const row = await fixture.context.db.providerCredential.findUniqueOrThrow({ where: { id: old!.id } })
    expect([row.ciphertext.length, row.wrappedKey.length]).toEqual([0, 0])
    expect(
      (await snapshot()).providers.get('rotating')?.credentials.map(({ label, weight }) => [label, weight]),
    ).toEqual([['new', 5]])
    expect((await ask(ada, 'POST', `/providers/${provider.id}/credentials/cred_ghost/retire`)).status).toBe(404)
  })

  describe('of Vertex AI', () => {
    const vertex = {
      kind: 'vertex',
      baseUrl: 'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4',
    }
    const key = {
      type: 'service_account',
      private_key_id: '8f3a1c',
      private_key: `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(1_600)}\n-----END PRIVATE KEY-----\n`,
      client_email: 'gate@fernhill.iam.gserviceaccount.com',
    }
    const asSecret = (fields: object) => JSON.stringify({ ...key, ...fields }, null, 2)

    test('takes the JSON of a key as it is, and shows the end of its id', async () => {
      const provider = await connect('vertex', { ...vertex, credential: { label: 'key', secret: asSecret({}) } })
      expect(provider.credentials).toMatchObject([{ last4: '3a1c' }])
      expect((await snapshot()).providers.get('vertex')?.credentials[0]?.secret.reveal()).toBe(asSecret({}))
    })

    test('takes none that would send what it signs to a stranger, now or later', async () => {
      const credential = { label: 'key', secret: asSecret({ token_uri: 'https://evil.example/token' }) }
      const wrong = await ask(ada, 'POST', '/providers', { name: 'strange', ...vertex, credential })
      expect(wrong.body).toMatchObject({
        status: 422,
        errors: [{ field: 'credential.secret', message: expect.stringContaining('token_uri') as string }],
      })
      const { id } = await connect('strange', vertex)
      const later = await ask(ada, 'POST', `/providers/${id}/credentials`, credential)
      expect(later.body).toMatchObject({ status: 422, errors: [{ field: 'secret' }] })
      expect(JSON.stringify([wrong.body, later.body])).not.toContain('AAAA')
    })
  })

  test('of Vertex AI that would read an address which nobody has listed is refused, and told by what it is listed', async () => {
    const federation = {
      type: 'external_account',
      audience: '//iam.googleapis.com/pool',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      credential_source: { url: 'http://169.254.169.254/latest/meta-data/' },
    }
    const credential = { label: 'key', secret: JSON.stringify(federation) }
    const baseUrl = 'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4'
    const body = { name: 'stray', kind: 'vertex', baseUrl, credential }
    expect((await ask(ada, 'POST', '/providers', body)).body).toMatchObject({
      status: 422,
      errors: [
        {
          field: 'credential.secret',
          message: expect.stringContaining('GATEHOUSE_IDENTITY_TOKEN_URLS lists it') as string,
        },
      ],
    })
  })

  describe('of Azure OpenAI', () => {
    const azure = { kind: 'azure', baseUrl: 'https://fernhill.openai.azure.com/openai/v1' }
    const client = { tenantId: 'fernhill.example', clientId: '5f0c-aa71', clientSecret: 'S3CRET~value' }

    test('takes the client credentials of an application as they are, and shows the end of its id', async () => {
      const secretText = JSON.stringify(client)
      const provider = await connect('tenant', { ...azure, credential: { label: 'app', secret: secretText } })
      expect(provider.credentials).toMatchObject([{ last4: 'aa71' }])
      expect((await snapshot()).providers.get('tenant')?.credentials[0]?.secret.reveal()).toBe(secretText)
    })

    test.each([
      [{ ...client, activeDirectoryEndpointUrl: 'https://evil.example' }, 'activeDirectoryEndpointUrl'],
      [{ ...client, clientSecret: undefined }, 'clientSecret'],
      // Google's tokens are no business of Azure's.
      [{ type: 'service_account', client_email: 'a', private_key: 'S3CRET' }, 'tenantId'],
    ])('%# is refused by the name of its field', async (wrong, field) => {
      const credential = { label: 'app', secret: JSON.stringify(wrong) }
      const { body } = await ask(ada, 'POST', '/providers', { name: 'strange-entra', ...azure, credential })
      expect(body).toMatchObject({
        status: 422,
        errors: [{ field: 'credential.secret', message: expect.stringContaining(field) as string }],
      })
      expect(JSON.stringify(body)).not.toContain('S3CRET')
    })
  })

  test('that is pointed at another host does not take its credentials along', async () => {
    const provider = await connect('moving', { credential: { label: 'main', secret } })
    const samePlace = await done<ProviderView>('PATCH', `/providers/${provider.id}`, {
      baseUrl: 'https://api.example.com/v2/',
    })
    expect(samePlace).toMatchObject({ baseUrl: 'https://api.example.com/v2', credentials: [{ status: 'active' }] })
    const elsewhere = await done<ProviderView>('PATCH', `/providers/${provider.id}`, {
      baseUrl: 'https://evil.example.net/v2',
    })
    expect(elsewhere.credentials).toMatchObject([{ status: 'retired' }])
    expect((await lastEntry()).summary).toContain('retiring its credentials')
    expect((await snapshot()).providers.get('moving')?.credentials).toEqual([])
  })

  test('is quarantined and released in one action, with a dry run that says what would stop', async () => {
    const { providers } = await snapshot()
    const id = providers.get('google')!.id
    const dry = await done('POST', `/providers/${id}/quarantine`, { dryRun: true })
    expect(dry).toMatchObject({
      dryRun: true,
      status: 'active',
      models: expect.arrayContaining(['gemini-2.5-flash']),
      callsLastDay: 0,
    })
    expect((await snapshot()).providers.get('google')?.status).toBe('active')
    await done('POST', `/providers/${id}/quarantine`, { reason: 'outage' })
    expect((await snapshot()).models.get('gemini-2.5-flash')?.deployments[0]?.provider.status).toBe('quarantined')
    expect(await lastEntry()).toMatchObject({
      action: 'provider.quarantine',
      summary: 'quarantined provider google: outage',
    })
    expect((await ask(ada, 'PATCH', `/providers/${id}`, { status: 'active' })).status).toBe(409)
    await done('POST', `/providers/${id}/release`)
    expect((await snapshot()).providers.get('google')?.status).toBe('active')
  })

  test('that serves models stays; one that serves none goes', async () => {
    const { providers } = await snapshot()
    expect((await ask(ada, 'DELETE', `/providers/${providers.get('openai')!.id}`)).status).toBe(409)
    const { id } = await connect('short-lived')
    expect((await ask(ada, 'DELETE', `/providers/${id}`)).status).toBe(204)
    expect((await ask(ada, 'GET', `/providers/${id}`)).status).toBe(404)
  })

  test('is for administrators to change and for few to see', async () => {
    const { providers } = await snapshot()
    const { id } = providers.get('openai')!
    for (const [method, path] of [
      ['GET', '/providers'],
      ['GET', `/providers/${id}`],
      ['POST', '/providers'],
      ['PATCH', `/providers/${id}`],
      ['DELETE', `/providers/${id}`],
    ] as const) {
      expect((await ask(dana, method, path, method === 'GET' ? undefined : {})).status).toBe(403)
    }
    expect((await ask(ada, 'GET', '/providers?q=residency')).body).toMatchObject({ data: [{ name: 'openai-eu' }] })
    const page = await ask(ada, 'GET', '/providers?limit=2')
    const next = await ask(ada, 'GET', `/providers?limit=2&cursor=${String(page.body.nextCursor)}`)
    expect((next.body.data as ProviderView[])[0]?.name).toBe('moving')
  })

  test.each([
    ['a name that is no slug', { name: 'Open AI' }, 'name'],
    ['an unknown kind', { kind: 'carrier-pigeon' }, 'kind'],
    ['a metadata address', { baseUrl: 'http://169.254.169.254/latest' }, 'baseUrl'],
    ['the same in decimal', { baseUrl: 'http://2852039166/' }, 'baseUrl'],
    ['no address', { baseUrl: 'not a url' }, 'baseUrl'],
    ['plain http over the internet', { baseUrl: 'http://api.example.com/v1' }, 'baseUrl'],
    ['a password in the address', { baseUrl: 'https://a:b@api.example.com' }, 'baseUrl'],
    ['a short secret', { credential: { label: 'x', secret: 'short' } }, 'credential.secret'],
    ['a negative weight', { credential: { label: 'x', secret, weight: -1 } }, 'credential.weight'],
    ['a claim to be simulated', { simulated: true }, 'simulated'],
  ])('with %s is refused by field, and nothing is written', async (_, body, field) => {
    const before = await fixture.context.db.provider.count()
    const answer = await ask(ada, 'POST', '/providers', {
      name: 'bad',
      kind: 'openai',
      baseUrl: 'https://api.example.com',
      ...body,
    })
    expect(answer.status).toBe(422)
    expect((answer.body.errors as { field: string }[]).map((error) => error.field)).toContain(field)
    expect(await fixture.context.db.provider.count()).toBe(before)
  })

  test('is there once under its name', async () => {
    await connect('only-one')
    expect(
      (await ask(ada, 'POST', '/providers', { name: 'only-one', kind: 'openai', baseUrl: 'https://x.example.com' }))
        .status,
    ).toBe(409)
  })
})

describe('the list of models', () => {
  const names = (body: Record<string, unknown>) => (body.data as ModelView[]).map(({ name }) => name)

  test('tells prices as plain decimals, and routes', async () => {
    const { data } = await done<{ data: ModelView[] }>('GET', '/models?q=gpt-4o-mini')
    const model = data.find(({ name }) => name === 'gpt-4o-mini')
    expect([model]).toMatchObject([
      {
        name: 'gpt-4o-mini',
        price: { usdPerMillion: { input: '0.15', cached_read: '0.075', output: '0.6' }, source: 'genai-prices 0.1.8' },
        nextPrice: null,
        deployments: [{ region: 'us', provider: { name: 'openai', simulated: true } }, { region: 'eu' }],
      },
    ])
    expect(model?.access).toBeUndefined()
  })

  test('tells me what my profile lets me call, and why not the rest', async () => {
    const { body } = await ask(cole, 'GET', '/models?for=me&limit=200')
    const access = Object.fromEntries(
      (body.data as ModelView[]).map((model) => [model.name, model.access?.reason ?? null]),
    )
    expect(access).toMatchObject({ 'gpt-4o': null, 'gpt-4o-mini': null, 'claude-sonnet-4-5': 'model_not_allowed' })
    expect(names((await ask(cole, 'GET', '/models?for=me&filter[access]=allowed')).body)).toEqual([
      'gpt-4o',
      'gpt-4o-mini',
      'text-embedding-3-small',
    ])
    expect((await ask(dana, 'GET', '/models/gpt-4o?for=me')).body.access).toEqual({
      allowed: true,
      reason: null,
      layer: null,
      profile: 'Experiment',
    })
  })

  test.each(['name', '-name', 'input', '-input', 'output', '-output', 'context', '-context'])(
    'pages without loss or repeat, sorted by %s',
    async (sort) => {
      const whole = names((await ask(dana, 'GET', `/models?limit=200&sort=${sort}`)).body)
      const paged: string[] = []
      let cursor: unknown = null
      do {
        const { body } = await ask(
          dana,
          'GET',
          `/models?limit=7&sort=${sort}${cursor ? `&cursor=${String(cursor)}` : ''}`,
        )
        paged.push(...names(body))
        cursor = body.nextCursor
      } while (cursor)
      expect(paged).toEqual(whole)
      expect(new Set(whole).size).toBe(demoModels.length)
    },
  )

  test('is sorted by price, unpriced last either way', async () => {
    expect(names((await ask(dana, 'GET', '/models?sort=input&limit=1')).body)).toEqual(['text-embedding-3-small'])
    expect(names((await ask(dana, 'GET', '/models?sort=-output&limit=1')).body)).toEqual(['claude-opus-4-1'])
    expect(names((await ask(dana, 'GET', '/models?sort=-output&limit=200')).body).slice(-3)).toEqual([
      'text-embedding-3-small',
      'text-embedding-3-large',
      'gemini-embedding-001',
    ])
  })

  test('is filtered', async () => {
    expect(names((await ask(dana, 'GET', '/models?filter[provider]=google&filter[endpoint]=embeddings')).body)).toEqual(
      ['gemini-embedding-001'],
    )
    expect(names((await ask(dana, 'GET', '/models?filter[vendor]=anthropic&filter[status]=retired')).body)).toEqual([])
  })
})

describe('a model', () => {
  test('that the price package knows gets its list price, exactly', async () => {
    const model = await done<ModelView>(
      'POST',
      '/models',
      { name: 'gpt-4-turbo', vendor: 'openai', endpoints: ['chat'], contextTokens: 128_000 },
      201,
    )
    expect(model).toMatchObject({
      status: 'active',
      price: { usdPerMillion: { input: '10', output: '30' } },
      deployments: [],
    })
    expect(await lastEntry()).toMatchObject({ action: 'model.create', targetName: 'gpt-4-turbo' })
  })

  test('that nobody knows has no price, and is not free', async () => {
    const model = await done<ModelView>(
      'POST',
      '/models',
      { name: 'acme/model-1', vendor: 'acme', endpoints: ['chat'] },
      201,
    )
    expect(model.price).toBeNull()
    expect(priceAt((await snapshot()).models.get('acme/model-1')!, nowMs)).toBeNull()
    expect((await ask(dana, 'GET', `/models/${encodeURIComponent('acme/model-1')}?for=me`)).body.access).toMatchObject({
      allowed: false,
      reason: 'no_route',
    })
  })

  test('is added with price and routes in one go', async () => {
    const { providers } = await snapshot()
    const model = await done<ModelView>(
      'POST',
      '/models',
      {
        name: 'house-llm',
        vendor: 'acme',
        endpoints: ['chat'],
        capabilities: ['tools'],
        price: { usdPerMillion: { input: '0.000000001', output: '0' }, source: 'contract 7' },
        deployments: [{ providerId: providers.get('openai')!.id, upstreamModel: 'acme-7b', region: 'us', weight: 10 }],
      },
      201,
    )
    expect(model.deployments).toMatchObject([
      { upstreamModel: 'acme-7b', region: 'us', weight: 10, rank: 0, provider: { name: 'openai' } },
    ])
    const loaded = (await snapshot()).models.get('house-llm')!
    expect(priceAt(loaded, nowMs)?.nanosPerMillion).toEqual({ input: 1, output: 0 })
    expect((await ask(dana, 'GET', '/models/house-llm?for=me')).body.access).toMatchObject({ allowed: true })
  })

  test('gets a new price from a time to come; until then the old one is in force, and history stays', async () => {
    const from = nowMs + 3_600_000
    const before = (await snapshot()).models.get('gpt-4o')!
    const answer = await done<ModelView>(
      'POST',
      '/models/gpt-4o/prices',
      { usdPerMillion: { input: '2', output: '8.5' }, effectiveFrom: new Date(from).toISOString() },
      201,
    )
    expect(answer).toMatchObject({
      price: { usdPerMillion: { input: '2.5' } },
      nextPrice: { usdPerMillion: { input: '2', output: '8.5' } },
    })
    const after = (await snapshot()).models.get('gpt-4o')!
    expect(priceAt(after, from - 1)).toEqual(priceAt(before, nowMs))
    expect(priceAt(after, from)?.nanosPerMillion).toEqual({ input: 2_000_000_000, output: 8_500_000_000 })
    const { data } = await done<{ data: { usdPerMillion: object }[] }>('GET', '/models/gpt-4o/prices')
    expect(data.map(({ usdPerMillion }) => usdPerMillion)).toMatchObject([{ input: '2' }, { input: '2.5' }])
  })

  test('gets a new price at once', async () => {
    await done('POST', '/models/o3/prices', { usdPerMillion: { input: '1', output: '4' } }, 201)
    expect(priceAt((await snapshot()).models.get('o3')!, nowMs)?.nanosPerMillion).toEqual({
      input: 1_000_000_000,
      output: 4_000_000_000,
    })
    expect(await lastEntry()).toMatchObject({
      action: 'price.create',
      after: { usdPerMillion: { input: '1', output: '4' } },
    })
  })

  test('is routed, re-routed and taken off a route', async () => {
    const { providers } = await snapshot()
    const added = await done<ModelView>(
      'POST',
      '/models/o4-mini/deployments',
      { providerId: providers.get('openai-eu')!.id, region: 'eu', rank: 1 },
      201,
    )
    expect(added.deployments.map(({ provider, rank, upstreamModel }) => [provider.name, rank, upstreamModel])).toEqual([
      ['openai', 0, 'o4-mini'],
      ['openai-eu', 1, 'o4-mini'],
    ])
    const [first, second] = added.deployments
    const changed = await done<ModelView>('PATCH', `/models/o4-mini/deployments/${second!.id}`, {
      rank: 0,
      weight: 300,
      status: 'off',
    })
    expect(changed.deployments[0]).toMatchObject({ id: second!.id, weight: 300, status: 'off' })
    expect((await ask(ada, 'DELETE', `/models/o4-mini/deployments/${first!.id}`)).status).toBe(204)
    expect((await snapshot()).models.get('o4-mini')?.deployments.map(({ id }) => id)).toEqual([second!.id])
    expect((await ask(ada, 'DELETE', `/models/gpt-4o/deployments/${second!.id}`)).status).toBe(404)
  })

  test('is retired, quarantined and released', async () => {
    await done('PATCH', '/models/gpt-4.1-nano', { status: 'retired', retiresAt: '2026-12-01T00:00:00Z' })
    expect((await snapshot()).models.get('gpt-4.1-nano')?.status).toBe('retired')
    expect((await ask(ada, 'POST', '/models/gpt-4.1-nano/quarantine')).status).toBe(409)
    await done('POST', '/models/gpt-5/quarantine', { reason: 'unsafe answers' })
    expect((await snapshot()).models.get('gpt-5')?.status).toBe('quarantined')
    await done('POST', '/models/gpt-5/release')
    expect((await snapshot()).models.get('gpt-5')?.status).toBe('active')
  })

  test('that was called stays for the ledger’s sake', async () => {
    await fixture.context.db.$executeRaw`
      INSERT INTO usage_daily (start, dims_hash, key_id, model, tags, calls, refused, input_tokens, cached_tokens, output_tokens, cost_nanos, estimated_calls)
      VALUES (now(), '\\x00', 'key_x', 'gpt-5-nano', '{}', 1, 0, 1, 0, 1, 1, 0)`
    expect((await ask(ada, 'DELETE', '/models/gpt-5-nano')).status).toBe(409)
    expect((await ask(ada, 'DELETE', '/models/house-llm')).status).toBe(204)
  })

  test('is for administrators to change', async () => {
    for (const [method, path] of [
      ['POST', '/models'],
      ['PATCH', '/models/gpt-4o'],
      ['DELETE', '/models/gpt-4o'],
      ['POST', '/models/gpt-4o/prices'],
      ['POST', '/models/gpt-4o/deployments'],
      ['POST', '/models/gpt-4o/quarantine'],
    ] as const) {
      expect((await ask(dana, method, path, {})).status).toBe(403)
    }
  })

  test.each([
    ['a pattern for a name', '/models', { name: 'gpt-*' }, 'name'],
    ['an unknown endpoint', '/models', { endpoints: ['shell'] }, 'endpoints[0]'],
    ['no endpoint', '/models', { endpoints: [] }, 'endpoints'],
    ['an absurd context', '/models', { contextTokens: -1 }, 'contextTokens'],
    ['a price without output', '/models', { price: { usdPerMillion: { input: '1' } } }, 'price.usdPerMillion.output'],
    ['a route to nowhere', '/models', { deployments: [{ providerId: 'prov_ghost' }] }, 'deployments[0].providerId'],
    [
      'a negative price',
      '/models/gpt-4o/prices',
      { usdPerMillion: { input: '-1', output: '1' } },
      'usdPerMillion.input',
    ],
    [
      'a price as a number',
      '/models/gpt-4o/prices',
      { usdPerMillion: { input: 0.1, output: '1' } },
      'usdPerMillion.input',
    ],
    [
      'too fine a price',
      '/models/gpt-4o/prices',
      { usdPerMillion: { input: '0.0000000001', output: '1' } },
      'usdPerMillion.input',
    ],
    [
      'a price in exponents',
      '/models/gpt-4o/prices',
      { usdPerMillion: { input: '1e3', output: '1' } },
      'usdPerMillion.input',
    ],
    ['a price for nothing', '/models/gpt-4o/prices', { usdPerMillion: {} }, 'usdPerMillion'],
    [
      'a price for an unknown unit',
      '/models/gpt-4o/prices',
      { usdPerMillion: { smiles: '1' } },
      'usdPerMillion.smiles',
    ],
    [
      'a price in the past',
      '/models/gpt-4o/prices',
      { usdPerMillion: { input: '1', output: '1' }, effectiveFrom: '2020-01-01T00:00:00Z' },
      'effectiveFrom',
    ],
    ['a route without a provider', '/models/gpt-4o/deployments', {}, 'providerId'],
    ['a region that is no slug', '/models/gpt-4o/deployments', { providerId: 'prov_x', region: 'EU *' }, 'region'],
  ])('with %s is refused by field, and nothing is written', async (_, path, body, field) => {
    const count = () =>
      Promise.all([
        fixture.context.db.model.count(),
        fixture.context.db.price.count(),
        fixture.context.db.deployment.count(),
      ])
    const before = await count()
    const base = path === '/models' ? { name: 'bad-model', vendor: 'acme', endpoints: ['chat'] } : {}
    const answer = await ask(ada, 'POST', path, { ...base, ...body })
    expect(answer.status).toBe(422)
    expect((answer.body.errors as { field: string }[]).map((error) => error.field)).toContain(field)
    expect(await count()).toEqual(before)
  })
})

test.each(nastyStrings.map((text) => [text.slice(0, 40), text]))(
  '%j in every string is text or a clear error',
  async (_, text) => {
    const encoded = encodeURIComponent(text.replace('\ud800', '%'))
    const requests: [Method, string, unknown?][] = [
      ['POST', '/providers', { name: text, kind: 'openai', baseUrl: 'https://x.example.com' }],
      ['POST', '/providers', { name: 'nasty', kind: text, baseUrl: text }],
      [
        'POST',
        '/providers',
        {
          name: 'nasty',
          kind: 'openai',
          baseUrl: `https://x.example.com/${text}`,
          displayName: text,
          credential: { label: text, secret: `12345678${text}` },
        },
      ],
      ['POST', '/models', { name: text, vendor: text, endpoints: [text] }],
      [
        'POST',
        '/models',
        { name: 'nasty', vendor: text, displayName: text, endpoints: ['chat'], capabilities: [text] },
      ],
      ['POST', '/models/gpt-4o/prices', { usdPerMillion: { [text]: text }, source: text, effectiveFrom: text }],
      ['POST', '/models/gpt-4o/deployments', { providerId: text, upstreamModel: text, region: text }],
      ['GET', `/models?q=${encoded}`],
      ['GET', `/models?cursor=${encoded}`],
      ['GET', `/models?filter[vendor]=${encoded}`],
      ['GET', `/models/${encoded}`],
      ['GET', `/providers?q=${encoded}`],
      ['GET', `/providers?cursor=${encoded}`],
      ['GET', `/providers/${encoded}`],
    ]
    for (const [method, path, body] of requests) {
      const { status } = await ask(bootstrap, method, path, body)
      expect([200, 201, 400, 404, 409, 422]).toContain(status)
    }
    await fixture.context.db.provider.deleteMany({ where: { name: 'nasty' } })
    await fixture.context.db.model.deleteMany({ where: { name: 'nasty' } })
  },
)
