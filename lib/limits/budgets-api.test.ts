import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import { createKeyInput } from '#lib/keys/contract.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import { digestOf } from '#lib/keys/rules/key-text.ts'
import { budgetEndpoints, scopeLimitEndpoints } from '#lib/limits/budget-endpoints.ts'
import type { BudgetView, ScopeLimitsView } from '#lib/limits/budget-contract.ts'
import { budgetKey, limitKey } from '#lib/limits/keys.ts'
import { budgetWindow, limitWindow } from '#lib/limits/windows.ts'
import type { Method } from '#lib/management/endpoint.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)
let fixture: TestContext
let ask: Ask
let ada: Actor
let dana: Actor
let tess: Actor
let finn: Actor
let keyText: string
let keyId: string

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db } = fixture.context
  await createSmallCompany(db, nowMs)
  ada = await actorNamed(db, 'Ada')
  dana = await actorNamed(db, 'Dana')
  tess = await actorNamed(db, 'Tess')
  finn = await actorNamed(db, 'Finn')
  ask = apiOf(fixture.context, [...budgetEndpoints, ...scopeLimitEndpoints])
  await db.user.update({ where: { id: 'user_dana' }, data: { groups: ['contractors & friends', 'eng-search'] } })
  const wish = createKeyInput.parse({ name: 'k', kind: 'personal', tags: { customer: 'Acme Ltd' } })
  const minted = await mintKey(fixture.context, dana, wish)
  keyText = minted.key
  keyId = minted.id
})
afterAll(() => fixture.close())
beforeEach(() => fixture.context.db.budget.deleteMany({ where: { scopeType: { not: 'key' } } }))

const grant = async () =>
  (await loadGrant(fixture.context.db, digestOf(keyText, fixture.context.config.pepper), nowMs))!.grant
const version = async (subject: string) => Number((await fixture.context.redis.get(versionKey(subject))) ?? 0)
const set = async (body: Record<string, unknown>) => {
  const answer = await ask(ada, 'POST', '/budgets', { amountUsd: '10', period: 'month', ...body })
  expect([answer.status, answer.body.errors]).toEqual([201, undefined])
  return answer.body as unknown as BudgetView
}
async function book(columns: Record<string, string | null>, costNanos: bigint, start: Date) {
  const { key_id = 'key_x', user_id = null, team_id = null, business_unit_id = null } = columns
  await fixture.context.db.$executeRaw`
    INSERT INTO usage_hourly (start, dims_hash, key_id, user_id, team_id, business_unit_id, tags, calls, refused, input_tokens, cached_tokens, output_tokens, cost_nanos, estimated_calls)
    VALUES (${start}, ${randomBytes(16)}, ${key_id}, ${user_id}, ${team_id}, ${business_unit_id}, '{}', 1, 0, 1, 0, 1, ${costNanos}, 0)`
}

describe('a budget', () => {
  test.each([
    ['team', 'team_search', 'team:team_search'],
    ['user', 'user_dana', 'user:user_dana'],
    ['business_unit', 'bu_logistics', 'organisation'],
    ['organisation', 'org_small', 'organisation'],
    ['environment', 'team_search:development', 'team:team_search'],
    ['group', 'contractors & friends', 'organisation'],
    ['tag', 'customer=Acme Ltd', 'organisation'],
  ] as const)('of a %s is in the grant of every key in it at once', async (scopeType, scopeId, subject) => {
    const before = await version(subject)
    const budget = await set({
      scopeType,
      scopeId,
      amountUsd: '123.456789012',
      posture: 'alert_then_enforce',
      enforceAtPercent: 120,
    })
    expect(budget).toMatchObject({
      scope: { type: scopeType, id: scopeId },
      amountUsd: '123.456789012',
      timeZone: 'Europe/Berlin',
    })
    expect((await grant()).budgets.find(({ id }) => id === budget.id)).toMatchObject({
      scope: { type: scopeType },
      amountNanos: '123456789012',
      posture: 'alert_then_enforce',
      enforceAtPercent: 120,
    })
    expect(await version(subject)).toBeGreaterThan(before)

    await ask(ada, 'PATCH', `/budgets/${budget.id}`, { amountUsd: 200 })
    expect((await grant()).budgets.find(({ id }) => id === budget.id)?.amountNanos).toBe('200000000000')
    expect((await ask(ada, 'DELETE', `/budgets/${budget.id}`)).status).toBe(204)
    expect((await grant()).budgets.map(({ scope }) => scope.type)).toEqual(['key'])
    expect((await ask(ada, 'GET', `/budgets/${budget.id}`)).status).toBe(404)
    const entries = await fixture.context.db.auditEntry.findMany({
      where: { targetId: budget.id },
      orderBy: { seq: 'asc' },
    })
    expect(entries.map(({ action }) => action)).toEqual(['budget.create', 'budget.update', 'budget.archive'])
    expect(entries[1]).toMatchObject({ before: { amountUsd: '123.456789012' }, after: { amountUsd: '200' } })
  })

  test('of the organisation needs no id', async () => {
    expect(await set({ scopeType: 'organisation' })).toMatchObject({
      scope: { id: 'org_small', name: 'Small Company' },
    })
  })

  test('is there once for a scope and period, also when two set it at once', async () => {
    const attempt = () =>
      ask(ada, 'POST', '/budgets', { scopeType: 'team', scopeId: 'team_search', amountUsd: '5', period: 'week' })
    const statuses = (await Promise.all([attempt(), attempt(), attempt()])).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, 409, 409])
    await set({ scopeType: 'team', scopeId: 'team_search', period: 'day' })
  })

  test('tells what is booked in its own period and time zone', async () => {
    // November in Berlin begins at 23:00 UTC on 31 October.
    await book(
      { team_id: 'team_search', business_unit_id: 'bu_logistics' },
      1_500_000_000n,
      new Date('2026-10-31T23:00:00Z'),
    )
    await book({ team_id: 'team_search' }, 70_000_000_000n, new Date('2026-10-31T22:00:00Z'))
    await book({ team_id: 'team_finance' }, 900_000_000n, new Date('2026-11-20T10:00:00Z'))
    const month = await set({ scopeType: 'team', scopeId: 'team_search' })
    expect(month).toMatchObject({
      spentUsd: '1.5',
      startsAt: '2026-10-31T23:00:00.000Z',
      resetsAt: '2026-11-30T23:00:00.000Z',
    })
    expect(await set({ scopeType: 'team', scopeId: 'team_search', period: 'total' })).toMatchObject({
      spentUsd: '71.5',
      resetsAt: null,
    })
    expect(await set({ scopeType: 'organisation' })).toMatchObject({ spentUsd: '2.4' })
    expect(await set({ scopeType: 'team', scopeId: 'team_search', period: 'quarter', timeZone: 'UTC' })).toMatchObject({
      spentUsd: '71.5',
    })
  })

  test('of a key is changed with the key', async () => {
    const budget = await fixture.context.db.budget.findFirstOrThrow({ where: { scopeType: 'key', scopeId: keyId } })
    expect(await ask(ada, 'PATCH', `/budgets/${budget.id}`, { amountUsd: '9000000' })).toMatchObject({ status: 409 })
    expect((await ask(ada, 'DELETE', `/budgets/${budget.id}`)).status).toBe(409)
    expect(
      (await ask(ada, 'POST', '/budgets', { scopeType: 'key', scopeId: keyId, amountUsd: '1', period: 'day' })).status,
    ).toBe(422)
  })
})

describe('money between siblings', () => {
  const monthOf = (scopeType: string, scopeId: string, amountUsd = '100') => set({ scopeType, scopeId, amountUsd })
  const move = (actor: Actor, from: BudgetView, to: BudgetView | string, amountUsd: string, reason = 'Busy month') =>
    ask(actor, 'POST', `/budgets/${from.id}/move`, {
      toBudgetId: typeof to === 'string' ? to : to.id,
      amountUsd,
      reason,
    })
  const amounts = async (...budgets: readonly BudgetView[]) =>
    Promise.all(budgets.map(async ({ id }) => (await ask(ada, 'GET', `/budgets/${id}`)).body.amountUsd))
  const problemOf = (answer: Awaited<ReturnType<Ask>>) => [
    answer.status,
    (answer.body.errors as { field: string; message: string }[] | undefined)?.[0]?.field,
    (answer.body.errors as { field: string; message: string }[] | undefined)?.[0]?.message,
  ]

  test('is moved by a lead inside the team, with an entry on both, and obeyed by the next call', async () => {
    const [from, to] = [
      await monthOf('project', 'proj_ranking'),
      await monthOf('environment', 'team_search:development'),
    ]
    const before = await version('team:team_search')
    expect(await move(tess, from, to, '30.5')).toMatchObject({
      status: 200,
      body: { from: { amountUsd: '69.5', parent: { type: 'team', id: 'team_search' } }, to: { amountUsd: '130.5' } },
    })
    expect(await amounts(from, to)).toEqual(['69.5', '130.5'])
    expect((await grant()).budgets.find(({ id }) => id === to.id)?.amountNanos).toBe('130500000000')
    expect(await version('team:team_search')).toBeGreaterThan(before)
    const entries = await fixture.context.db.auditEntry.findMany({ where: { action: 'budget.move' } })
    expect(entries.map(({ targetId, actorName }) => [targetId, actorName]).toSorted()).toEqual(
      [from, to].map(({ id }) => [id, 'Tess']).toSorted(),
    )
    expect(entries[0]?.summary).toContain(
      'moved $30.5 a month from the budget of Ranking to that of Search development',
    )
  })

  test('keeps the sum, however many move at once', async () => {
    const [one, other] = [await monthOf('team', 'team_search', '40'), await monthOf('team', 'team_platform', '40')]
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (n % 3 ? move(ada, one, other, '7') : move(ada, other, one, '3'))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 422]))
    const [left, right] = (await amounts(one, other)).map(Number)
    expect(left! + right!).toBe(80)
    expect(left).toBeGreaterThan(0)
  })

  test('leaves what is spent and held', async () => {
    const [from, to] = [await monthOf('team', 'team_search', '50'), await monthOf('team', 'team_platform', '1')]
    const record = budgetKey(from, budgetWindow('month', 'Europe/Berlin', nowMs))
    await fixture.context.redis.set(record, '30000000000 5500000000')
    expect(problemOf(await move(ada, from, to, '14.500000001'))).toEqual([
      422,
      'amountUsd',
      'Search can give at most $14.5: $35.5 of $50 is spent or held.',
    ])
    expect(await amounts(from, to)).toEqual(['50', '1'])
    expect((await move(ada, from, to, '14.5')).status).toBe(200)
    expect(problemOf(await move(ada, from, to, '1'))[2]).toBe(
      'Search has nothing to give: $35.5 of $35.5 is spent or held.',
    )
    await fixture.context.redis.del(record)
  })

  test('goes to siblings only: same parent, period and time zone', async () => {
    const from = await monthOf('team', 'team_search')
    const problem = async (to: BudgetView | string) => problemOf(await move(ada, from, to, '1')).slice(0, 2)
    const others = [
      from,
      await monthOf('team', 'team_finance'),
      await monthOf('project', 'proj_ranking'),
      await monthOf('organisation', 'org_small'),
      await set({ scopeType: 'team', scopeId: 'team_platform', period: 'week' }),
      await set({ scopeType: 'team', scopeId: 'team_platform', timeZone: 'Asia/Tokyo' }),
      await set({ scopeType: 'team', scopeId: 'team_search', perMember: true }),
    ]
    for (const to of [...others, 'bud_ghost']) expect(await problem(to)).toEqual([422, 'toBudgetId'])
    const ofKey = await fixture.context.db.budget.findFirstOrThrow({ where: { scopeType: 'key', scopeId: keyId } })
    expect(await problem(ofKey.id)).toEqual([422, 'toBudgetId'])
    const [group, tag] = [await monthOf('group', 'eng-search'), await monthOf('tag', 'customer=Acme Ltd')]
    expect((await move(ada, group, tag, '1')).status).toBe(200)
    expect(problemOf(await move(ada, group, tag, '99'))[2]).toBe(
      'eng-search can give less than $99, which is all it has.',
    )
    for (const [field, body] of [
      ['reason', { reason: ' ' }],
      ['amountUsd', { amountUsd: '0' }],
      ['amountUsd', { amountUsd: '-5' }],
      ['toBudgetId', { toBudgetId: '' }],
    ] as const) {
      const whole = { toBudgetId: tag.id, amountUsd: '1', reason: 'x', ...body }
      expect(problemOf(await ask(ada, 'POST', `/budgets/${group.id}/move`, whole)).slice(0, 2)).toEqual([422, field])
    }
  })

  test('is moved by nobody else, and what one may not see is not there', async () => {
    const [from, to] = [
      await monthOf('project', 'proj_ranking'),
      await monthOf('environment', 'team_search:development'),
    ]
    expect((await move(dana, from, to, '1')).status).toBe(403)
    expect((await move(finn, from, to, '1')).status).toBe(403)
    const [search, platform] = [await monthOf('team', 'team_search'), await monthOf('team', 'team_platform')]
    expect((await move(tess, platform, search, '1')).status).toBe(404)
    expect(problemOf(await move(tess, search, platform, '1')).slice(0, 2)).toEqual([422, 'toBudgetId'])
    const own = await monthOf('environment', 'team_search:production')
    expect((await move(tess, search, own, '1')).status).toBe(403)
    expect(await amounts(from, to, search, platform)).toEqual(['100', '100', '100', '100'])
  })

  test('that is lent or raised until a day waits for its end', async () => {
    const [from, to] = [await monthOf('user', 'user_dana'), await monthOf('user', 'user_tess')]
    const effect = { field: 'budget', scopeType: 'user', scopeId: 'user_dana', budgetId: from.id, period: 'month' }
    const times = { validUntil: new Date(nowMs + 86_400_000), createdAt: new Date(nowMs), lapsesAt: new Date(nowMs) }
    await fixture.context.db.keyRequest.create({
      data: {
        id: 'req_running',
        what: 'budget',
        status: 'approved',
        askerType: 'user',
        askerId: 'user_dana',
        askerName: 'Dana',
        teamId: 'team_search',
        approver: 'admin',
        wish: {},
        effects: [{ ...effect, before: '1', after: '2', overrideAdded: false }],
        decidedById: 'user_ada',
        ...times,
      },
    })
    expect((await move(ada, to, from, '1')).status).toBe(409)
    await fixture.context.db.keyRequest.deleteMany()
    expect((await move(ada, to, from, '1')).status).toBe(200)
  })
})

describe('the list of budgets', () => {
  test('shows everyone what the table of permissions lets them see', async () => {
    for (const [scopeType, scopeId] of [
      ['team', 'team_search'],
      ['team', 'team_finance'],
      ['user', 'user_dana'],
      ['project', 'proj_ranking'],
      ['organisation', 'org_small'],
    ]) {
      await set({ scopeType, scopeId })
    }
    const seen = async (actor: Actor) => {
      const { body } = await ask(actor, 'GET', '/budgets?sort=createdAt')
      return (body.data as BudgetView[]).map(({ scope }) => `${scope.type} ${scope.name}`).toSorted()
    }
    expect(await seen(ada)).toEqual([
      'key k',
      'organisation Small Company',
      'project Ranking',
      'team Finance',
      'team Search',
      'user Dana',
    ])
    expect(await seen(dana)).toEqual(['project Ranking', 'team Search', 'user Dana'])
    expect(await seen(tess)).toEqual(['project Ranking', 'team Search'])
    expect(await seen(finn)).toHaveLength(6)
  })

  test('pages by cursor and is filtered', async () => {
    const ids = [
      await set({ scopeType: 'team', scopeId: 'team_search' }),
      await set({ scopeType: 'team', scopeId: 'team_finance' }),
    ].map(({ id }) => id)
    const first = await ask(ada, 'GET', '/budgets?filter[scopeType]=team&limit=1')
    const second = await ask(
      ada,
      'GET',
      `/budgets?filter[scopeType]=team&limit=1&cursor=${String(first.body.nextCursor)}`,
    )
    expect([first, second].map(({ body }) => (body.data as BudgetView[])[0]?.id).toSorted()).toEqual(ids.toSorted())
    expect(second.body.nextCursor).toBeNull()
    expect((await ask(ada, 'GET', '/budgets?filter[scopeType]=galaxy')).status).toBe(422)
    expect((await ask(ada, 'GET', '/budgets?q=fin')).body.data).toHaveLength(1)
  })
})

describe('rate limits of a scope', () => {
  const patch = (actor: Actor, path: string, body: unknown) => ask(actor, 'PATCH', `/scope-limits/${path}`, body)

  test('are set one by one, obeyed at once, and taken away by null', async () => {
    const before = await version('team:team_search')
    expect(await patch(ada, 'team/team_search', { rpm: 500, tpm: 10_000 })).toMatchObject({
      status: 200,
      body: { limits: { rpm: 500, tpm: 10_000 } },
    })
    expect(await version('team:team_search')).toBeGreaterThan(before)
    const teamLimits = async () =>
      (await grant()).limits.filter(({ scope }) => scope.type === 'team').map(({ kind, limit }) => [kind, limit])
    expect(await teamLimits()).toEqual([
      ['rpm', 500],
      ['tpm', 10_000],
    ])
    expect((await patch(ada, 'team/team_search', { tpm: null })).body).toMatchObject({ limits: { rpm: 500 } })
    expect(await teamLimits()).toEqual([['rpm', 500]])
    expect((await ask(dana, 'GET', '/scope-limits')).body).toMatchObject({
      data: [{ scope: { name: 'Search' }, limits: { rpm: 500 } }],
    })
    expect((await ask(finn, 'GET', '/scope-limits')).body).toMatchObject({ data: [] })
    await patch(ada, 'team/team_search', { rpm: null })
    expect(await fixture.context.db.scopeLimit.count()).toBe(0)
  })

  test.each([
    ['environment', 'team_search:development', 'Search development', 'team:team_search'],
    ['group', 'contractors & friends', 'contractors & friends', 'organisation'],
    ['tag', 'customer=Acme Ltd', 'customer=Acme Ltd', 'organisation'],
  ])('are set on %s %s too, told by its name, and make its grants stale', async (type, id, name, subject) => {
    const before = await version(subject)
    const path = `${type}/${encodeURIComponent(id)}`
    expect(await patch(ada, path, { itpm: 700 })).toMatchObject({
      status: 200,
      body: { scope: { type, id, name }, limits: { itpm: 700 } },
    })
    expect(await version(subject)).toBeGreaterThan(before)
    expect((await ask(ada, 'GET', `/scope-limits?filter[scopeType]=${type}`)).body.data).toMatchObject([
      { scope: { type, id, name }, limits: { itpm: 700 } },
    ])
    await patch(ada, path, { itpm: null })
    expect(await fixture.context.db.scopeLimit.count()).toBe(0)
  })

  test('are set for some models, by pattern, beside those of all', async () => {
    const of = (body: unknown) => patch(ada, 'team/team_search', body)
    expect(
      (await of({ rpm: 500, models: { 'gpt-4o': { rpm: 5, tpm: 900 }, 'claude-*': { rpm: 6 } } })).body,
    ).toMatchObject({
      limits: { rpm: 500 },
      models: { 'gpt-4o': { rpm: 5, tpm: 900 }, 'claude-*': { rpm: 6 } },
    })
    const ofTeam = async () =>
      (await grant()).limits
        .filter(({ scope }) => scope.type === 'team')
        .map(({ kind, limit, models }) => [models ?? 'all', kind, limit])
    expect(await ofTeam()).toEqual([
      ['all', 'rpm', 500],
      ['gpt-4o', 'rpm', 5],
      ['gpt-4o', 'tpm', 900],
      ['claude-*', 'rpm', 6],
    ])
    expect((await of({ models: { 'gpt-4o': { rpm: null }, 'claude-*': null } })).body).toMatchObject({
      models: { 'gpt-4o': { tpm: 900 } },
    })
    for (const models of [{ '': { rpm: 1 } }, { 'gpt-4o': { rpm: 0 } }, { 'gpt-4o': { models: {} } }, [], 'gpt-4o']) {
      expect((await of({ models })).status).toBe(422)
    }
    await of({ rpm: null, models: { 'gpt-4o': null } })
    expect(await fixture.context.db.scopeLimit.count()).toBe(0)
  })

  test.each([
    [{ rpm: 0 }, 'rpm', 'from 1 to 1,000,000,000,000'],
    [{ tpd: -5 }, 'tpd', 'from 1 to 1,000,000,000,000'],
    [{ rph: 1.5 }, 'rph', 'whole number'],
    [{ itpm: 1_000_000_000_001 }, 'itpm', 'from 1 to 1,000,000,000,000'],
    [{ otpd: '7' }, 'otpd', 'whole number'],
    [{ rps: 5 }, 'rps', 'no such field'],
    [{ models: { 'gpt-4o': { concurrency: 0 } } }, 'models.gpt-4o.concurrency', 'from 1 to 1,000,000,000,000'],
    [{ models: { 'gpt-4o': { rps: 1 } } }, 'models.gpt-4o.rps', 'no such field'],
    [{ models: { 'gpt 4o': { rpm: 1 } } }, 'models.gpt 4o', '1 to 120 letters'],
    [{ models: { '^gpt-.+$': { rpm: 1 } } }, 'models.^gpt-.+$', '1 to 120 letters'],
    [{ models: { ['x'.repeat(121)]: { rpm: 1 } } }, `models.${'x'.repeat(121)}`, '1 to 120 letters'],
  ])('refuse %j by field and range', async (body, field, words) => {
    const { status, body: problem } = await patch(ada, 'team/team_search', body)
    expect([status, (problem.errors as { field: string }[]).map((error) => error.field)]).toEqual([422, [field]])
    expect((problem.errors as { message: string }[])[0]?.message).toContain(words)
  })

  test('are told to whom they apply, found by name and type, with what is used of each', async () => {
    const { db, redis } = fixture.context
    await db.user.update({ where: { id: 'user_dana' }, data: { groups: ['contractors'] } })
    const places = [
      'organisation/org_small',
      'team/team_search',
      'group/contractors',
      'group/others',
      'tag/customer=Acme',
    ]
    for (const place of places) await patch(ada, place, { rph: 40, models: { 'gpt-*': { concurrency: 3 } } })
    const listed = async (actor: Actor, query = '') => {
      const { status, body } = await ask(actor, 'GET', `/scope-limits${query}`)
      expect(status).toBe(200)
      return (body.data as ScopeLimitsView[]).map(({ scope }) => scope.id)
    }
    expect(await listed(ada)).toEqual(['contractors', 'others', 'org_small', 'customer=Acme', 'team_search'])
    expect(await listed(dana)).toEqual(['contractors', 'org_small', 'team_search'])
    expect(await listed(ada, '?q=ACME')).toEqual(['customer=Acme'])
    expect(await listed(ada, '?filter[scopeType]=team,organisation')).toEqual(['org_small', 'team_search'])
    expect((await ask(ada, 'GET', '/scope-limits?filter[scopeType]=galaxy')).status).toBe(422)

    const scope = { type: 'team', id: 'team_search', name: '' } as const
    const { timeZone } = await db.organisation.findFirstOrThrow()
    const open = limitWindow('rph', timeZone, Date.now())
    await redis.set(limitKey({ scope, kind: 'rph', limit: 40 }, open), 12)
    const { body } = await ask(dana, 'GET', '/scope-limits/team/team_search')
    expect(body.inUse).toMatchObject([
      { kind: 'rph', limit: 40, used: 12, resetsAt: new Date(open.endMs).toISOString() },
      { kind: 'concurrency', models: 'gpt-*', limit: 3, used: 0, resetsAt: null },
    ])
    for (const hidden of ['group/others', 'tag/customer=Acme', 'team/team_nowhere'])
      expect((await ask(dana, 'GET', `/scope-limits/${hidden}`)).status).toBe(404)
    expect((await ask(ada, 'GET', '/scope-limits/group/nobody-yet')).body).toMatchObject({
      limits: {},
      updatedAt: null,
    })
    for (const place of places) await patch(ada, place, { rph: null, models: { 'gpt-*': null } })
  })

  test('set by two at once are both set', async () => {
    await Promise.all([
      patch(ada, 'organisation/org_small', { rpm: 7 }),
      patch(ada, 'organisation/org_small', { tpm: 8 }),
    ])
    expect((await patch(ada, 'organisation/org_small', {})).body).toMatchObject({ limits: { rpm: 7, tpm: 8 } })
    await patch(ada, 'organisation/org_small', { rpm: null, tpm: null })
  })

  test('are refused when they are no limits, or nobody’s', async () => {
    for (const body of [{ rpm: 0 }, { rpm: -5 }, { rpm: 1e13 }, { rpm: '5' }, { rps: 5 }]) {
      expect((await patch(ada, 'team/team_search', body)).status).toBe(422)
    }
    expect((await patch(ada, 'team/team_ghost', { rpm: 1 })).status).toBe(404)
    expect((await patch(ada, 'galaxy/milky_way', { rpm: 1 })).status).toBe(404)
    for (const id of ['team_ghost:production', 'team_search', 'team_search:']) {
      expect((await patch(ada, `environment/${id}`, { rpm: 1 })).status).toBe(404)
    }
    for (const id of ['acme', 'customer=', '=acme']) {
      expect((await patch(ada, `tag/${encodeURIComponent(id)}`, { rpm: 1 })).status).toBe(404)
    }
    expect((await patch(dana, 'team/team_search', { rpm: 1 })).status).toBe(403)
  })
})

describe('bad input', () => {
  const good = { scopeType: 'team', scopeId: 'team_search', amountUsd: '1', period: 'month' }

  test.each([
    ['a key for a scope', { scopeType: 'key' }, 'scopeType'],
    ['a tag without a value', { scopeType: 'tag', scopeId: 'customer=' }, 'scopeId'],
    ['an environment of no team', { scopeType: 'environment', scopeId: 'team_ghost:production' }, 'scopeId'],
    ['an environment without a name', { scopeType: 'environment', scopeId: 'team_search:' }, 'scopeId'],
    ['no such scope', { scopeId: 'team_ghost' }, 'scopeId'],
    ['no id', { scopeId: undefined }, 'scopeId'],
    ['another organisation', { scopeType: 'organisation', scopeId: 'org_other' }, 'scopeId'],
    ['nothing', { amountUsd: '0' }, 'amountUsd'],
    ['a debt', { amountUsd: -1 }, 'amountUsd'],
    ['too much', { amountUsd: '9000000.000000001' }, 'amountUsd'],
    ['too fine', { amountUsd: '0.0000000001' }, 'amountUsd'],
    ['words', { amountUsd: 'lots' }, 'amountUsd'],
    ['an unknown period', { period: 'fortnight' }, 'period'],
    ['an unknown posture', { posture: 'limp' }, 'posture'],
    ['enforcement before the end', { enforceAtPercent: 99 }, 'enforceAtPercent'],
    ['a time zone of nowhere', { timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['an offset, which knows no summer', { timeZone: '+05:30' }, 'timeZone'],
    ['no time zone', { timeZone: '' }, 'timeZone'],
    ['an unknown field', { hard: true }, 'hard'],
    ['an enormous number', { amountUsd: 1e21 }, 'amountUsd'],
    ['an exponent', { amountUsd: '1e3' }, 'amountUsd'],
    ['a threshold of nothing', { thresholds: [0] }, 'thresholds'],
    ['a threshold below zero', { thresholds: [-5] }, 'thresholds'],
    ['half a per cent', { thresholds: [50.5] }, 'thresholds'],
    ['a threshold beyond reach', { thresholds: [1001] }, 'thresholds'],
    ['a crowd of thresholds', { thresholds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }, 'thresholds'],
    ['members of what has none', { scopeType: 'user', scopeId: 'user_dana', perMember: true }, 'perMember'],
  ])('%s is refused by field, and nothing is written', async (_, body, field) => {
    const answer = await ask(ada, 'POST', '/budgets', { ...good, ...body })
    expect(answer.status).toBe(422)
    const fields = (answer.body.errors as { field: string }[]).map((error) => error.field.replace(/\W.*/, ''))
    expect(fields).toContain(field)
    expect(await fixture.context.db.budget.count({ where: { scopeType: { not: 'key' } } })).toBe(0)
  })

  test.each([
    ['period', 'day'],
    ['timeZone', 'UTC'],
    ['perMember', true],
    ['scopeId', 'team_finance'],
  ])('a change of %s midway is refused: another one is another budget', async (field, value) => {
    const { id } = await set(good)
    const answer = await ask(ada, 'PATCH', `/budgets/${id}`, { [field]: value })
    expect(answer.status).toBe(422)
    expect((answer.body.errors as { field: string }[])[0]?.field).toBe(field)
  })

  test('an amount below what is spent holds from the next call on, and what is spent stays', async () => {
    const { id } = await set({ ...good, amountUsd: '100' })
    await fixture.context.db.$executeRaw`DELETE FROM usage_hourly`
    await book({ team_id: 'team_search' }, 60_000_000_000n, new Date(nowMs - 3_600_000))
    await ask(ada, 'PATCH', `/budgets/${id}`, { amountUsd: '50' })
    expect((await ask(ada, 'GET', `/budgets/${id}`)).body).toMatchObject({ amountUsd: '50', spentUsd: '60' })
    expect((await grant()).budgets.find((rule) => rule.id === id)?.amountNanos).toBe('50000000000')
  })

  test('is not even read from those who may not write', async () => {
    for (const actor of [dana, tess, finn]) expect((await ask(actor, 'POST', '/budgets', good)).status).toBe(403)
  })

  test.each(nastyStrings.map((text) => [text.slice(0, 40), text]))(
    '%j in every string is text or a clear error',
    async (_, text) => {
      const encoded = encodeURIComponent(text.replace('\ud800', '%'))
      const requests: [Method, string, unknown?][] = [
        ['POST', '/budgets', { ...good, scopeType: text }],
        ['POST', '/budgets', { ...good, scopeId: text }],
        ['POST', '/budgets', { ...good, amountUsd: text }],
        ['POST', '/budgets', { ...good, timeZone: text }],
        ['PATCH', `/budgets/${encoded}`, { amountUsd: '1' }],
        ['PATCH', `/scope-limits/team/${encoded}`, { rpm: 1 }],
        ['PATCH', `/scope-limits/${encoded}/x`, { [text]: 1 }],
        ['POST', `/budgets/${encoded}/move`, { toBudgetId: text, amountUsd: '1', reason: text }],
        ['GET', `/budgets?q=${encoded}`],
        ['GET', `/budgets?cursor=${encoded}`],
        ['GET', `/budgets?filter[scopeId]=${encoded}`],
        ['GET', `/scope-limits?cursor=${encoded}`],
        ['GET', `/budgets/${encoded}`],
      ]
      for (const [method, path, body] of requests) {
        const { status } = await ask(bootstrap, method, path, body)
        expect([200, 400, 404, 422]).toContain(status)
      }
    },
  )
})
