/** Quarantine of all six things through the management API: what the dry run says, who may, and how it ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelEndpoints, providerEndpoints } from '#lib/catalog/endpoints.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { teamQuarantineEndpoints, userEndpoints, workloadQuarantineEndpoints } from '#lib/identity/people/endpoints.ts'
import { releaseQuarantines } from '#lib/jobs/release-quarantines.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { insertEvents } from '#lib/ledger/store.ts'
import { versionKey } from '#lib/policy/versions.ts'
import type { QuarantineSubject } from '#lib/quarantine/contract.ts'
import { readQuarantine } from '#lib/quarantine/read-quarantine.ts'
import { apiOf, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.now()
const hourMs = 3_600_000
let fixture: TestContext
let ask: Ask
const people: Record<string, Actor> = {}
let keyId: string
let modelId: string
let providerId: string
let providerName: string

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, config } = fixture.context
  await createSmallCompany(db, nowMs)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
  await db.workload.create({
    data: { id: 'wl_ranker', name: 'ranker', kind: 'agent', teamId: 'team_search', ownerUserId: 'user_tess' },
  })
  for (const name of ['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const) people[name] = await actorNamed(db, name)
  ask = apiOf(fixture.context, [
    ...keyEndpoints,
    ...userEndpoints,
    ...teamQuarantineEndpoints,
    ...workloadQuarantineEndpoints,
    ...modelEndpoints,
    ...providerEndpoints,
  ])
  const mine = await ask(people.Dana!, 'POST', '/keys', { name: 'laptop', kind: 'personal' })
  keyId = String(mine.body.id)
  const ranked = await ask(people.Tess!, 'POST', '/keys', { name: 'rank', kind: 'agent', workloadId: 'wl_ranker' })
  const model = await db.model.findFirstOrThrow({
    where: { name: 'gpt-4o-mini' },
    select: { id: true, deployments: { select: { provider: { select: { id: true, name: true } } } } },
  })
  modelId = model.id
  ;({ id: providerId, name: providerName } = model.deployments[0]!.provider)
  const used = { model: 'gpt-4o-mini', provider: providerName, teamId: 'team_search', costNanos: '1500000000' }
  await book(
    { ...used, at: nowMs - hourMs, keyId, userId: 'user_dana' },
    { ...used, at: nowMs - 24 * hourMs, keyId: String(ranked.body.id), userId: null, workloadId: 'wl_ranker' },
    // Eight days ago: of no week.
    { ...used, at: nowMs - 8 * 24 * hourMs, keyId, userId: 'user_dana' },
  )
})
afterAll(() => fixture.close())

async function book(...events: Parameters<typeof anEvent>[0][]) {
  const rows = events.map((event) => {
    const reading = readEntry(JSON.stringify(anEvent(event)), nowMs)
    if (reading.kind !== 'event') throw new Error(`not an event: ${JSON.stringify(reading)}`)
    return reading.row
  })
  await insertEvents(fixture.context.sql, rows)
}

const idOf = (type: QuarantineSubject): string =>
  ({ key: keyId, user: 'user_dana', team: 'team_search', workload: 'wl_ranker', model: modelId, provider: providerId })[
    type
  ]
const pathOf = (type: QuarantineSubject) => `/${type}s/${idOf(type)}`
const recordOf = (type: QuarantineSubject) => readQuarantine(fixture.context, { type, id: idOf(type) })
const auditCount = () => fixture.context.db.auditEntry.count()

const each: readonly [QuarantineSubject, Record<string, unknown>][] = [
  ['key', { keys: 1, firstKeys: [{ name: 'laptop' }], calls: 1, spentUsd: '1.5', runningCalls: 0 }],
  ['user', { keys: 1, calls: 1, spentUsd: '1.5' }],
  ['team', { keys: 2, firstKeys: [{ name: 'laptop' }, { name: 'rank' }], calls: 2, spentUsd: '3' }],
  ['workload', { keys: 1, firstKeys: [{ name: 'rank' }], calls: 1, spentUsd: '1.5' }],
  ['model', { keys: 2, calls: 2, spentUsd: '3' }],
  ['provider', { keys: 2, calls: 2, spentUsd: '3' }],
]

describe.each(each)('the quarantine of a %s', (type, stops) => {
  const until = new Date(nowMs + hourMs).toISOString()

  test('is counted by a dry run, which changes nothing', async () => {
    const before = await auditCount()
    const answer = await ask(people.Ada!, 'POST', `${pathOf(type)}/quarantine`, { reason: 'x', until, dryRun: true })
    expect([answer.status, answer.body.detail]).toEqual([200, undefined])
    expect(answer.body).toMatchObject({ status: 'active', dryRun: true, until: null, stops })
    expect([await auditCount(), await recordOf(type)]).toEqual([before, null])
  })

  test('says who, why, since and until; is audited and told to every gateway', async () => {
    const subject = type === 'model' || type === 'provider' ? 'catalog' : `${type}:${idOf(type)}`
    const version = BigInt((await fixture.context.redis.get(versionKey(subject))) ?? 0)
    const answer = await ask(people.Ada!, 'POST', `${pathOf(type)}/quarantine`, { reason: 'odd calls', until })
    expect([answer.status, answer.body.detail]).toEqual([200, undefined])
    expect(answer.body).toMatchObject({ status: 'quarantined', dryRun: false, until, stops })
    expect(await recordOf(type)).toEqual({
      reason: 'odd calls',
      by: { id: 'user_ada', name: 'Ada' },
      since: new Date(nowMs).toISOString(),
      until,
    })
    expect(BigInt((await fixture.context.redis.get(versionKey(subject))) ?? 0)).toBeGreaterThan(version)
    const [entry] = await fixture.context.db.auditEntry.findMany({
      where: { targetId: idOf(type) },
      orderBy: { seq: 'desc' },
      take: 1,
    })
    expect(entry).toMatchObject({ action: `${type}.quarantine`, after: { status: 'quarantined', until } })
  })

  test('gets another end when it is asked for again, and keeps who began it', async () => {
    const later = new Date(nowMs + 2 * hourMs).toISOString()
    const answer = await ask(people.Ada!, 'POST', `${pathOf(type)}/quarantine`, { until: later })
    expect(answer.body).toMatchObject({ status: 'quarantined', until: later })
    expect(await recordOf(type)).toMatchObject({ reason: 'odd calls', until: later })
    // Its first end is past by now; the one in force is not.
    fixture.setNow(nowMs + 1.5 * hourMs)
    expect(await releaseQuarantines(fixture.context)).toEqual({ released: 0 })
    fixture.setNow(nowMs)
  })

  test('ends by itself, once, however many workers look', async () => {
    fixture.setNow(nowMs + 2 * hourMs)
    const runs = await Promise.all([releaseQuarantines(fixture.context), releaseQuarantines(fixture.context)])
    expect(runs[0].released + runs[1].released).toBe(1)
    expect(await releaseQuarantines(fixture.context)).toEqual({ released: 0 })
    fixture.setNow(nowMs)
    expect(await recordOf(type)).toBeNull()
    const released = await fixture.context.db.auditEntry.findFirstOrThrow({
      where: { targetId: idOf(type), action: `${type}.release` },
    })
    expect(released).toMatchObject({ actorType: 'system', after: { status: 'active' } })
    const again = await ask(people.Ada!, 'POST', `${pathOf(type)}/quarantine`, { dryRun: true })
    expect(again.body).toMatchObject({ status: 'active' })
  })

  test('without an end is released by hand', async () => {
    await ask(people.Ada!, 'POST', `${pathOf(type)}/quarantine`, {})
    fixture.setNow(nowMs + 400 * 24 * hourMs)
    expect(await releaseQuarantines(fixture.context)).toEqual({ released: 0 })
    fixture.setNow(nowMs)
    const answer = await ask(people.Ada!, 'POST', `${pathOf(type)}/release`, { reason: 'fixed' })
    expect([answer.status, answer.body.status]).toEqual([200, 'active'])
    expect(await recordOf(type)).toBeNull()
  })

  test('with an end in the past is refused at its field', async () => {
    const past = new Date(nowMs - 1).toISOString()
    const answer = await ask(people.Ada!, 'POST', `${pathOf(type)}/quarantine`, { until: past, dryRun: true })
    expect([answer.status, answer.body.errors]).toMatchObject([422, [{ field: 'until' }]])
  })

  test('is for those whom the table of permissions names, its dry run too', async () => {
    const statusOf = async (name: string) =>
      (await ask(people[name]!, 'POST', `${pathOf(type)}/quarantine`, { dryRun: true })).status
    const mayLead = type === 'key' || type === 'workload'
    expect(await statusOf('Tess')).toBe(mayLead ? 200 : 403)
    for (const name of ['Dana', 'Cole', 'Finn']) expect([403, 404]).toContain(await statusOf(name))
  })
})

describe('a suspended key', () => {
  test('is suspended again when its quarantine ends, whatever was asked for in between', async () => {
    await ask(people.Ada!, 'POST', `/keys/${keyId}/suspend`, {})
    await ask(people.Ada!, 'POST', `/keys/${keyId}/quarantine`, { until: new Date(nowMs + hourMs).toISOString() })
    await ask(people.Ada!, 'POST', `/keys/${keyId}/quarantine`, { reason: 'found more' })
    fixture.setNow(nowMs + hourMs)
    expect(await releaseQuarantines(fixture.context)).toEqual({ released: 1 })
    fixture.setNow(nowMs)
    expect((await ask(people.Ada!, 'GET', `/keys/${keyId}`)).body.status).toBe('suspended')
    await ask(people.Ada!, 'POST', `/keys/${keyId}/resume`, {})
  })

  test('that is revoked in quarantine stays revoked at its end', async () => {
    const { body } = await ask(people.Ada!, 'POST', '/keys', { name: 'gone', kind: 'service' })
    await ask(people.Ada!, 'POST', `/keys/${body.id}/quarantine`, { until: new Date(nowMs + hourMs).toISOString() })
    await ask(people.Ada!, 'POST', '/keys/revoke', { filter: { ids: [body.id] } })
    fixture.setNow(nowMs + hourMs)
    expect(await releaseQuarantines(fixture.context)).toEqual({ released: 0 })
    fixture.setNow(nowMs)
    expect((await ask(people.Ada!, 'GET', `/keys/${body.id}`)).body.status).toBe('revoked')
  })
})
