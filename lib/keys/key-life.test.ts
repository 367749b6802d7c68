/** How long keys live: the longest age, who is told, what nobody uses, and revoking many after a look. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import { upsertSightings } from '#lib/alerts/key-alerts-store.ts'
import { alertEndpoints } from '#lib/alerts/endpoints.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { raiseSlowAlerts } from '#lib/jobs/raise-alerts.ts'
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
  ask = apiOf(fixture.context, [...keyEndpoints, ...alertEndpoints, ...profileEndpoints])
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

describe('what is told of a key', () => {
  const own = async (name: string) => {
    const { body } = await ask(people[name]!, 'GET', '/alerts?filter[owner]=me&filter[kind]=key_ending&sort=-openedAt')
    return (body.data as { subject: { name: string }; threshold: number }[])
      .map(({ subject, threshold }) => `${subject.name} ${threshold}`)
      .toSorted()
  }

  test('is each person’s own, and over with the key’s extension or its end', async () => {
    const mine = await create('Dana', { name: 'soon over', expiresAt: iso(2.5) })
    const other = await create('Tess', { name: 'soon over too', expiresAt: iso(6) })
    await raiseSlowAlerts(fixture.context)
    expect(await own('Dana')).toEqual(['aging 14', 'soon over 3'])
    expect(await own('Tess')).toEqual(['soon over too 14'])
    expect(await own('Finn')).toEqual([])
    await patch('Dana', mine, iso(60))
    expect(await own('Dana')).toEqual(['aging 14'])
    await ask(people.Tess!, 'POST', `/keys/${other}/suspend`, {})
    expect(await own('Tess')).toEqual([])
  })

  test('is told of a workload’s key to whoever answers for the workload', async () => {
    const key = await create('Dana', { kind: 'agent', name: 'answered for', expiresAt: iso(5) })
    const { workload } = (await ask(people.Dana!, 'GET', `/keys/${key}`)).body as { workload: { id: string } }
    await fixture.context.db.workload.update({ where: { id: workload.id }, data: { ownerUserId: people.Dana!.id } })
    await raiseSlowAlerts(fixture.context)
    expect(await own('Dana')).toContain('answered for 14')
    expect(await own('Tess')).not.toContain('answered for 14')
  })

  test('that a web page shows it is over with its rotation, until the page calls again', async () => {
    const key = await create('Dana', { name: 'pasted' })
    const seen = (ms: number) =>
      upsertSightings(fixture.context.sql, [{ keyId: key, at: new Date(ms).toISOString(), page: 'https://page.test' }])
    const told = async () =>
      (await ask(people.Dana!, 'GET', '/alerts?filter[owner]=me&filter[kind]=key_in_browser')).body.data
    await seen(nowMs - 60_000)
    expect(await told()).toMatchObject([{ level: 'warning', facts: { page: 'https://page.test' } }])
    await ask(people.Dana!, 'POST', `/keys/${key}/rotate`, { graceSeconds: 3600 })
    expect(await told()).toEqual([])
    // Booked late: it called before the rotation.
    await seen(nowMs - 1)
    expect(await told()).toEqual([])
    await seen(nowMs + 120_000)
    expect(await told()).toMatchObject([{ subject: { id: key } }])
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
