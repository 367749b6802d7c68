import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoModels } from '#lib/catalog/demo-catalogue.ts'
import { listPriceEdition } from '#lib/catalog/list-prices.ts'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { checkPrice } from '#lib/catalog/rules/check-price.ts'
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import { priceAt } from '#lib/catalog/snapshot.ts'
import { newId } from '#lib/platform/ids.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21)
let fixture: TestContext
const load = (atMs = nowMs, masterKey = fixture.context.config.masterKey) =>
  loadCatalog(fixture.context.db, masterKey, atMs)
const seed = (simulatorUrl: string) =>
  fixture.context.db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: fixture.context.config.masterKey, simulatorUrl, nowMs }),
  )

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  await seed('http://127.0.0.1:4000/')
})
afterAll(() => fixture.close())

describe('the demo catalogue', () => {
  test('has at least the promised models, each with a route, a credential and a price', async () => {
    const { models, unreadableCredentials } = await load()
    expect([...models.keys()]).toEqual(
      expect.arrayContaining([
        'gpt-4o-mini',
        'gpt-4o',
        'text-embedding-3-small',
        'claude-sonnet-4-5',
        'gemini-2.5-flash',
      ]),
    )
    expect(models.size).toBe(demoModels.length)
    expect(unreadableCredentials).toEqual([])
    const baseUrls = ['openai/v1', 'anthropic/v1', 'gemini/v1beta'].map((path) => `http://127.0.0.1:4000/${path}`)
    for (const model of models.values()) {
      expect(baseUrls).toContain(model.deployments[0]?.provider.baseUrl)
      expect(model.deployments[0]?.provider.credentials[0]?.secret.reveal()).toMatch(/^sk-simulated-/)
      const price = priceAt(model, nowMs)
      expect(checkPrice(price?.nanosPerMillion ?? {}, model.endpoints)).toEqual([])
      expect(Object.values(price?.nanosPerMillion ?? {}).some((nanos) => nanos > 0)).toBe(true)
    }
  })

  test('charges the published prices, to the nano', async () => {
    const { models } = await load()
    const cost = (name: string, input: number, output: number) =>
      priceCall({ input, output }, priceAt(models.get(name)!, nowMs)!.nanosPerMillion).costNanos
    expect(cost('gpt-4o-mini', 1_000_000, 1_000_000)).toBe(750_000_000n)
    expect(cost('claude-sonnet-4-5', 1_000_000, 1_000_000)).toBe(18_000_000_000n)
    expect(cost('gemini-2.5-flash', 10, 3)).toBe(10_500n)
    expect(cost('text-embedding-3-small', 1, 0)).toBe(20n)
    const priceOf = (name: string) => priceAt(models.get(name)!, nowMs)!.nanosPerMillion
    expect(priceCall({ seconds: 60 }, priceOf('whisper-1')).costNanos).toBe(6_000_000n)
    expect(priceCall({ input: 10, image_output: 1000 }, priceOf('gpt-image-1.5')).costNanos).toBe(32_050_000n)
  })

  test('keeps what was there, and follows the simulator to a new address', async () => {
    const before = await load()
    await fixture.context.db.model.update({
      where: { name: 'o3' },
      data: { displayName: 'Our o3', status: 'quarantined' },
    })
    await seed('http://127.0.0.1:4001')
    const after = await load()
    expect(after.models.size).toBe(before.models.size)
    expect(after.models.get('o3')).toMatchObject({ displayName: 'Our o3', status: 'quarantined' })
    expect(after.models.get('gpt-4o')?.prices).toEqual(before.models.get('gpt-4o')?.prices)
    expect(after.providers.get('openai')?.baseUrl).toBe('http://127.0.0.1:4001/openai/v1')
    expect(after.providers.get('openai')?.credentials).toHaveLength(1)
    expect(BigInt(after.version)).toBeGreaterThan(BigInt(before.version))
  })
})

describe('a snapshot', () => {
  test('ranks the routes of a model', async () => {
    const { models } = await load()
    expect(
      models.get('gpt-4o')?.deployments.map(({ provider, region, rank }) => [provider.name, region, rank]),
    ).toEqual([
      ['openai', 'us', 0],
      ['openai-eu', 'eu', 1],
    ])
  })

  test('holds the price in force and those to come, so that a price changes at its time without a reload', async () => {
    const { db } = fixture.context
    const model = await db.model.findUniqueOrThrow({ where: { name: 'gpt-4.1' }, select: { id: true } })
    const price = (input: number, effectiveFromMs: number) =>
      db.price.create({
        data: {
          id: newId('price'),
          modelId: model.id,
          nanosPerMillion: { input },
          effectiveFrom: new Date(effectiveFromMs),
          source: 'test',
        },
      })
    await price(1, nowMs - 2000)
    await price(2, nowMs - 1000)
    await price(3, nowMs + 1000)
    await price(4, nowMs + 2000)
    const loaded = (await load()).models.get('gpt-4.1')!
    expect(loaded.prices.map(({ nanosPerMillion }) => nanosPerMillion.input)).toEqual([2, 3, 4])
    expect(
      [nowMs, nowMs + 999, nowMs + 1000, nowMs + 5000].map((at) => priceAt(loaded, at)?.nanosPerMillion.input),
    ).toEqual([2, 2, 3, 4])
    expect(priceAt(loaded, nowMs - 1001)).toBeNull()
  })

  test('of a model without a price says so instead of calling it free', async () => {
    await fixture.context.db.model.create({
      data: { id: newId('model'), name: 'new-one', displayName: 'New', vendor: 'x', endpoints: ['chat'] },
    })
    expect(priceAt((await load()).models.get('new-one')!, nowMs)).toBeNull()
  })

  test('goes without credentials that the master key does not open, and names them', async () => {
    const { providers, unreadableCredentials } = await load(nowMs, randomBytes(32))
    expect(unreadableCredentials).toHaveLength(4)
    expect(providers.get('openai')?.credentials).toEqual([])
  })

  test('has readable credentials again once the demo was started under another master key', async () => {
    const masterKey = randomBytes(32)
    await fixture.context.db.$transaction((tx) =>
      seedCatalog(tx, { masterKey, simulatorUrl: 'http://127.0.0.1:4002', nowMs }),
    )
    const { providers, unreadableCredentials } = await load(nowMs, masterKey)
    expect(unreadableCredentials).toEqual([])
    expect(providers.get('openai')?.credentials).toHaveLength(1)
  })

  test('leaves retired credentials out', async () => {
    await fixture.context.db.providerCredential.updateMany({
      where: { provider: { name: 'google' } },
      data: { status: 'retired' },
    })
    expect((await load()).providers.get('google')?.credentials).toEqual([])
  })
})

test('the edition of the price package is the one that is installed', async () => {
  const installed = JSON.parse(await readFile('node_modules/@pydantic/genai-prices/package.json', 'utf8')) as {
    version: string
  }
  expect(listPriceEdition).toBe(`genai-prices ${installed.version}`)
})
