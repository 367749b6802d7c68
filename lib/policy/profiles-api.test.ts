import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { createKeyInput } from '#lib/keys/contract.ts'
import { getEffectivePolicy } from '#lib/keys/get-effective-policy.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { digestOf } from '#lib/keys/rules/key-text.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { GuardrailsView, ProfileVersionView, ProfileView } from '#lib/policy/contract.ts'
import { profileEndpoints } from '#lib/policy/endpoints.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21)
const policy = builtInProfiles[0]!.policy
let fixture: TestContext
let company: SmallCompany
let ask: Ask
let ada: Actor
let dana: Actor
let cole: Actor

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, config } = fixture.context
  company = await createSmallCompany(db, nowMs)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
  ada = await actorNamed(db, 'Ada')
  dana = await actorNamed(db, 'Dana')
  cole = await actorNamed(db, 'Cole')
  ask = apiOf(fixture.context, profileEndpoints)
})
afterAll(() => fixture.close())

const experiment = async () =>
  (await ask(ada, 'GET', `/profiles/${company.profiles.experiment}`)).body as unknown as ProfileView
const patch = (body: Record<string, unknown>, id = company.profiles.experiment) =>
  ask(ada, 'PATCH', `/profiles/${id}`, body)
const mint = (actor: Actor) => mintKey(fixture.context, actor, createKeyInput.parse({ name: 'k', kind: 'personal' }))
const grantOf = async (text: string) =>
  (await loadGrant(fixture.context.db, digestOf(text, fixture.context.config.pepper), nowMs))?.grant

describe('access profiles', () => {
  test('begin with the three that are built in', async () => {
    const { body } = await ask(ada, 'GET', '/profiles')
    expect(
      (body.data as ProfileView[]).map(({ name, isDefault, builtIn, version }) => [name, isDefault, builtIn, version]),
    ).toEqual([
      ['Experiment', true, true, 1],
      ['Production', false, true, 1],
      ['Restricted', false, true, 1],
    ])
  })

  test('tell how many people and keys are on them', async () => {
    await mint(dana)
    expect(await experiment()).toMatchObject({ people: 4, keys: 1 })
  })

  test('that are tightened end living keys too, and give their own end back when they are loosened', async () => {
    const { db } = fixture.context
    const dayMs = 86_400_000
    const live = await mint(dana)
    const beyond = await mint(dana)
    await db.virtualKey.update({ where: { id: beyond.id }, data: { overrides: ['expiresAt'] } })
    const endOf = async (key: { readonly key: string }) => (await grantOf(key.key))?.key.expiresAtMs
    const patchLife = async (maximum: number) => {
      const { version } = await experiment()
      const lifetimeDays = { default: Math.min(90, maximum), maximum }
      expect((await patch({ version, policy: { lifetimeDays } })).status).toBe(200)
    }
    expect(await endOf(live)).toBe(nowMs + 90 * dayMs)
    await patchLife(30)
    expect([await endOf(live), await endOf(beyond)]).toEqual([nowMs + 30 * dayMs, nowMs + 90 * dayMs])
    expect(await getEffectivePolicy(fixture.context, dana, live.id)).toMatchObject({
      expiresAt: new Date(nowMs + 30 * dayMs).toISOString(),
      expiresAtSetBy: { layer: 'profile', name: 'Experiment' },
    })
    await patchLife(60)
    expect(await endOf(live)).toBe(nowMs + 60 * dayMs)
    await patchLife(180)
    expect(await endOf(live)).toBe(nowMs + 90 * dayMs)
    expect(await getEffectivePolicy(fixture.context, dana, live.id)).toMatchObject({ expiresAtSetBy: { layer: 'key' } })
  })

  test('are read by administrators and auditors, changed by administrators', async () => {
    expect((await ask(dana, 'GET', '/profiles')).status).toBe(403)
    expect((await ask(dana, 'GET', `/profiles/${company.profiles.experiment}`)).status).toBe(403)
    const auditor: Actor = { ...dana, roles: new Set(['auditor']) }
    expect((await ask(auditor, 'GET', `/profiles/${company.profiles.experiment}`)).status).toBe(200)
    expect((await ask(auditor, 'PATCH', `/profiles/${company.profiles.experiment}`, { version: 1 })).status).toBe(403)
    expect((await ask(auditor, 'POST', '/profiles', { name: 'x', policy })).status).toBe(403)
  })

  test('page by cursor', async () => {
    const first = await ask(ada, 'GET', '/profiles?limit=2&sort=-name')
    expect((first.body.data as ProfileView[]).map(({ name }) => name)).toEqual(['Restricted', 'Production'])
    const second = await ask(ada, 'GET', `/profiles?limit=2&sort=-name&cursor=${String(first.body.nextCursor)}`)
    expect(second.body).toMatchObject({ data: [{ name: 'Experiment' }], nextCursor: null })
  })
})

describe('a change of a profile', () => {
  test('applies to the keys on it at once, with a new version and an audit entry that shows both sides', async () => {
    const { key } = await mint(dana)
    const { version } = await experiment()
    const limits = { ...policy.limits, rpm: { default: 50, maximum: 100 } }
    const answer = await patch({ version, policy: { limits } })
    expect(answer).toMatchObject({
      status: 200,
      body: { version: version + 1, policy: { limits: { rpm: { maximum: 100 } } } },
    })
    expect((await grantOf(key))?.limits.find(({ kind }) => kind === 'rpm')?.limit).toBe(100)
    expect((await grantOf(key))?.profile.version).toBe(version + 1)
    expect(
      Number(await fixture.context.redis.get(versionKey(`profile:${company.profiles.experiment}`))),
    ).toBeGreaterThan(0)
    const [entry] = await fixture.context.db.auditEntry.findMany({
      where: { action: 'profile.update' },
      orderBy: { seq: 'desc' },
      take: 1,
    })
    expect(entry).toMatchObject({
      before: { version, limits: { rpm: { maximum: 1200 } } },
      after: { version: version + 1, limits: { rpm: { maximum: 100 } } },
    })
    expect(Object.keys(entry?.after as object)).toEqual(['limits', 'version'])
  })

  test('on an older version is refused and changes nothing', async () => {
    const before = await experiment()
    const answer = await patch({ version: before.version - 1, description: 'late' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(await experiment()).toEqual(before)
  })

  test('made by two at once is made by one', async () => {
    const { version } = await experiment()
    const answers = await Promise.all(['one', 'two', 'three'].map((description) => patch({ version, description })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
    expect((await experiment()).version).toBe(version + 1)
  })

  test('to what it is already changes nothing', async () => {
    const { version, description } = await experiment()
    expect((await patch({ version, description })).body).toMatchObject({ version })
  })

  test('takes the default from the profile that had it', async () => {
    const { version } = (await ask(ada, 'GET', `/profiles/${company.profiles.production}`))
      .body as unknown as ProfileView
    expect((await patch({ version, isDefault: true }, company.profiles.production)).body).toMatchObject({
      isDefault: true,
    })
    expect(await experiment()).toMatchObject({ isDefault: false })
    const { version: old } = await experiment()
    await patch({ version: old, isDefault: true })
    expect((await patch({ version: old + 1, isDefault: false })).status).toBe(422)
  })

  test.each([
    ['a default above its maximum', { limits: { rpm: { default: 10, maximum: 5 } } }, 'policy.limits.rpm.default'],
    ['a lifetime above its maximum', { lifetimeDays: { default: 10, maximum: 5 } }, 'policy.lifetimeDays.default'],
    [
      'a budget above its maximum',
      { budget: { default: { amountUsd: '10', period: 'day', posture: 'hard' }, maximumUsd: '300' } },
      'policy.budget.default.amountUsd',
    ],
    [
      'a soft budget under a maximum',
      { budget: { default: { amountUsd: '10', period: 'month', posture: 'soft' }, maximumUsd: '300' } },
      'policy.budget.default.posture',
    ],
    ['a negative limit', { limits: { rpm: { default: -1, maximum: null } } }, 'policy.limits.rpm.default'],
    ['an absurd limit', { limits: { rpm: { default: null, maximum: 1e13 } } }, 'policy.limits.rpm.maximum'],
    ['an unknown endpoint', { endpoints: ['chat', 'root'] }, 'policy.endpoints[1]'],
    ['an unknown part', { everything: true }, 'policy.everything'],
    ['an unknown kind', { kinds: ['root'] }, 'policy.kinds[0]'],
    ['half a part', { budget: { maximumUsd: '5' } }, 'policy.budget.default'],
    ['a wrong mode', { degradedMode: 'open' }, 'policy.degradedMode'],
    ['a network that is none', { cidr: { allow: ['10.0.0.0/33'] } }, 'policy.cidr.allow[0]'],
    ['a host name for a network', { cidr: { allow: ['*', 'example.com'] } }, 'policy.cidr.allow[1]'],
    [
      'a ceiling below nothing',
      { priceCeiling: { inputUsdPerMillion: '-1', outputUsdPerMillion: null } },
      'policy.priceCeiling.inputUsdPerMillion',
    ],
  ])('with %s is refused by field', async (_, change, field) => {
    const before = await experiment()
    const answer = await patch({ version: before.version, policy: change })
    expect(answer.status).toBe(422)
    expect((answer.body.errors as { field: string }[]).map((error) => error.field)).toContain(field)
    expect(await experiment()).toEqual(before)
  })

  test('of one part leaves every other as it is, also those that have a default', async () => {
    const id = company.profiles.restricted
    const { version, policy: before } = (await ask(ada, 'GET', `/profiles/${id}`)).body as unknown as ProfileView
    expect(before.storedState).toBe('refuse')
    const { body } = await patch({ version, policy: { issuesFirstKey: false } }, id)
    expect(body.policy).toEqual({ ...before, issuesFirstKey: false })
  })

  test('keeps the name of a built-in profile', async () => {
    const { version } = await experiment()
    expect(await patch({ version, name: 'Playground' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'name' }] },
    })
  })
})

describe('the versions of a profile', () => {
  const versionsOf = async (id: string, query = '') => {
    const { body } = await ask(ada, 'GET', `/profiles/${id}/versions${query}`)
    return body as unknown as { data: ProfileVersionView[]; nextCursor: string | null }
  }
  const restore = (id: string, wanted: number, version: number, actor = ada) =>
    ask(actor, 'POST', `/profiles/${id}/versions/${wanted}/restore`, { version })

  test('are all kept, say who made them, and can be put back: a new version that equals the old', async () => {
    const created = await ask(ada, 'POST', '/profiles', { name: 'Versions', policy })
    const id = String(created.body.id)
    await patch({ version: 1, policy: { keysPerPerson: 3 } }, id)
    await patch({ version: 2, description: 'For tests', policy: { pinnedOnly: true } }, id)

    const { data } = await versionsOf(id)
    expect(data.map(({ version, by, inForce }) => [version, by, inForce])).toEqual([
      [3, 'Ada', true],
      [2, 'Ada', false],
      [1, 'Ada', false],
    ])
    expect(data[2]?.policy).toEqual(policy)

    expect((await restore(id, 1, 2)).status).toBe(409)
    const restored = await restore(id, 1, 3)
    expect(restored).toMatchObject({ status: 200, body: { version: 4, description: '', policy } })
    expect((await versionsOf(id)).data[0]).toMatchObject({ version: 4, restores: 1, inForce: true, policy })
    const [entry] = await fixture.context.db.auditEntry.findMany({ orderBy: { seq: 'desc' }, take: 1 })
    expect(entry).toMatchObject({ action: 'profile.restore', before: { version: 3, pinnedOnly: true } })
    // Undone once more: what was undone comes back.
    expect((await restore(id, 3, 4)).body).toMatchObject({
      version: 5,
      policy: { ...policy, keysPerPerson: 3, pinnedOnly: true },
    })
  })

  test('tell what each of them changed, and what lies between any two', async () => {
    const [{ id }] = (await ask(ada, 'GET', '/profiles?q=Versions')).body.data as [ProfileView]
    const diff = async (path: string) => (await ask(ada, 'GET', `/profiles/${id}/versions/${path}`)).body
    expect(await diff('2/diff')).toEqual({
      from: 1,
      to: 2,
      before: { keysPerPerson: 10 },
      after: { keysPerPerson: 3 },
    })
    expect(await diff('4/diff?against=1')).toMatchObject({ before: {}, after: {} })
    expect((await ask(ada, 'GET', `/profiles/${id}/versions/1/diff`)).status).toBe(404)
    expect((await ask(ada, 'GET', `/profiles/${id}/versions/99/diff`)).status).toBe(404)
  })

  test('come page by page, and are of admins and auditors', async () => {
    const [{ id }] = (await ask(ada, 'GET', '/profiles?q=Versions')).body.data as [ProfileView]
    const first = await versionsOf(id, '?limit=2')
    const second = await versionsOf(id, `?limit=2&cursor=${first.nextCursor}`)
    expect([...first.data, ...second.data].map(({ version }) => version)).toEqual([5, 4, 3, 2])
    expect((await ask(dana, 'GET', `/profiles/${id}/versions`)).status).toBe(403)
    expect((await restore(id, 1, 5, dana)).status).toBe(403)
  })

  test('begin with the first, also of the built-in profiles', async () => {
    const { data } = await versionsOf(company.profiles.production)
    expect(data.at(-1)).toMatchObject({ version: 1, by: 'Gatehouse' })
  })
})

describe('a profile of one’s own', () => {
  test('is created, renamed, and archived once nobody is on it', async () => {
    const created = await ask(ada, 'POST', '/profiles', { name: 'Research', policy })
    expect(created).toMatchObject({ status: 201, body: { name: 'Research', builtIn: false, version: 1, keys: 0 } })
    const id = String(created.body.id)
    expect((await ask(ada, 'POST', '/profiles', { name: 'Research', policy })).status).toBe(409)
    expect((await patch({ version: 1, name: 'Production' }, id)).status).toBe(409)
    expect((await patch({ version: 1, name: 'Labs' }, id)).body).toMatchObject({ name: 'Labs', version: 2 })

    await fixture.context.db.user.update({ where: { id: 'user_finn' }, data: { profileId: id } })
    expect(await ask(ada, 'DELETE', `/profiles/${id}`)).toMatchObject({
      status: 409,
      body: { detail: 'People on this profile: 1.' },
    })
    await fixture.context.db.user.update({
      where: { id: 'user_finn' },
      data: { profileId: company.profiles.experiment },
    })
    expect((await ask(ada, 'DELETE', `/profiles/${id}`)).status).toBe(204)
    expect((await ask(ada, 'GET', `/profiles/${id}`)).status).toBe(404)
  })

  test('is not one of the built-in ones, which stay', async () => {
    expect((await ask(ada, 'DELETE', `/profiles/${company.profiles.restricted}`)).status).toBe(409)
  })

  test.each(nastyStrings.map((text) => [text.slice(0, 40), text]))(
    '%j in every string is text or a clear error',
    async (_, text) => {
      const bodies = [
        { name: text, policy },
        { name: 'nasty', description: text, policy },
        { name: `nasty ${text.slice(0, 20)}`, policy: { ...policy, models: { allow: [text], deny: [text] } } },
        { name: 'nasty', policy: { ...policy, degradedMode: text } },
        { name: 'nasty', policy: { ...policy, [text]: 1 } },
      ]
      for (const body of bodies) {
        const { status } = await ask(bootstrap, 'POST', '/profiles', body)
        expect([201, 400, 409, 422]).toContain(status)
      }
      const id = encodeURIComponent(text.replace('\ud800', '%'))
      expect([400, 404]).toContain((await ask(ada, 'GET', `/profiles/${id}`)).status)
      expect([400, 404]).toContain((await ask(ada, 'GET', `/profiles/${id}/guardrails`)).status)
      expect([200, 400, 422]).toContain((await ask(ada, 'GET', `/profiles?q=${id}`)).status)
    },
  )
})

describe('guardrails', () => {
  test('are told to the people on the profile, to others they do not exist', async () => {
    const mine = (await ask(cole, 'GET', '/profiles/mine/guardrails')).body as unknown as GuardrailsView
    expect(mine).toMatchObject({
      profile: { name: 'Restricted' },
      kinds: ['personal'],
      limits: { rpm: { default: 30, maximum: 60 } },
      budget: { maximumUsd: { month: '50', day: '1.612903225', total: '50' }, loosestPosture: 'hard' },
      keysPerPerson: 3,
      keysLeft: 3,
      mayOverride: false,
    })
    expect(mine.models.filter(({ allowed }) => allowed).map(({ name }) => name)).toEqual([
      'gpt-4o',
      'gpt-4o-mini',
      'text-embedding-3-small',
    ])
    expect(mine.regions).toEqual([
      { name: 'eu', allowed: true },
      { name: 'us', allowed: false },
    ])
    expect((await ask(cole, 'GET', `/profiles/${company.profiles.experiment}/guardrails`)).status).toBe(404)
    expect((await ask(ada, 'GET', `/profiles/${company.profiles.restricted}/guardrails`)).body).toMatchObject({
      mayOverride: true,
    })
  })
})
