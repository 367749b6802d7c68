/** Requests from the ask to the end of what was given, each persona, on real PostgreSQL and Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { loadGrantOfKey } from '#lib/policy/load-grant.ts'
import { authorise } from '#lib/policy/rules/authorise.ts'
import type { Grant } from '#lib/policy/contract.ts'
import type { RequestView } from '#lib/requests/contract.ts'
import { endRequests } from '#lib/requests/end-requests.ts'
import { requestEndpoints } from '#lib/requests/endpoints.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const start = Date.now()
const dayMs = 86_400_000
const inDays = (days: number) => new Date(start + days * dayMs).toISOString()
let fixture: TestContext
let company: SmallCompany
let ask: Ask
const people: Record<string, Actor> = {}
const as = (name: string): Actor => people[name] ?? bootstrap

beforeAll(async () => {
  fixture = await openTestContext(start)
  const { db, config } = fixture.context
  company = await createSmallCompany(db, start)
  // Everyone makes many keys here.
  await db.$executeRaw`UPDATE access_profile SET policy = jsonb_set(policy, '{keysPerPerson}', '1000')`
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs: start }),
  )
  for (const name of ['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const) people[name] = await actorNamed(db, name)
  ask = apiOf(fixture.context, [...keyEndpoints, ...requestEndpoints])
})
afterAll(() => fixture.close())
beforeEach(() => fixture.setNow(start))

type Key = { id: string; key: string; status: string; keyRequestId?: string }
const mint = async (name: string, body: Record<string, unknown> = {}): Promise<Key> => {
  const answer = await ask(as(name), 'POST', '/keys', { name: `key ${Math.random()}`, kind: 'personal', ...body })
  expect([answer.body.detail, [201, 202].includes(answer.status)]).toEqual([undefined, true])
  return answer.body as Key
}
const request = async (name: string, body: Record<string, unknown>): Promise<RequestView & { secret?: string }> => {
  const answer = await ask(as(name), 'POST', '/key-requests', body)
  expect([answer.body.detail, answer.body.errors, answer.status]).toEqual([undefined, undefined, 201])
  return answer.body as unknown as RequestView
}
const act = (name: string, id: string, action: string, body: Record<string, unknown> | undefined = {}) =>
  ask(as(name), 'POST', `/key-requests/${id}/${action}`, body)
const read = async (name: string, id: string) =>
  (await ask(as(name), 'GET', `/key-requests/${id}`)).body as unknown as RequestView
const statusOfKey = async (id: string) =>
  (await fixture.context.db.virtualKey.findUniqueOrThrow({ where: { id }, select: { status: true } })).status
const grantOf = async (id: string): Promise<Grant> => (await loadGrantOfKey(fixture.context.db, id))!
const budgetOf = async (id: string) =>
  Number(BigInt((await grantOf(id)).budgets.find(({ scope }) => scope.type === 'key')!.amountNanos)) / 1e9
const limitOf = async (id: string, kind: string) =>
  (await grantOf(id)).limits.find((rule) => rule.kind === kind && rule.scope.type === 'key')?.limit
const published = async (id: string) => Number(await fixture.context.redis.get(versionKey(`key:${id}`)))
const audited = (action: string, targetId: string) =>
  fixture.context.db.auditEntry.findMany({ where: { action, targetId }, orderBy: { seq: 'asc' } })

describe('a key beyond the profile', () => {
  const beyond = { budget: { amountUsd: '500', period: 'month', posture: 'hard' }, limits: { rpm: 2000 } }

  test('waits: 202, its text told once, not callable, at the maximum until somebody says yes', async () => {
    const answer = await ask(as('Dana'), 'POST', '/keys', { name: 'batch', kind: 'service', ...beyond })
    expect(answer).toMatchObject({
      status: 202,
      body: { status: 'pending', keyRequestId: expect.stringMatching(/^kreq_/) },
    })
    const { id, keyRequestId, key } = answer.body as unknown as Required<Key>
    expect(key).toMatch(/^sk-gh-/)
    expect([await budgetOf(id), await limitOf(id, 'rpm')]).toEqual([200, 1200])
    const asked = {
      endpoint: 'chat',
      modelName: 'gpt-4o-mini',
      providerName: null,
      region: null,
      address: null,
      upstream: null,
    } as const
    expect(authorise(await grantOf(id), asked, start)).toMatchObject({ allowed: false, code: 'key_pending_approval' })

    const before = await published(id)
    const approved = await act('Tess', keyRequestId, 'approve')
    expect(approved).toMatchObject({
      status: 200,
      body: { status: 'approved', decidedBy: 'Tess', key: { status: 'active' } },
    })
    expect(await published(id)).toBeGreaterThan(before)
    expect([await budgetOf(id), await limitOf(id, 'rpm')]).toEqual([500, 2000])
    expect(authorise(await grantOf(id), asked, start).allowed).toBe(true)
  })

  test('starts within its limits where that is asked for, with the request beside it', async () => {
    const key = await mint('Dana', { ...beyond, startWithinLimits: true })
    expect(key).toMatchObject({ status: 'active', keyRequestId: expect.any(String) })
    expect([await budgetOf(key.id), await limitOf(key.id, 'rpm')]).toEqual([200, 1200])
    expect(await act('Tess', key.keyRequestId!, 'approve', { granted: { budgetUsd: '300' } })).toMatchObject({
      status: 200,
    })
    expect([await budgetOf(key.id), await limitOf(key.id, 'rpm')]).toEqual([300, 1200])
  })

  test('is refused with every maximum where nobody may approve it', async () => {
    const tooMuch = { budget: { amountUsd: '5000', period: 'month', posture: 'hard' } }
    const answer = await ask(as('Dana'), 'POST', '/keys', { name: 'x', kind: 'personal', ...tooMuch })
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'guardrail_exceeded', errors: [{ field: 'budget.amountUsd', maximum: '200' }] },
    })
    for (const body of [{ limits: { rpm: null } }, { budget: null }, { expiresAt: null }]) {
      expect(await ask(as('Dana'), 'POST', '/keys', { name: 'x', kind: 'personal', ...body })).toMatchObject({
        status: 422,
        body: { code: 'guardrail_exceeded' },
      })
    }
    expect(await ask(as('Dana'), 'POST', '/keys', { name: 'x', kind: 'team' })).toMatchObject({ status: 403 })
  })

  test('of another kind is asked for, and denied: the waiting key is revoked', async () => {
    const made = await request('Dana', { what: 'kind', key: { name: 'ours', kind: 'team' }, reason: 'shared by all' })
    expect(made).toMatchObject({ status: 'open', secret: expect.stringMatching(/^sk-gh-/), key: { status: 'pending' } })
    expect((await read('Dana', made.id)) as object).not.toHaveProperty('secret')
    expect(await act('Tess', made.id, 'deny', {})).toMatchObject({ status: 422 })
    expect(await act('Tess', made.id, 'deny', { reason: 'Use a service.' })).toMatchObject({
      body: { status: 'denied', decisionReason: 'Use a service.' },
    })
    expect(await statusOfKey(made.key!.id)).toBe('revoked')
    expect(await audited('key.revoke', made.key!.id)).toHaveLength(1)
  })

  test('is taken back by who asked, and by nobody else', async () => {
    const { id, keyRequestId } = await mint('Dana', beyond)
    expect((await act('Tess', keyRequestId!, 'withdraw')).status).toBe(403)
    expect((await act('Dana', keyRequestId!, 'withdraw')).body).toMatchObject({ status: 'withdrawn' })
    expect(await statusOfKey(id)).toBe('revoked')
    expect((await act('Tess', keyRequestId!, 'approve')).status).toBe(409)
  })
})

describe('more for a key', () => {
  test('until a day: in force at once, ends by itself, audited on both ends', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', {
      what: 'budget',
      keyId: id,
      amountUsd: '450',
      until: inDays(30),
      reason: 'load test',
    })
    expect(made).toMatchObject({
      status: 'open',
      approver: 'team_lead',
      now: { budget: '$50' },
      deciders: ['Tess', 'Ada'],
    })
    const before = await published(id)
    const approved = await act('Tess', made.id, 'approve', { granted: { budgetUsd: '300' }, until: inDays(10) })
    expect(approved.body).toMatchObject({
      status: 'approved',
      granted: { raise: { budgetUsd: '300' } },
      validUntil: inDays(10),
    })
    expect(await budgetOf(id)).toBe(300)
    expect(await published(id)).toBeGreaterThan(before)

    fixture.setNow(start + 10 * dayMs - 1)
    await endRequests(fixture.context)
    expect(await budgetOf(id)).toBe(300)
    fixture.setNow(start + 10 * dayMs)
    const raised = await published(id)
    const runs = await Promise.all([endRequests(fixture.context), endRequests(fixture.context)])
    expect(runs.map(({ ended }) => ended).reduce((sum, n) => sum + n)).toBe(1)
    expect(await budgetOf(id)).toBe(50)
    expect(await published(id)).toBeGreaterThan(raised)
    expect(await read('Dana', made.id)).toMatchObject({ status: 'ended' })
    const entries = await audited('key.update', id)
    expect(entries.map(({ actorName, before: was, after: is }) => [actorName, was, is])).toEqual([
      ['Tess', { budgetUsd: '50' }, { budgetUsd: '300' }],
      ['Requests', { [`key:${id} budgetUsd`]: '300' }, { [`key:${id} budgetUsd`]: '50' }],
    ])
    for (const [action, n] of [
      ['create', 1],
      ['approve', 1],
      ['end', 1],
    ] as const)
      expect(await audited(`key_request.${action}`, made.id)).toHaveLength(n)
  })

  test('of a limit goes back to the default of the profile, and the override goes with it', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', { what: 'limit', keyId: id, limits: { rpm: 5000 }, until: inDays(1) })
    await act('Ada', made.id, 'approve')
    expect(await limitOf(id, 'rpm')).toBe(5000)
    fixture.setNow(start + dayMs)
    await endRequests(fixture.context)
    expect(await limitOf(id, 'rpm')).toBe(600)
    const { overrides } = await fixture.context.db.virtualKey.findUniqueOrThrow({ where: { id } })
    expect(overrides).toEqual([])
  })

  test('of models is only what was named, although the profile does not allow it', async () => {
    const { id } = await mint('Cole')
    const may = async (modelName: string) =>
      authorise(
        await grantOf(id),
        { endpoint: 'chat', modelName, providerName: null, region: null, address: null, upstream: null },
        start,
      ).allowed
    expect([await may('gpt-4o'), await may('gpt-4.1')]).toEqual([true, false])
    const made = await request('Cole', { what: 'model', keyId: id, models: ['gpt-4.1'], until: inDays(1) })
    expect((await act('Tess', made.id, 'approve')).status).toBe(403)
    expect((await act('Ada', made.id, 'approve')).status).toBe(200)
    expect([await may('gpt-4o'), await may('gpt-4.1'), await may('gpt-5')]).toEqual([true, true, false])
    fixture.setNow(start + dayMs)
    await endRequests(fixture.context)
    expect(await may('gpt-4.1')).toBe(false)
  })

  test('of providers is only what was named, and is for a person to decide', async () => {
    const { id } = await mint('Cole')
    const providers = async () => (await grantOf(id)).providers.find(({ layer }) => layer === 'profile')?.granted ?? []
    const name = 'anthropic'
    await fixture.context.db
      .$executeRaw`UPDATE access_profile SET policy = jsonb_set(policy, '{providers,allow}', '["openai"]') WHERE name = 'Restricted'`
    const made = await request('Cole', { what: 'model', keyId: id, providers: [name], until: inDays(1) })
    expect(made).toMatchObject({ status: 'open', summary: expect.stringContaining('anthropic') })
    expect((await act('Ada', made.id, 'approve')).status).toBe(200)
    expect(await providers()).toEqual([name])
    fixture.setNow(start + dayMs)
    await endRequests(fixture.context)
    expect(await providers()).toEqual([])
    for (const body of [{ providers: ['no-such'] }, { providers: ['*'] }, {}])
      expect((await ask(as('Cole'), 'POST', '/key-requests', { what: 'model', keyId: id, ...body })).status).toBe(422)
  })

  test('of life moves its end', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', { what: 'lifetime', keyId: id, expiresAt: inDays(300) })
    expect((await act('Tess', made.id, 'approve', { until: inDays(1) })).status).toBe(422)
    await act('Tess', made.id, 'approve', { granted: { expiresAt: inDays(200) } })
    expect((await grantOf(id)).key.expiresAtMs).toBe(Date.parse(inDays(200)))
  })

  test('over what is in force ends where the first one began', async () => {
    const { id } = await mint('Dana')
    const first = await request('Dana', { what: 'budget', keyId: id, amountUsd: '300', until: inDays(5) })
    await act('Tess', first.id, 'approve')
    const second = await request('Dana', { what: 'budget', keyId: id, amountUsd: '400', until: inDays(9) })
    await act('Tess', second.id, 'approve')
    expect(await read('Dana', first.id)).toMatchObject({ status: 'ended' })
    fixture.setNow(start + 5 * dayMs)
    await endRequests(fixture.context)
    expect(await budgetOf(id)).toBe(400)
    fixture.setNow(start + 9 * dayMs)
    await endRequests(fixture.context)
    expect(await budgetOf(id)).toBe(50)
  })

  test('that somebody changed since is theirs: the end leaves it alone', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', { what: 'budget', keyId: id, amountUsd: '300', until: inDays(2) })
    await act('Tess', made.id, 'approve')
    const budget = { amountUsd: '20', period: 'month', posture: 'hard' }
    expect((await ask(as('Dana'), 'PATCH', `/keys/${id}`, { budget })).status).toBe(200)
    fixture.setNow(start + 2 * dayMs)
    await endRequests(fixture.context)
    expect(await budgetOf(id)).toBe(20)
  })

  test('until a day is ended before it, by who has it or who decides, with a reason', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', { what: 'budget', keyId: id, amountUsd: '300', until: inDays(5) })
    expect((await act('Dana', made.id, 'end', { reason: 'too early' })).status).toBe(409)
    await act('Tess', made.id, 'approve')
    expect((await read('Dana', made.id)).actions).toEqual(['end'])
    expect((await act('Cole', made.id, 'end', { reason: 'not mine' })).status).toBe(404)
    expect((await act('Tess', made.id, 'end', {})).status).toBe(422)
    const before = await published(id)
    const ended = await act('Dana', made.id, 'end', { reason: 'the test is over' })
    expect(ended.body).toMatchObject({ status: 'ended', endedBy: 'Dana', endReason: 'the test is over', actions: [] })
    expect(await budgetOf(id)).toBe(50)
    expect(await published(id)).toBeGreaterThan(before)
    const [entry] = await audited('key_request.end', made.id)
    expect([entry?.actorName, entry?.after]).toMatchObject(['Dana', { reason: 'the test is over' }])
    expect((await act('Ada', made.id, 'end', { reason: 'again' })).status).toBe(409)
    const forGood = await request('Dana', { what: 'budget', keyId: id, amountUsd: '300' })
    await act('Tess', forGood.id, 'approve')
    expect((await act('Ada', forGood.id, 'end', { reason: 'no' })).status).toBe(409)
  })

  test('is asked for once at a time, and only where it is more', async () => {
    const { id } = await mint('Dana')
    const body = { what: 'budget', keyId: id, amountUsd: '250' }
    await request('Dana', body)
    expect(await ask(as('Dana'), 'POST', '/key-requests', body)).toMatchObject({ status: 409 })
    const less = { what: 'limit', keyId: id, limits: { rpm: 600 } }
    expect(await ask(as('Dana'), 'POST', '/key-requests', less)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'limits.rpm' }] },
    })
    const unknown = { what: 'model', keyId: id, models: ['no-such-model'] }
    expect((await ask(as('Dana'), 'POST', '/key-requests', unknown)).status).toBe(422)
    const past = { what: 'limit', keyId: id, limits: { rpm: 700 }, until: inDays(-1) }
    expect((await ask(as('Dana'), 'POST', '/key-requests', past)).status).toBe(422)
  })

  test('within the profile, or within a rule of it, is given at once', async () => {
    const { id } = await mint('Dana')
    const within = await request('Dana', { what: 'limit', keyId: id, limits: { rpm: 1000 }, until: inDays(1) })
    expect(within).toMatchObject({ status: 'approved', decidedBy: 'profile Experiment' })
    expect(await limitOf(id, 'rpm')).toBe(1000)
    await setApproval({ approver: 'team_lead', auto: { budgetUsd: '260' } })
    const made = await mint('Dana', { budget: { amountUsd: '260', period: 'month', posture: 'hard' } })
    expect(made).toMatchObject({ status: 'active', keyRequestId: expect.any(String) })
    expect(await budgetOf(made.id)).toBe(260)
    await setApproval({ approver: 'nobody' })
    const refused = await ask(as('Dana'), 'POST', '/key-requests', { what: 'budget', keyId: id, amountUsd: '250' })
    expect(refused).toMatchObject({ status: 422, body: { code: 'guardrail_exceeded' } })
    await setApproval({ approver: 'team_lead' })
  })

  async function setApproval(approval: object) {
    const { db } = fixture.context
    const where = { id: company.profiles.experiment }
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where })
    await db.accessProfile.update({ where, data: { policy: { ...(policy as object), approval } } })
  }
})

describe('who decides', () => {
  test('is never who asked, nor whose key it is; a lead has an admin to ask', async () => {
    const own = await mint('Tess')
    const made = await request('Tess', { what: 'budget', keyId: own.id, amountUsd: '300' })
    expect(made.actions).toEqual(['withdraw'])
    expect((await act('Tess', made.id, 'approve')).status).toBe(403)
    expect((await act('Dana', made.id, 'approve')).status).toBe(403)
    expect((await act('Finn', made.id, 'approve')).status).toBe(403)
    expect((await act('Ada', made.id, 'approve')).status).toBe(200)

    const forTess = await request('Ada', { what: 'limit', keyId: own.id, limits: { rpm: 5000 } })
    expect((await act('Tess', forTess.id, 'approve')).status).toBe(403)
    expect((await act('Ada', forTess.id, 'approve')).status).toBe(403)
    expect((await act('bootstrap', forTess.id, 'approve')).status).toBe(200)
  })

  test('of two at once the second hears what the first did, and the grant happens once', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', { what: 'budget', keyId: id, amountUsd: '333' })
    const answers = await Promise.all([
      act('Tess', made.id, 'approve'),
      act('Ada', made.id, 'approve'),
      act('bootstrap', made.id, 'deny', { reason: 'no' }),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
    expect(await audited('key.update', id)).toHaveLength(answers[2]!.status === 200 ? 0 : 1)
  })

  test('sees what waits; others see theirs, and nothing of the rest', async () => {
    const { id } = await mint('Dana')
    const made = await request('Dana', { what: 'budget', keyId: id, amountUsd: '222', reason: 'seen by whom' })
    const ids = async (name: string, query: string) => {
      const answer = await ask(as(name), 'GET', `/key-requests?q=seen by whom${query}`)
      expect(answer.status).toBe(200)
      return (answer.body.data as RequestView[]).map((each) => each.id)
    }
    expect(await ids('Tess', '&filter[view]=waiting')).toEqual([made.id])
    expect(await ids('Ada', '&filter[view]=waiting')).toEqual([made.id])
    expect(await ids('Dana', '&filter[view]=waiting')).toEqual([])
    expect(await ids('Dana', '&filter[view]=mine')).toEqual([made.id])
    expect(await ids('Cole', '')).toEqual([])
    expect(await ids('Finn', '')).toEqual([])
    expect((await ask(as('Cole'), 'GET', `/key-requests/${made.id}`)).status).toBe(404)
    expect((await act('Cole', made.id, 'withdraw')).status).toBe(404)
    expect(
      (await ask(as('Cole'), 'POST', '/key-requests', { what: 'budget', keyId: id, amountUsd: '300' })).status,
    ).toBe(404)
    expect((await ask(as('Dana'), 'GET', '/key-requests?filter[view]=theirs')).status).toBe(422)
  })

  test('pages by cursor without loss or repeat', async () => {
    const whole = (await ask(as('Ada'), 'GET', '/key-requests')).body.data as RequestView[]
    const paged: string[] = []
    let cursor: string | null = null
    do {
      const at: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
      const { body } = await ask(as('Ada'), 'GET', `/key-requests?limit=3${at}`)
      paged.push(...(body.data as RequestView[]).map(({ id }) => id))
      cursor = body.nextCursor as string | null
    } while (cursor)
    expect(whole.length).toBeGreaterThan(6)
    expect(paged).toEqual(whole.map(({ id }) => id))
  })
})

describe('a loan', () => {
  const lend = (from: string, to: string, amountUsd: string, days = 7) => ({
    what: 'lend',
    from: { type: 'key', id: from },
    to: { type: 'key', id: to },
    amountUsd,
    until: inDays(days),
  })

  test('of a lead is at once, sums to nothing, and goes back', async () => {
    const [from, to] = [
      await mint('Tess'),
      await mint('Dana', { budget: { amountUsd: '200', period: 'month', posture: 'hard' } }),
    ]
    const made = await request('Tess', lend(from.id, to.id, '20.5'))
    expect(made).toMatchObject({ status: 'approved', decidedBy: 'Tess' })
    // Beyond the profile's $200: the lead's word covers it.
    expect([await budgetOf(from.id), await budgetOf(to.id)]).toEqual([29.5, 220.5])
    const again = await ask(as('Tess'), 'POST', '/key-requests', lend(from.id, to.id, '1'))
    expect(again.status).toBe(409)
    fixture.setNow(start + 7 * dayMs)
    await endRequests(fixture.context)
    expect([await budgetOf(from.id), await budgetOf(to.id)]).toEqual([50, 200])
    expect(await audited('budget.lend', from.id)).toHaveLength(1)
  })

  test('of a developer waits for the lead; nobody lends what is not theirs, nor all of it, nor to another team', async () => {
    const [dana, cole, ada] = [await mint('Dana'), await mint('Cole'), await mint('Ada')]
    const made = await request('Dana', lend(dana.id, cole.id, '10'))
    expect(made.status).toBe('open')
    expect((await act('Cole', made.id, 'approve')).status).toBe(403)
    expect((await act('Tess', made.id, 'approve')).body).toMatchObject({ status: 'approved' })
    expect([await budgetOf(dana.id), await budgetOf(cole.id)]).toEqual([40, 30])
    const refused = async (name: string, body: object) => (await ask(as(name), 'POST', '/key-requests', body)).status
    expect(await refused('Cole', lend((await mint('Dana')).id, cole.id, '10'))).toBe(403)
    const [one, other] = [await mint('Dana'), await mint('Dana')]
    expect(await refused('Tess', lend(one.id, other.id, '50'))).toBe(422)
    expect(await refused('Tess', lend(one.id, one.id, '5'))).toBe(422)
    expect(await refused('Ada', lend(one.id, ada.id, '5'))).toBe(422)
  })

  test('is between people too', async () => {
    const { db } = fixture.context
    const budget = { scopeType: 'user', amountNanos: 100_000_000_000n, period: 'month' }
    await db.budget.createMany({
      data: [
        { ...budget, id: 'bud_tess', scopeId: 'user_tess' },
        { ...budget, id: 'bud_dana', scopeId: 'user_dana' },
      ],
    })
    const people = { from: { type: 'user', id: 'user_tess' }, to: { type: 'user', id: 'user_dana' } }
    const made = await request('Tess', { what: 'lend', ...people, amountUsd: '40', until: inDays(3) })
    expect(made).toMatchObject({ status: 'approved', key: null })
    const amounts = async () =>
      (await db.budget.findMany({ where: { scopeType: 'user' }, orderBy: { id: 'asc' } })).map((row) => row.amountNanos)
    expect(await amounts()).toEqual([140_000_000_000n, 60_000_000_000n])
    fixture.setNow(start + 3 * dayMs)
    await endRequests(fixture.context)
    expect(await amounts()).toEqual([100_000_000_000n, 100_000_000_000n])
  })
})

describe('more for what stands above keys', () => {
  const team = { type: 'team', id: 'team_search' }
  const published = async (subject: string) => Number(await fixture.context.redis.get(versionKey(subject)))

  test('is asked for by its lead, decided by an admin, in force at once, and put back', async () => {
    const { db } = fixture.context
    const budget = { id: 'bud_team', scopeType: 'team', scopeId: team.id, amountNanos: 1_000_000_000_000n }
    await db.budget.create({ data: { ...budget, period: 'month' } })
    await db.scopeLimit.create({
      data: {
        scopeType: 'team',
        scopeId: team.id,
        limits: { rpm: 100, models: { 'gpt-*': { rpm: 9 } } },
        updatedAt: new Date(start),
      },
    })
    const { id: keyId } = await mint('Dana')
    const inForce = async () => {
      const { budgets, limits } = await grantOf(keyId)
      const isTeams = ({ scope }: { scope: { type: string } }) => scope.type === 'team'
      return [budgets.find(isTeams)?.amountNanos, limits.filter(isTeams).map(({ limit }) => limit)]
    }
    const more = { what: 'budget', scope: team, amountUsd: '1500', until: inDays(3), reason: 'launch' }
    expect((await ask(as('Dana'), 'POST', '/key-requests', more)).status).toBe(403)
    const made = await request('Tess', more)
    expect(made).toMatchObject({
      status: 'open',
      approver: 'admin',
      key: null,
      now: { budget: '$1000' },
      summary: 'a budget of $1500 a month for team Search',
    })
    expect((await ask(as('Tess'), 'POST', '/key-requests', more)).status).toBe(409)
    expect((await act('Tess', made.id, 'approve')).status).toBe(403)
    const before = await published('team:team_search')
    expect((await act('Ada', made.id, 'approve', { granted: { budgetUsd: '1600' } })).status).toBe(422)
    expect((await act('Ada', made.id, 'approve', { granted: { budgetUsd: '1400' } })).body).toMatchObject({
      status: 'approved',
      granted: { scopeRaise: { budget: { amountUsd: '1400' } } },
    })
    expect(await inForce()).toEqual(['1400000000000', [100, 9]])
    expect(await published('team:team_search')).toBeGreaterThan(before)

    const faster = await request('Tess', { what: 'limit', scope: team, limits: { rpm: 300 }, until: inDays(2) })
    await act('Ada', faster.id, 'approve')
    expect(await inForce()).toEqual(['1400000000000', [300, 9]])
    expect((await act('Tess', faster.id, 'end', { reason: 'enough' })).body).toMatchObject({ status: 'ended' })
    expect(await inForce()).toEqual(['1400000000000', [100, 9]])
    fixture.setNow(start + 3 * dayMs)
    await endRequests(fixture.context)
    expect(await inForce()).toEqual(['1000000000000', [100, 9]])
    expect(await audited('budget.raise', team.id)).toHaveLength(2)
  })

  test('is refused where there is nothing to raise, or where both or neither is named', async () => {
    const status = async (body: object) => (await ask(as('Tess'), 'POST', '/key-requests', body)).status
    expect(await status({ what: 'budget', scope: team, amountUsd: '900' })).toBe(422)
    expect(await status({ what: 'budget', scope: team, period: 'day', amountUsd: '900' })).toBe(422)
    expect(await status({ what: 'limit', scope: team, limits: { tpd: 900 } })).toBe(422)
    expect(await status({ what: 'budget', scope: team, keyId: 'key_x', amountUsd: '9000' })).toBe(422)
    expect(await status({ what: 'budget', amountUsd: '9000' })).toBe(422)
    expect(await status({ what: 'budget', scope: { type: 'team', id: 'team_none' }, amountUsd: '9000' })).toBe(404)
  })
})

test('a request that nobody decides lapses, and one whose key is gone', async () => {
  const pending = await mint('Dana', { limits: { rpm: 2000 } })
  const { id } = await mint('Dana')
  const made = await request('Dana', { what: 'budget', keyId: id, amountUsd: '250' })
  await ask(as('Dana'), 'POST', `/keys/${id}/revoke`, {})
  expect((await act('Tess', made.id, 'approve')).status).toBe(409)
  await endRequests(fixture.context)
  expect(await read('Dana', made.id)).toMatchObject({ status: 'expired', actions: [] })
  fixture.setNow(start + 14 * dayMs)
  await endRequests(fixture.context)
  expect(await read('Dana', pending.keyRequestId!)).toMatchObject({ status: 'expired' })
  expect(await statusOfKey(pending.id)).toBe('revoked')
})

test('hostile text is refused or kept as text', async () => {
  const { id } = await mint('Dana')
  for (const text of nastyStrings) {
    const bodies = [
      { what: text, keyId: id },
      { what: 'budget', keyId: text, amountUsd: '300' },
      { what: 'budget', keyId: id, amountUsd: text },
      { what: 'model', keyId: id, models: [text] },
    ]
    for (const body of bodies)
      expect([400, 404, 413, 422]).toContain((await ask(as('Dana'), 'POST', '/key-requests', body)).status)
    expect([200, 400, 422]).toContain(
      (
        await ask(
          as('Ada'),
          'GET',
          `/key-requests?q=${encodeURIComponent(text.slice(0, 500).replace(/[\ud800-\udfff]/g, ''))}`,
        )
      ).status,
    )
  }
})
