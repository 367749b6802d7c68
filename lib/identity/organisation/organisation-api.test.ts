/** What holds for the whole organisation: read by everybody with a role, changed by admins, audited, in force at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelEndpoints } from '#lib/catalog/endpoints.ts'
import { loadCatalog } from '#lib/catalog/load-catalog.ts'
import { organisationEndpoints } from '#lib/identity/organisation/endpoints.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

let fixture: TestContext
let ask: Ask
beforeAll(async () => {
  fixture = await openTestContext()
  await createSmallCompany(fixture.context.db)
  ask = apiOf(fixture.context, [...organisationEndpoints, ...modelEndpoints])
})
afterAll(() => fixture.close())

const set = (unpricedModels: unknown, actor = bootstrap) => ask(actor, 'PATCH', '/organisation', { unpricedModels })
const audit = () =>
  fixture.context.db.auditEntry.findMany({ where: { action: 'organisation.update' }, orderBy: { seq: 'asc' } })
const snapshot = () => loadCatalog(fixture.context.db, fixture.context.config.masterKey)

describe('the organisation', () => {
  test('refuses calls of models without a price unless somebody says otherwise', async () => {
    const dana = await actorNamed(fixture.context.db, 'Dana')
    expect((await ask(dana, 'GET', '/organisation')).body).toEqual({
      id: 'org_small',
      name: 'Small Company',
      timeZone: 'Europe/Berlin',
      unpricedModels: 'refuse',
    })
    expect((await snapshot()).unpricedModels).toBe('refuse')
  })

  test('has them flagged from the next call on, and the change is on record once', async () => {
    const version = async () => Number((await fixture.context.redis.get(versionKey('catalog'))) ?? 0)
    const before = await version()
    expect(await set('flag')).toMatchObject({ status: 200, body: { unpricedModels: 'flag' } })
    expect(await version()).toBeGreaterThan(before)
    expect((await snapshot()).unpricedModels).toBe('flag')

    const after = await version()
    expect((await set('flag')).status).toBe(200)
    expect(await version()).toBe(after)
    expect(await audit()).toMatchObject([
      {
        targetId: 'org_small',
        summary: 'had calls of models without a price served and flagged',
        before: { unpricedModels: 'refuse' },
        after: { unpricedModels: 'flag' },
      },
    ])
  })

  test('is changed by admins alone', async () => {
    const others = await Promise.all(
      (['Dana', 'Tess', 'Finn'] as const).map((name) => actorNamed(fixture.context.db, name)),
    )
    for (const actor of others) expect((await set('refuse', actor)).status).toBe(403)
    expect((await snapshot()).unpricedModels).toBe('flag')
  })

  test.each(['free', '', null, 1])('takes no other word: %j', async (word) => {
    expect(await set(word)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'unpricedModels', message: 'Use refuse or flag.' }] },
    })
  })

  test('tells people whether they may call a model without a price, as its setting and their budget have it', async () => {
    const { db } = fixture.context
    const dana = await actorNamed(db, 'Dana')
    await db.provider.create({
      data: { id: 'prov_one', name: 'one', displayName: 'One', kind: 'openai', baseUrl: 'https://one.test' },
    })
    await db.model.create({
      data: {
        id: 'model_new',
        name: 'brand-new',
        displayName: 'Brand new',
        vendor: 'test',
        endpoints: ['chat'],
        deployments: { create: { id: 'depl_new', providerId: 'prov_one', upstreamModel: 'brand-new' } },
      },
    })
    const access = async () => (await ask(dana, 'GET', '/models/brand-new?for=me')).body.access
    await set('flag')
    // Experiment's budget stops calls, so a key of it cannot call what nobody can count.
    expect(await access()).toMatchObject({ allowed: false, reason: 'no_price' })
    const { policy } = await db.accessProfile.findFirstOrThrow({ where: { name: 'Experiment' } })
    const unlimited = { ...(policy as object), budget: { default: null, maximumUsd: null } }
    await db.accessProfile.updateMany({ where: { name: 'Experiment' }, data: { policy: unlimited } })
    expect(await access()).toMatchObject({ allowed: true, reason: null })
    await set('refuse')
    expect(await access()).toMatchObject({ allowed: false, reason: 'no_price' })
  })
})
