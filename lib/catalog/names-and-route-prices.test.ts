/** Aliases of models and prices of routes through the management API, as the call path then has them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelView, PriceView } from '#lib/catalog/contract.ts'
import { modelEndpoints } from '#lib/catalog/endpoints.ts'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import { routePriceAt } from '#lib/catalog/snapshot.ts'
import type { Actor } from '#lib/identity/contract.ts'
import type { Method } from '#lib/management/endpoint.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf, nastyStrings, type ApiAnswer, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21)
let fixture: TestContext
let ask: Ask
let ada: Actor
let dana: Actor

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  await createSmallCompany(fixture.context.db, nowMs)
  await seed()
  ada = await actorNamed(fixture.context.db, 'Ada')
  dana = await actorNamed(fixture.context.db, 'Dana')
  ask = apiOf(fixture.context, modelEndpoints)
})
afterAll(() => fixture.close())

const seed = () =>
  fixture.context.db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: fixture.context.config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
const done = async <Body>(method: Method, path: string, body?: unknown, status: number = 200): Promise<Body> => {
  const answer = await ask(ada, method, path, body)
  expect([answer.status, answer.body.detail, answer.body.errors]).toEqual([status, undefined, undefined])
  return answer.body as Body
}
const snapshot = () => loadCatalog(fixture.context.db, fixture.context.config.masterKey, nowMs)
const standsFor = async (alias: string) => (await snapshot()).aliases.get(alias)?.name
const version = async () => Number((await fixture.context.redis.get(versionKey('catalog'))) ?? 0)
const lastEntries = (take: number) => fixture.context.db.auditEntry.findMany({ orderBy: { seq: 'desc' }, take })
const fieldsOf = ({ body }: ApiAnswer) => (body.errors as { field: string }[]).map(({ field }) => field)

describe('an alias', () => {
  test('is given with a model or later, told with it, found by it, and taken away', async () => {
    const made = await done<ModelView>(
      'POST',
      '/models',
      { name: 'house-1', vendor: 'acme', endpoints: ['chat'], aliases: ['house', 'acme/house'] },
      201,
    )
    expect(made.aliases).toEqual(['acme/house', 'house'])
    expect(await standsFor('acme/house')).toBe('house-1')
    const before = await version()
    const changed = await done<ModelView>('PATCH', '/models/house-1', { aliases: ['house', 'cottage'] })
    expect(changed.aliases).toEqual(['cottage', 'house'])
    expect(await version()).toBeGreaterThan(before)
    expect([await standsFor('cottage'), await standsFor('acme/house')]).toEqual(['house-1', undefined])
    expect(await lastEntries(1)).toMatchObject([
      {
        action: 'model.update',
        targetName: 'house-1',
        before: { aliases: ['acme/house', 'house'] },
        after: { aliases: ['cottage', 'house'] },
      },
    ])
    const { data } = await done<{ data: ModelView[] }>('GET', '/models?q=cottage')
    expect(data.map(({ name }) => name)).toEqual(['house-1'])
    expect((await ask(ada, 'DELETE', '/models/house-1')).status).toBe(204)
    expect(await standsFor('house')).toBeUndefined()
  })

  test('that is left as it is changes nothing', async () => {
    const before = await version()
    await done('PATCH', '/models/gpt-4o-mini', { aliases: ['fast'] })
    expect(await version()).toBe(before)
  })

  test('that another model has is a conflict, unless it is to move: then one edit moves it, told of both', async () => {
    const refused = await ask(ada, 'PATCH', '/models/gpt-4o', { aliases: ['quick', 'fast'] })
    expect([refused.status, fieldsOf(refused)]).toEqual([409, ['aliases[1]']])
    expect(refused.body.detail).toBe('fast is an alias of gpt-4o-mini already.')
    expect([await standsFor('fast'), await standsFor('quick')]).toEqual(['gpt-4o-mini', undefined])

    const before = await version()
    await done('PATCH', '/models/gpt-4o', { aliases: ['quick', 'fast'], moveAliases: true })
    expect([await standsFor('fast'), await standsFor('quick')]).toEqual(['gpt-4o', 'gpt-4o'])
    expect(await version()).toBeGreaterThan(before)
    expect(await lastEntries(2)).toMatchObject([
      { targetName: 'gpt-4o-mini', summary: 'moved fast from model gpt-4o-mini to gpt-4o', after: { aliases: [] } },
      { targetName: 'gpt-4o', before: { aliases: [] }, after: { aliases: ['fast', 'quick'] } },
    ])
    await done('PATCH', '/models/gpt-4o-mini', { aliases: ['fast'], moveAliases: true })
  })

  test('is never a model’s name or id, nor a model named like an alias', async () => {
    const { id } = await done<ModelView>('GET', '/models/o3')
    for (const name of ['gpt-4o', 'o3', id]) {
      const answer = await ask(ada, 'PATCH', '/models/o3', { aliases: ['fine', name], moveAliases: true })
      expect([answer.status, fieldsOf(answer)]).toEqual([409, ['aliases[1]']])
    }
    const model = { name: 'fast', vendor: 'acme', endpoints: ['chat'] }
    const named = await ask(ada, 'POST', '/models', model)
    expect([named.status, fieldsOf(named)]).toEqual([409, ['name']])
    const both = await ask(ada, 'POST', '/models', { ...model, name: 'slow', aliases: ['gpt-5', 'fast'] })
    expect([both.status, fieldsOf(both)]).toEqual([409, ['aliases[0]', 'aliases[1]']])
    expect((await snapshot()).models.has('slow')).toBe(false)
  })

  test('that two models take at once goes to one of them', async () => {
    for (let round = 0; round < 10; round++) {
      const alias = `raced-${round}`
      const answers = await Promise.all([
        ask(ada, 'PATCH', '/models/o3', { aliases: [alias] }),
        ask(ada, 'PATCH', '/models/o4-mini', { aliases: [alias] }),
        ask(ada, 'POST', '/models', { name: `new-${round}`, vendor: 'acme', endpoints: ['chat'], aliases: [alias] }),
        ask(ada, 'POST', '/models', { name: alias, vendor: 'acme', endpoints: ['chat'] }),
      ])
      expect(answers.map(({ status }) => status).filter((status) => status < 300)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(3)
      const { models, aliases } = await snapshot()
      expect(models.has(alias)).toBe(!aliases.has(alias))
    }
  })

  test.each([
    ['a name that is no text for a name', { aliases: ['has space'] }, 'aliases[0]'],
    ['the same alias twice', { aliases: ['twice', 'twice'] }, 'aliases'],
    ['more than twenty', { aliases: Array.from({ length: 21 }, (_, i) => `a-${i}`) }, 'aliases'],
    ['no list', { aliases: 'fast' }, 'aliases'],
  ])('list with %s is refused by field', async (_, patch, field) => {
    const answer = await ask(ada, 'PATCH', '/models/o3', patch)
    expect([answer.status, fieldsOf(answer)]).toEqual([422, [field]])
  })

  test('may not be the name of the very model that is made', async () => {
    const answer = await ask(ada, 'POST', '/models', { name: 'me', vendor: 'a', endpoints: ['chat'], aliases: ['me'] })
    expect([answer.status, fieldsOf(answer)]).toEqual([422, ['aliases']])
  })

  test.each(nastyStrings.map((text) => [text.slice(0, 40), text]))('%j is a clear error', async (_, text) => {
    expect([400, 422]).toContain((await ask(ada, 'PATCH', '/models/o3', { aliases: [text] })).status)
  })

  test('is an administrator’s to give', async () => {
    expect((await ask(dana, 'PATCH', '/models/o3', { aliases: ['mine'] })).status).toBe(403)
  })

  test('of the demo stays where an administrator has put it when the demo starts again', async () => {
    await done('PATCH', '/models/gpt-4o', { aliases: ['fast', 'gpt-4.1-nano-next'], moveAliases: true })
    expect((await ask(ada, 'DELETE', '/models/gpt-4.1-nano')).status).toBe(204)
    await done('PATCH', '/models/gpt-5', { aliases: ['gpt-4.1-nano'] })
    expect((await ask(ada, 'DELETE', '/models/claude-sonnet-4-5')).status).toBe(204)
    await seed()
    const { models, aliases } = await snapshot()
    expect([aliases.get('fast')?.name, aliases.get('gpt-4.1-nano')?.name]).toEqual(['gpt-4o', 'gpt-5'])
    expect(models.has('gpt-4.1-nano')).toBe(false)
    expect(aliases.get('smart')?.name).toBe('claude-sonnet-4-5')
  })
})

describe('a price of a route', () => {
  const routesOf = async (model: string) => (await done<ModelView>('GET', `/models/${model}`)).deployments
  const setPrice = (model: string, body: object) => done<ModelView>('POST', `/models/${model}/prices`, body, 201)

  test('is told with the route, and the model keeps its own for the others', async () => {
    const [us, eu] = await routesOf('gpt-4.1')
    expect([us?.price, eu?.price]).toEqual([null, null])
    const after = await setPrice('gpt-4.1', { deploymentId: eu!.id, usdPerMillion: { input: '2.2', output: '8.8' } })
    expect(after.deployments.map(({ price }) => price?.usdPerMillion ?? null)).toEqual([
      null,
      { input: '2.2', output: '8.8' },
    ])
    expect(after.price).toMatchObject({ deploymentId: null, usdPerMillion: { input: '2', output: '8' } })
    expect(after.nextPrice).toBeNull()
    expect(await lastEntries(1)).toMatchObject([
      {
        action: 'price.create',
        summary: `set a price of model gpt-4.1 at openai-eu, eu, from ${new Date(nowMs).toISOString()}`,
        before: { deploymentId: eu!.id, usdPerMillion: null },
        after: { deploymentId: eu!.id, usdPerMillion: { input: '2.2', output: '8.8' } },
      },
    ])
    const model = (await snapshot()).models.get('gpt-4.1')!
    expect(
      model.deployments.map((deployment) => routePriceAt(model, deployment, nowMs)?.nanosPerMillion.input),
    ).toEqual([2_000_000_000, 2_200_000_000])
    const { data } = await done<{ data: PriceView[] }>('GET', '/models/gpt-4.1/prices')
    expect(data.map(({ deploymentId }) => deploymentId)).toEqual([eu!.id, null])
  })

  test('that is to come is not the model’s, and leaves what is in force until then', async () => {
    const [us] = await routesOf('gpt-5')
    const from = nowMs + 3_600_000
    const after = await setPrice('gpt-5', {
      deploymentId: us!.id,
      usdPerMillion: { input: '9', output: '9' },
      effectiveFrom: new Date(from).toISOString(),
    })
    expect([after.deployments[0]?.price, after.nextPrice]).toEqual([null, null])
    const model = (await snapshot()).models.get('gpt-5')!
    const [route] = model.deployments
    expect(routePriceAt(model, route!, from - 1)).toEqual(model.prices.at(-1))
    expect(routePriceAt(model, route!, from)?.nanosPerMillion).toEqual({ input: 9_000_000_000, output: 9_000_000_000 })
  })

  test('lets a model be called that has none itself', async () => {
    const { id } = (await snapshot()).providers.get('openai-eu')!
    await done(
      'POST',
      '/models',
      { name: 'house-2', vendor: 'acme', endpoints: ['chat'], deployments: [{ providerId: id, region: 'eu' }] },
      201,
    )
    const accessOf = async () => (await ask(dana, 'GET', '/models/house-2?for=me')).body.access
    expect(await accessOf()).toMatchObject({ allowed: false, reason: 'no_price' })
    const [route] = await routesOf('house-2')
    const after = await setPrice('house-2', { deploymentId: route!.id, usdPerMillion: { input: '1', output: '1' } })
    expect(after.price).toBeNull()
    expect(await accessOf()).toMatchObject({ allowed: true })
  })

  test('is history: its route is switched off, not removed, unless the whole model goes', async () => {
    const [route] = await routesOf('house-2')
    expect((await ask(ada, 'DELETE', `/models/house-2/deployments/${route!.id}`)).status).toBe(409)
    expect((await ask(ada, 'DELETE', '/models/house-2')).status).toBe(204)
    expect(await fixture.context.db.price.count({ where: { deploymentId: route!.id } })).toBe(0)
  })

  test('is only for a route of that model, and names all that the model uses', async () => {
    const [elsewhere] = await routesOf('gpt-4o')
    const [own] = await routesOf('gpt-5-mini')
    const count = await fixture.context.db.price.count()
    for (const [deploymentId, usdPerMillion, field] of [
      [elsewhere!.id, { input: '1', output: '1' }, 'deploymentId'],
      ['depl_ghost', { input: '1', output: '1' }, 'deploymentId'],
      [own!.id, { input: '1' }, 'usdPerMillion.output'],
    ] as const) {
      const answer = await ask(ada, 'POST', '/models/gpt-5-mini/prices', { deploymentId, usdPerMillion })
      expect([answer.status, fieldsOf(answer)]).toEqual([422, [field]])
    }
    expect(await fixture.context.db.price.count()).toBe(count)
  })
})
