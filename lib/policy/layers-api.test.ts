/** Layers above and below a profile: they only narrow, at once, and the key's page says which one did. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelEndpoints } from '#lib/catalog/endpoints.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { createKeyInput } from '#lib/keys/contract.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'
import type { EffectivePolicy } from '#lib/keys/get-effective-policy.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { readNewKeyOptions } from '#lib/keys/read-new-key-options.ts'
import type { ScopePolicyView } from '#lib/policy/contract.ts'
import { scopePolicyEndpoints } from '#lib/policy/endpoints.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21)
let fixture: TestContext
let ask: Ask
let ada: Actor
let dana: Actor
let keyId: string

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, config } = fixture.context
  await createSmallCompany(db, nowMs)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
  ada = await actorNamed(db, 'Ada')
  dana = await actorNamed(db, 'Dana')
  ask = apiOf(fixture.context, [...scopePolicyEndpoints, ...keyEndpoints, ...modelEndpoints])
  const input = createKeyInput.parse({ name: 'ranker', kind: 'personal', projectId: 'proj_ranking' })
  keyId = (await mintKey(fixture.context, dana, input)).id
})
afterAll(() => fixture.close())

const read = async (scope: string) =>
  (await ask(ada, 'GET', `/scope-policies/${scope}`)).body as unknown as ScopePolicyView
const narrow = async (scope: string, policy: object, actor = ada) =>
  ask(actor, 'PATCH', `/scope-policies/${scope}`, { version: (await read(scope)).version, policy })
const effective = async () => (await ask(dana, 'GET', `/keys/${keyId}/effective`)).body as unknown as EffectivePolicy

describe('a layer', () => {
  test('says nothing until somebody lets it', async () => {
    expect(await read('team/team_search')).toMatchObject({ version: 0, policy: { models: null }, keys: 1 })
    expect((await ask(ada, 'GET', '/scope-policies')).body.data).toEqual([])
  })

  test('narrows what its keys reach, and is named beside what it narrows', async () => {
    const before = await effective()
    expect(before.models.allowed).toContain('claude-sonnet-4-5')
    expect((await narrow('organisation/org_small', { models: { allow: ['*'], deny: ['gpt-4o'] } })).status).toBe(200)
    await narrow('team/team_search', { models: { allow: ['gpt-*'], deny: [] }, endpoints: ['chat'] })
    await narrow('project/proj_ranking', { regions: { allow: ['eu'], deny: [] }, cidr: { allow: ['10.0.0.0/8'] } })

    const after = await effective()
    expect(after.models.rules.map(({ layer, name }) => [layer, name])).toEqual([
      ['organisation', 'Small Company'],
      ['team', 'Search'],
      ['profile', 'Experiment'],
    ])
    expect(after.models.allowed).toContain('gpt-4o-mini')
    expect(after.models.allowed).not.toContain('gpt-4o')
    expect(after.models.allowed).not.toContain('claude-sonnet-4-5')
    expect(after.regions).toMatchObject({ rules: [{ layer: 'profile' }, { layer: 'project' }], allowed: ['eu'] })
    expect(after.endpoints).toMatchObject({ rules: [{ layer: 'team' }, { layer: 'profile' }], allowed: ['chat'] })
    expect(after.addresses).toEqual([{ layer: 'project', name: 'Ranking', allow: ['10.0.0.0/8'], deny: [] }])
  })

  test('never lets through what the profile does not allow', async () => {
    const { rows } = await fixture.context.sql.query<{ id: string }>(
      `SELECT id FROM access_profile WHERE name = 'Restricted'`,
    )
    await fixture.context.db.virtualKey.update({ where: { id: keyId }, data: { profileId: rows[0]!.id } })
    await narrow('team/team_search', { models: { allow: ['*'], deny: [] }, endpoints: null })
    const { models } = await effective()
    expect(models.allowed.toSorted()).toEqual(['gpt-4o-mini', 'text-embedding-3-small'])
  })

  test('is in force for the very next call: its version is published before the answer', async () => {
    const before = await fixture.context.redis.get(versionKey('team:team_search'))
    await narrow('team/team_search', { providers: { allow: ['openai'], deny: [] } })
    const after = await fixture.context.redis.get(versionKey('team:team_search'))
    expect(BigInt(after!)).toBeGreaterThan(BigInt(before!))
  })

  test('that somebody else changed meanwhile is not overwritten', async () => {
    const { version } = await read('team/team_search')
    const change = (allow: string[]) =>
      ask(ada, 'PATCH', '/scope-policies/team/team_search', { version, policy: { models: { allow, deny: [] } } })
    const answers = await Promise.all([change(['a']), change(['b']), change(['c'])])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
  })

  test('changes with an entry of the audit log, and not at all where nothing differs', async () => {
    const { version, policy } = await read('organisation/org_small')
    expect((await narrow('organisation/org_small', policy)).body).toMatchObject({ version })
    await narrow('organisation/org_small', { models: null })
    const [entry] = await fixture.context.db.auditEntry.findMany({ orderBy: { seq: 'desc' }, take: 1 })
    expect(entry).toMatchObject({
      action: 'scope_policy.update',
      targetId: 'org_small',
      before: { models: { deny: ['gpt-4o'] } },
      after: { models: null },
    })
  })

  test('is of admins: others can neither read nor write it, and there is none of what does not exist', async () => {
    expect((await ask(dana, 'GET', '/scope-policies/team/team_search')).status).toBe(403)
    expect((await narrow('team/team_search', { models: null }, dana)).status).toBe(403)
    expect((await ask(ada, 'GET', '/scope-policies/team/team_x')).status).toBe(404)
    expect((await ask(ada, 'GET', '/scope-policies/user/user_dana')).status).toBe(404)
  })

  test.each([
    ['a network that is none', { cidr: { allow: ['10/8'] } }, 'policy.cidr.allow[0]'],
    ['an unknown endpoint', { endpoints: ['root'] }, 'policy.endpoints[0]'],
    ['an unknown part', { limits: {} }, 'policy.limits'],
  ])('with %s is refused by field', async (_, policy, field) => {
    const { status, body } = await narrow('team/team_search', policy)
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ field }])
  })

  test.each(nastyStrings.map((text) => [text.slice(0, 30), text]))('%j is text or a clear error', async (_, text) => {
    const { status } = await narrow('team/team_search', { models: { allow: [text], deny: [] } })
    expect([200, 400, 422]).toContain(status)
    const id = encodeURIComponent(text.replace('\ud800', '%'))
    expect([400, 404, 422]).toContain((await ask(ada, 'GET', `/scope-policies/team/${id}`)).status)
  })

  test('is in lists of models and in the form for keys, as in a call', async () => {
    const clear = { providers: null, regions: null, endpoints: null, cidr: null }
    await narrow('team/team_search', { models: { allow: ['gpt-4o-mini'], deny: [] }, ...clear })
    await narrow('project/proj_ranking', { models: { allow: ['gpt-4o'], deny: [] }, ...clear })
    const access = async (name: string) => (await ask(dana, 'GET', `/models/${name}?for=me`)).body.access
    expect(await access('gpt-4o')).toMatchObject({ reason: 'model_not_allowed', layer: 'team Search' })
    expect(await access('gpt-4o-mini')).toMatchObject({ allowed: true })

    const { profiles } = await readNewKeyOptions(fixture.context, dana)
    expect(profiles[0]!.models.map(({ name }) => name)).toContain('gpt-4o')
    expect(profiles[0]!.modelsIn).toMatchObject({ 'team:team_search': ['gpt-4o-mini'], 'project:proj_ranking': [] })
  })
})
