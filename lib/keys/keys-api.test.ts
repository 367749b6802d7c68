import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#lib/identity/contract.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'
import type { KeyView } from '#lib/keys/contract.ts'
import type { KeyList } from '#lib/keys/list-keys.ts'
import { usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import { ingestEntries } from '#lib/ledger/ingest-entries.ts'
import { ensureGroup, takeNew } from '#lib/ledger/usage-stream.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.now()
const dayMs = 86_400_000
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
  ask = apiOf(fixture.context, keyEndpoints)
})
afterAll(() => fixture.close())

const as = (name: string): Actor => people[name] ?? bootstrap
const create = async (name: string, body: Record<string, unknown>) => {
  const answer = await ask(as(name), 'POST', '/keys', { name: 'a key', kind: 'personal', ...body })
  expect([answer.status, answer.body.code]).toEqual([201, undefined])
  return answer.body as unknown as KeyView & { key: string }
}
const list = async (name: string, query = '') => {
  const answer = await ask(as(name), 'GET', `/keys${query}`)
  expect([answer.status, answer.body.detail]).toEqual([200, undefined])
  return answer.body as unknown as KeyList
}
const names = (page: KeyList) => page.data.map(({ name }) => name)

async function book(...events: UsageEvent[]) {
  const { sql, redis } = fixture.context
  await ensureGroup(redis)
  for (const event of events) await redis.xadd(usageStream, '*', 'e', JSON.stringify(event))
  await ingestEntries({ sql, redis, nowMs: () => nowMs }, await takeNew(redis, 'test', 1000, 1))
}

describe('the list of keys', () => {
  beforeAll(async () => {
    await create('Dana', { name: 'alpha', environment: 'list', expiresAt: new Date(nowMs + 5 * dayMs).toISOString() })
    await create('Dana', {
      name: 'beta',
      environment: 'list',
      budget: { amountUsd: '1', period: 'month', posture: 'hard' },
    })
    await create('Dana', { name: 'gamma service', kind: 'service', environment: 'list', models: ['gpt-4o-mini'] })
    await create('Tess', { name: 'delta', environment: 'list' })
    await create('bootstrap', { name: 'epsilon', kind: 'service', environment: 'list' })
    await create('Cole', { name: '100%_sure', environment: 'list' })
  })

  const inList = '?filter[environment]=list&sort=name'

  test('shows each person what the table of permissions lets them see', async () => {
    expect(names(await list('Ada', inList))).toEqual([
      '100%_sure',
      'alpha',
      'beta',
      'delta',
      'epsilon',
      'gamma service',
    ])
    expect(names(await list('Dana', inList))).toEqual(['alpha', 'beta', 'gamma service'])
    expect(names(await list('Tess', inList))).toEqual(['100%_sure', 'alpha', 'beta', 'delta', 'gamma service'])
    expect(names(await list('Cole', inList))).toEqual(['100%_sure', 'gamma service'])
    expect((await ask(as('Finn'), 'GET', '/keys')).body).toMatchObject({ data: [] })
  })

  test.each([
    '-createdAt',
    'createdAt',
    'name',
    '-name',
    'expiresAt',
    '-expiresAt',
    'lastUsedAt',
    '-lastUsedAt',
    'spent',
    '-spent',
  ])('pages by cursor without loss or repeat, sorted by %s', async (sort) => {
    const whole = (await list('Ada', `?filter[environment]=list&sort=${sort}`)).data.map(({ id }) => id)
    const paged: string[] = []
    let cursor: string | null = null
    do {
      const page: KeyList = await list(
        'Ada',
        `?filter[environment]=list&limit=2&sort=${sort}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      )
      paged.push(...page.data.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor)
    expect(whole).toHaveLength(6)
    expect(paged).toEqual(whole)
  })

  test('is searched by name, owner and last four; wildcards are plain characters', async () => {
    const [beta] = (await list('Ada', '?q=beta')).data
    expect(names(await list('Ada', '?q=BET'))).toEqual(['beta'])
    expect(names(await list('Ada', `?q=${beta!.last4}`))).toContain('beta')
    expect(names(await list('Ada', `?q=${encodeURIComponent(beta!.display)}`))).toContain('beta')
    expect(names(await list('Ada', `?q=tess@demo`))).toEqual(['delta'])
    expect(names(await list('Ada', '?q=%25_'))).toEqual(['100%_sure'])
    expect(names(await list('Ada', `?q=${encodeURIComponent('\\')}`))).toEqual([])
  })

  test('is filtered by every field', async () => {
    expect(names(await list('Ada', `${inList}&filter[owner]=user_tess`))).toEqual(['delta'])
    expect(names(await list('Dana', `${inList}&filter[owner]=me&filter[kind]=service`))).toEqual(['gamma service'])
    expect(names(await list('Ada', `${inList}&filter[team]=team_platform`))).toEqual(['epsilon'])
    expect(names(await list('Ada', `${inList}&filter[model]=gpt-5&filter[kind]=service,agent`))).toEqual(['epsilon'])
    expect(names(await list('Ada', `${inList}&filter[status]=revoked`))).toEqual([])
    expect((await ask(as('Ada'), 'GET', '/keys?filter[status]=alive')).body).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'filter[status]' }],
    })
  })

  test('counts every view and sums the whole result beside the first page', async () => {
    const beta = (await list('Ada', '?q=beta')).data[0]!
    await book(
      anEvent({
        keyId: beta.id,
        at: nowMs - 1000,
        costNanos: '900000000',
        secretId: beta.secrets[0]!.id,
        teamId: 'team_search',
        userId: 'user_dana',
      }),
    )
    const page = await list('Dana', `${inList}&limit=1`)
    expect(page.views).toEqual({ all: 3, mine: 3, near_cap: 1, ends_soon: 1, unused: 0, no_owner: 0, waiting: 0 })
    expect(page.totals).toEqual({ count: 3, spentThisMonthUsd: '0.9', monthlyBudgetUsd: '101' })
    expect(names(await list('Dana', '?filter[view]=near_cap'))).toEqual(['beta'])
    expect(names(await list('Dana', '?filter[view]=ends_soon'))).toEqual(['alpha'])
    expect(names(await list('Ada', '?filter[view]=no_owner'))).toEqual(['epsilon'])
    expect((await list('Dana', '?q=beta')).data[0]).toMatchObject({
      budget: { spentUsd: '0.9' },
      spentThisMonthUsd: '0.9',
      lastUsedAt: new Date(nowMs - 1000).toISOString(),
    })
    expect(
      (await list('Dana', `?limit=1&cursor=${encodeURIComponent(page.nextCursor!)}&sort=name`)).views,
    ).toBeUndefined()
  })

  test('is exported as CSV, with formulas made harmless', async () => {
    await create('Dana', { name: '=HYPERLINK("http://evil")', environment: 'csv' })
    const { body } = await ask(as('Dana'), 'GET', '/keys?filter[environment]=csv', undefined, { accept: 'text/csv' })
    expect(String(body.text).split('\r\n')[1]).toContain(`"'=HYPERLINK`)
  })
})

describe('one key', () => {
  test('tells its callers, by secret', async () => {
    const minted = await create('Dana', { name: 'called' })
    const event = (more: Partial<UsageEvent>) =>
      anEvent({ keyId: minted.id, secretId: minted.secrets[0]!.id, at: nowMs - 5000, ...more })
    await book(
      event({ clientIp: '10.0.0.1', userAgent: 'openai/6', costNanos: '1000' }),
      event({ clientIp: '10.0.0.1', userAgent: 'openai/6', costNanos: '500' }),
      event({ clientIp: '10.0.0.2', userAgent: 'curl/8', costNanos: '0', outcome: 'refused', status: 429 }),
    )
    const { body } = await ask(as('Dana'), 'GET', `/keys/${minted.id}/callers`)
    expect(body.data).toMatchObject([
      {
        ip: '10.0.0.1',
        client: 'openai/6',
        identity: 'virtual_key',
        last4: minted.last4,
        calls: 2,
        refused: 0,
        costUsd: '0.0000015',
      },
      { ip: '10.0.0.2', client: 'curl/8', calls: 1, refused: 1, costUsd: '0' },
    ])
    expect((await ask(as('Dana'), 'GET', `/keys/${minted.id}/callers?secret=sec_other`)).body.data).toEqual([])
    expect((await ask(as('Cole'), 'GET', `/keys/${minted.id}/callers`)).status).toBe(404)
  })

  test('explains where each value comes from', async () => {
    const minted = await create('Dana', {
      name: 'explained',
      kind: 'service',
      limits: { rpm: 40, models: { 'gpt-4o*': { rpd: 9 } } },
      models: ['gpt-4o*'],
    })
    await fixture.context.db.scopeLimit.create({
      data: { scopeType: 'team', scopeId: 'team_search', limits: { rpm: 30, rph: 900 } },
    })
    const { body } = await ask(as('Dana'), 'GET', `/keys/${minted.id}/effective`)
    const limits = body.limits as {
      kind: string
      limit: number
      setBy: { layer: string; name: string }
      values: { layer: string; value: number }[]
    }[]
    expect(limits.find(({ kind }) => kind === 'rpm')).toMatchObject({
      limit: 30,
      setBy: { layer: 'team', name: 'Search' },
      values: [
        { layer: 'team', value: 30 },
        { layer: 'profile', value: 1200 },
        { layer: 'key', value: 40 },
      ],
    })
    expect(body.modelLimits).toMatchObject([{ kind: 'rpd', models: 'gpt-4o*', limit: 9, source: { layer: 'key' } }])
    expect(limits.find(({ kind }) => kind === 'rph')).toMatchObject({ limit: 900, setBy: { layer: 'team' } })
    expect(limits.find(({ kind }) => kind === 'tpm')).toMatchObject({
      limit: 1_000_000,
      setBy: { layer: 'profile', name: 'Experiment' },
    })
    expect(body.models).toMatchObject({
      allowed: ['gpt-4o', 'gpt-4o-mini', 'gpt-4o-mini-tts', 'gpt-4o-transcribe'],
      rules: [{ layer: 'profile' }, { layer: 'key', allow: ['gpt-4o*'] }],
    })
    expect(body.budgets).toMatchObject([{ scope: { type: 'key' }, amountUsd: '50', usedUsd: '0', heldUsd: '0' }])
    await fixture.context.db.scopeLimit.deleteMany()
  })

  test('names the actions that the reader may take', async () => {
    const minted = await create('Dana', { name: 'actions' })
    const actions = async (name: string) => (await ask(as(name), 'GET', `/keys/${minted.id}`)).body.actions
    expect(await actions('Dana')).toEqual(['update', 'rotate', 'suspend', 'revoke'])
    expect(await actions('Tess')).toEqual(['update', 'rotate', 'suspend', 'revoke', 'quarantine'])
    await ask(as('Ada'), 'POST', `/keys/${minted.id}/quarantine`, { reason: 'odd' })
    expect(await actions('Dana')).toEqual(['revoke'])
    expect(await actions('Ada')).toEqual(['revoke', 'release'])
  })

  test('is told by no answer but the first, and its digest by none', async () => {
    const minted = await create('Dana', { name: 'secretive' })
    const stored = await fixture.context.db.keySecret.findFirstOrThrow({ where: { keyId: minted.id } })
    const answers = await Promise.all([
      ask(as('Ada'), 'GET', '/keys'),
      ask(as('Ada'), 'GET', `/keys/${minted.id}`),
      ask(as('Dana'), 'PATCH', `/keys/${minted.id}`, { name: 'still' }),
      ask(as('Dana'), 'POST', `/keys/${minted.id}/suspend`),
    ])
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      const text = JSON.stringify(body)
      expect(text).not.toContain(minted.key)
      expect(text).not.toContain(minted.key.slice(6, 46))
      expect(text).not.toContain(Buffer.from(stored.digest).toString('hex'))
      expect(text).not.toContain(Buffer.from(stored.digest).toString('base64').slice(0, 20))
    }
  })
})

describe('asking again', () => {
  test('with the same Idempotency-Key gives the same key, made once', async () => {
    const headers = { 'idempotency-key': 'make-me-one' }
    const body = { name: 'once', kind: 'personal' }
    const first = await ask(as('Dana'), 'POST', '/keys', body, headers)
    const again = await ask(as('Dana'), 'POST', '/keys', body, headers)
    expect(again).toEqual(first)
    const rotated = await ask(
      as('Dana'),
      'POST',
      `/keys/${String(first.body.id)}/rotate`,
      { graceSeconds: 10 },
      { 'idempotency-key': 'turn' },
    )
    expect(
      await ask(
        as('Dana'),
        'POST',
        `/keys/${String(first.body.id)}/rotate`,
        { graceSeconds: 10 },
        { 'idempotency-key': 'turn' },
      ),
    ).toEqual(rotated)
    expect(await fixture.context.db.virtualKey.count({ where: { name: 'once' } })).toBe(1)
    expect(await fixture.context.db.keySecret.count({ where: { keyId: String(first.body.id) } })).toBe(2)
  })
})

describe('bad input', () => {
  const count = async () => [
    await fixture.context.db.virtualKey.count(),
    await fixture.context.db.workload.count(),
    await fixture.context.db.budget.count(),
    await fixture.context.db.auditEntry.count(),
  ]

  test.each([
    ['no name', { kind: 'personal' }, 'name'],
    ['a blank name', { name: '  ', kind: 'personal' }, 'name'],
    ['an unknown kind', { name: 'x', kind: 'root' }, 'kind'],
    ['an unknown field', { name: 'x', kind: 'personal', admin: true }, 'admin'],
    ['a status of its own', { name: 'x', kind: 'personal', status: 'active' }, 'status'],
    ['overrides of its own', { name: 'x', kind: 'personal', overrides: ['limits.rpm'] }, 'overrides'],
    ['a negative limit', { name: 'x', kind: 'personal', limits: { rpm: -1 } }, 'limits.rpm'],
    ['a limit of zero', { name: 'x', kind: 'personal', limits: { tpm: 0 } }, 'limits.tpm'],
    ['a fraction', { name: 'x', kind: 'personal', limits: { rpd: 1.5 } }, 'limits.rpd'],
    ['an absurd limit', { name: 'x', kind: 'personal', limits: { rpm: 1e13 } }, 'limits.rpm'],
    ['a limit as text', { name: 'x', kind: 'personal', limits: { rpm: '100' } }, 'limits.rpm'],
    ['a limit that does not exist', { name: 'x', kind: 'personal', limits: { rps: 1 } }, 'limits.rps'],
    [
      'a negative budget',
      { name: 'x', kind: 'personal', budget: { amountUsd: '-5', period: 'month' } },
      'budget.amountUsd',
    ],
    [
      'a budget of nothing',
      { name: 'x', kind: 'personal', budget: { amountUsd: '0.000000000', period: 'month' } },
      'budget.amountUsd',
    ],
    [
      'too fine a budget',
      { name: 'x', kind: 'personal', budget: { amountUsd: '1.0000000001', period: 'month' } },
      'budget.amountUsd',
    ],
    [
      'too large a budget',
      { name: 'x', kind: 'personal', budget: { amountUsd: '9000000.01', period: 'month' } },
      'budget.amountUsd',
    ],
    [
      'a budget in exponents',
      { name: 'x', kind: 'personal', budget: { amountUsd: '1e3', period: 'month' } },
      'budget.amountUsd',
    ],
    ['an unknown period', { name: 'x', kind: 'personal', budget: { amountUsd: '1', period: 'hour' } }, 'budget.period'],
    ['an end in the past', { name: 'x', kind: 'personal', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['an end that is no time', { name: 'x', kind: 'personal', expiresAt: 'tomorrow' }, 'expiresAt'],
    [
      'too many tags',
      { name: 'x', kind: 'personal', tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, 'v'])) },
      'tags',
    ],
    ['a team as a number', { name: 'x', kind: 'personal', teamId: 7 }, 'teamId'],
  ])('%s is refused by field, and nothing is written', async (_, body, field) => {
    const before = await count()
    const answer = await ask(as('Dana'), 'POST', '/keys', body)
    expect(answer.status).toBe(422)
    expect((answer.body.errors as { field: string }[]).map((error) => error.field)).toContain(field)
    expect(await count()).toEqual(before)
  })

  test.each([
    ['half an object', '{'],
    ['a list', '[]'],
    ['nothing', 'null'],
    ['text', '"text"'],
    ['deep nesting', '['.repeat(5000)],
  ])('%s in place of a body is refused', async (_, body) => {
    expect([400, 422]).toContain((await ask(bootstrap, 'POST', '/keys', body)).status)
  })

  test.each(nastyStrings.map((text) => [text.slice(0, 40), text]))(
    '%j in every string is text or a clear error',
    async (_, text) => {
      const bodies: Record<string, unknown>[] = [
        { name: text },
        { ownerId: text },
        { teamId: text },
        { projectId: text },
        { workloadId: text, kind: 'service' },
        { profileId: text },
        { environment: text },
        { models: [text] },
        { regions: [text] },
        { tags: { [text]: text } },
        { purpose: text },
        { kind: text },
        { expiresAt: text },
        { budget: { amountUsd: text, period: text } },
        { limits: { [text]: 1 } },
        { limits: { models: { [text]: { rpm: 1 } } } },
      ]
      for (const body of bodies) {
        const { status } = await ask(as('Dana'), 'POST', '/keys', { name: 'nasty', kind: 'personal', ...body })
        expect([201, 400, 403, 422]).toContain(status)
      }
      const encoded = encodeURIComponent(text.replace('\ud800', '%'))
      for (const query of [
        `q=${encoded}`,
        `filter[owner]=${encoded}`,
        `cursor=${encoded}`,
        `sort=${encoded}`,
        `filter[${encoded}]=x`,
        `limit=${encoded}`,
      ]) {
        const { status } = await ask(as('Dana'), 'GET', `/keys?${query}`)
        expect([200, 400, 422]).toContain(status)
      }
      for (const path of [`/keys/${encoded}`, `/keys/${encoded}/effective`, `/keys/${encoded}/callers`]) {
        expect([400, 404]).toContain((await ask(as('Dana'), 'GET', path)).status)
      }
      const bulk = await ask(bootstrap, 'POST', '/keys/revoke', { filter: { q: text }, dryRun: true })
      expect([200, 400, 422]).toContain(bulk.status)
      await fixture.context.db.virtualKey.updateMany({ where: { name: 'nasty' }, data: { status: 'revoked' } })
    },
  )

  test('an empty filter revokes nothing', async () => {
    expect((await ask(bootstrap, 'POST', '/keys/revoke', { filter: {} })).status).toBe(422)
    expect((await ask(bootstrap, 'POST', '/keys/revoke', {})).status).toBe(422)
  })
})
