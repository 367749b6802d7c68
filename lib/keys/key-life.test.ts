/** How long keys live: the longest age, who is told, what nobody uses, and revoking many after a look. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { noticeKeys } from '#lib/jobs/notice-keys.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'
import { profileEndpoints } from '#lib/policy/endpoints.ts'
import { apiOf, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.now()
const dayMs = 86_400_000
const iso = (days: number) => new Date(nowMs + days * dayMs).toISOString()
let fixture: TestContext
let ask: Ask
const people: Record<string, Actor> = {}

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, config } = fixture.context
  await createSmallCompany(db, nowMs)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
  for (const name of ['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const) people[name] = await actorNamed(db, name)
  ask = apiOf(fixture.context, [...keyEndpoints, ...profileEndpoints])
})
afterAll(() => fixture.close())

async function create(name: string, body: Record<string, unknown>): Promise<string> {
  const answer = await ask(people[name]!, 'POST', '/keys', { kind: 'personal', ...body })
  expect([answer.status, answer.body.detail]).toEqual([201, undefined])
  return String(answer.body.id)
}
const patch = (name: string, id: string, expiresAt: string | null) =>
  ask(people[name]!, 'PATCH', `/keys/${id}`, { expiresAt })
const age = (id: string, days: number) =>
  fixture.context.db.virtualKey.update({ where: { id }, data: { createdAt: new Date(nowMs - days * dayMs) } })

describe('the longest lifetime of a profile', () => {
  test('counts from when the key was made, however often it is extended', async () => {
    const id = await create('Dana', { name: 'aging' })
    await age(id, 170)
    // Experiment lets keys live 180 days: ten are left.
    expect((await patch('Dana', id, iso(10))).status).toBe(200)
    const refused = await patch('Dana', id, iso(11))
    expect([refused.status, refused.body.errors]).toMatchObject([422, [{ field: 'expiresAt', maximum: iso(10) }]])
    expect((await patch('Dana', id, null)).status).toBe(422)
    // Not by rotating either: the key is the same.
    await ask(people.Dana!, 'POST', `/keys/${id}/rotate`, { graceSeconds: 0 })
    expect((await patch('Dana', id, iso(11))).status).toBe(422)
  })

  test('does not bring an expired key of that age back', async () => {
    const id = await create('Dana', { name: 'too old' })
    await age(id, 181)
    await fixture.context.db.virtualKey.update({
      where: { id },
      data: { status: 'expired', expiresAt: new Date(nowMs - dayMs) },
    })
    expect((await patch('Dana', id, iso(1))).body).toMatchObject({ code: 'guardrail_exceeded' })
  })

  test('is an admin’s to go beyond, which the key says', async () => {
    const id = await create('Dana', { name: 'exception' })
    await age(id, 170)
    expect((await patch('Ada', id, iso(100))).body).toMatchObject({ expiresAt: iso(100), overrides: ['expiresAt'] })
  })
})

describe('notices', () => {
  test('are each person’s own, and gone with the key’s extension', async () => {
    const mine = await create('Dana', { name: 'soon over', expiresAt: iso(5) })
    await create('Tess', { name: 'soon over too', expiresAt: iso(6) })
    await noticeKeys(fixture.context)
    const read = async (name: string) => (await ask(people[name]!, 'GET', '/keys/notices')).body
    expect(await read('Dana')).toMatchObject({
      data: [{ key: { id: mine, name: 'soon over' }, kind: 'ends_soon', dueAt: iso(5) }, { key: { name: 'aging' } }],
    })
    expect(await read('Tess')).toMatchObject({ data: [{ key: { name: 'soon over too' } }] })
    expect(await read('Finn')).toEqual({ data: [] })
    await patch('Dana', mine, iso(60))
    expect(await read('Dana')).toMatchObject({ data: [{ key: { name: 'aging' } }] })
  })
})

describe('keys that nobody uses', () => {
  test('are listed for any number of days, and revoked by the same filter after a look that changes nothing', async () => {
    const ids = [
      await create('Cole', { name: 'never used' }),
      await create('Cole', { name: 'long ago' }),
      await create('Cole', { name: 'yesterday' }),
    ]
    for (const id of ids) await age(id, 80)
    const used = (id: string, days: number) =>
      fixture.context.db.virtualKey.update({ where: { id }, data: { lastUsedAt: new Date(nowMs - days * dayMs) } })
    await used(ids[1]!, 61)
    await used(ids[2]!, 1)
    const idle = async (days: string) =>
      await ask(people.Cole!, 'GET', `/keys?filter[owner]=me&filter[idleDays]=${days}&sort=name`)
    expect((await idle('60')).body).toMatchObject({ data: [{ name: 'long ago' }, { name: 'never used' }] })
    expect((await idle('70')).body).toMatchObject({ data: [{ name: 'never used' }] })
    expect((await idle('soon')).body).toMatchObject({ errors: [{ field: 'filter[idleDays]' }] })

    const filter = { owner: ['user_cole'], idleDays: 60 }
    const preview = await ask(people.Ada!, 'POST', '/keys/revoke', { filter, dryRun: true })
    expect(preview.body).toMatchObject({
      dryRun: true,
      count: 2,
      owners: [{ owner: { id: 'user_cole', name: 'Cole' }, keys: 2 }],
      keys: [
        { name: 'long ago', lastUsedAt: iso(-61) },
        { name: 'never used', lastUsedAt: null },
      ],
      lastUsedAt: iso(-61),
    })
    expect((await idle('60')).body.data).toHaveLength(2)
    // Whoever may not revoke them previews none of them.
    for (const name of ['Dana', 'Finn']) {
      const answer = await ask(people[name]!, 'POST', '/keys/revoke', { filter, dryRun: true })
      expect(answer.status === 403 || answer.body.count === 0).toBe(true)
    }
    expect((await ask(people.Ada!, 'POST', '/keys/revoke', { filter })).body).toMatchObject({ dryRun: false, count: 2 })
    expect((await idle('60')).body.data).toEqual([])
  })
})

describe('a profile', () => {
  test('keeps what a change does not speak of, and warns before it ends', async () => {
    const row = await fixture.context.db.accessProfile.findFirstOrThrow({ where: { name: 'Restricted' } })
    const change = (policy: object, version: number) =>
      ask(people.Ada!, 'PATCH', `/profiles/${row.id}`, { version, policy })
    const changed = await change({ idleDays: { warn: 30, expire: 45 } }, row.version)
    expect(changed.body).toMatchObject({
      policy: { storedState: 'refuse', browserOrigin: 'refuse', idleDays: { warn: 30, expire: 45 } },
    })
    const other = await change({ keysPerPerson: 4 }, row.version + 1)
    expect(other.body).toMatchObject({
      policy: { storedState: 'refuse', browserOrigin: 'refuse', idleDays: { warn: 30, expire: 45 } },
    })
    const refused = await change({ idleDays: { warn: 45, expire: 45 } }, row.version + 2)
    expect([refused.status, refused.body.errors]).toMatchObject([422, [{ field: 'policy.idleDays.warn' }]])
  })
})
