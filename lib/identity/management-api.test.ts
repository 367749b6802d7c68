import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditEndpoints } from '#lib/audit/endpoints.ts'
import { verifyAudit } from '#lib/audit/verify-audit.ts'
import { apiTokenEndpoints, profileMappingEndpoints } from '#lib/identity/access/endpoints.ts'
import { callerOf } from '#lib/identity/caller-of.ts'
import type { Actor } from '#lib/identity/contract.ts'
import {
  businessUnitEndpoints,
  costCentreEndpoints,
  projectEndpoints,
  teamEndpoints,
  workloadEndpoints,
} from '#lib/identity/organisation/endpoints.ts'
import {
  meEndpoints,
  teamQuarantineEndpoints,
  userEndpoints,
  workloadQuarantineEndpoints,
} from '#lib/identity/people/endpoints.ts'
import { serve } from '#lib/management/serve.ts'
import { actorNamed, bootstrap, createSmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

const endpoints = [
  ...meEndpoints,
  ...userEndpoints,
  ...teamEndpoints,
  ...teamQuarantineEndpoints,
  ...projectEndpoints,
  ...workloadEndpoints,
  ...workloadQuarantineEndpoints,
  ...businessUnitEndpoints,
  ...costCentreEndpoints,
  ...profileMappingEndpoints,
  ...apiTokenEndpoints,
  ...auditEndpoints,
]

let fixture: TestContext
const people = {} as Record<'Ada' | 'Dana' | 'Tess' | 'Cole' | 'Finn' | 'Audrey' | 'nobody', Actor>

beforeAll(async () => {
  fixture = await openTestContext()
  const { db } = fixture.context
  const company = await createSmallCompany(db)
  await db.user.create({ data: { id: 'user_audrey', email: 'audrey@demo.test', name: 'Audrey', roles: ['auditor'] } })
  await db.profileMapping.create({
    data: { id: 'map_admins', group: 'gatehouse-admins', priority: 100, roles: ['admin'] },
  })
  await db.workload.create({
    data: { id: 'wl_ranker', name: 'ranker', kind: 'agent', teamId: 'team_search', ownerUserId: 'user_dana' },
  })
  await db.workload.create({ data: { id: 'wl_ledger', name: 'ledger', kind: 'app', teamId: 'team_finance' } })
  await db.project.create({ data: { id: 'proj_books', name: 'Books', teamId: 'team_finance' } })
  await db.virtualKey.create({
    data: {
      id: 'key_dana',
      name: 'dana',
      kind: 'personal',
      ownerUserId: 'user_dana',
      teamId: 'team_search',
      profileId: company.profiles.experiment,
      createdBy: 'user_dana',
    },
  })
  for (const name of ['Ada', 'Dana', 'Tess', 'Cole', 'Finn'] as const) people[name] = await actorNamed(db, name)
  people.Audrey = { ...people.Finn, id: 'user_audrey', name: 'Audrey', roles: new Set(['auditor']), teamIds: [] }
  people.nobody = { ...people.Finn, id: 'user_nobody', name: 'Nobody', roles: new Set(), teamIds: [] }
})
afterAll(() => fixture.close())

type Answer = {
  readonly status: number
  readonly body: Record<string, unknown> & { data?: { id: string; name?: string }[]; errors?: { field: string }[] }
}

async function ask(actor: Actor, method: string, path: string, body?: unknown): Promise<Answer> {
  const request = new Request(`http://portal/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const response = await serve(endpoints, request, {
    context: fixture.context,
    callerOf: async () => ({ actor, via: 'token' }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

const ids = ({ body }: Answer) => (body.data ?? []).map(({ id }) => id)
const lastEntry = () => fixture.context.db.auditEntry.findFirst({ orderBy: { seq: 'desc' } })

/** The version that the gateways know; null while one is raised and not yet published. */
async function versionOf(subject: string): Promise<bigint | null> {
  const row = await fixture.context.db.policyVersion.findUnique({ where: { subject } })
  if (row && !row.published) return null
  return row?.version ?? 0n
}

describe('lists hold what the caller may see', () => {
  test.each([
    ['/teams', 'Ada', ['team_finance', 'team_platform', 'team_search']],
    ['/teams', 'Dana', ['team_search']],
    ['/teams', 'Finn', ['team_finance', 'team_platform', 'team_search']],
    ['/projects', 'Dana', ['proj_ranking']],
    ['/projects', 'Audrey', ['proj_books', 'proj_ranking']],
    ['/workloads', 'Dana', ['wl_ranker']],
    ['/workloads?filter[team]=team_finance', 'Dana', []],
    ['/users', 'Dana', ['user_dana']],
    ['/users', 'Tess', ['user_cole', 'user_dana', 'user_tess']],
    ['/users?filter[role]=admin', 'Ada', ['user_ada']],
    ['/users?q=an', 'Ada', ['user_dana']],
  ] as const)('%s for %s', async (path, who, expected) => {
    expect(ids(await ask(people[who], 'GET', path))).toEqual(expected)
  })

  test.each(['/teams', '/projects', '/business-units', '/cost-centres', '/profile-mappings', '/api-tokens', '/audit'])(
    '%s is refused to somebody without a role',
    async (path) => {
      expect((await ask(people.nobody, 'GET', path)).status).toBe(403)
    },
  )

  test.each(['/users', '/workloads'])('%s is empty for somebody without a role who owns nothing', async (path) => {
    expect(ids(await ask(people.nobody, 'GET', path))).toEqual([])
  })

  test.each(['name', '-name', 'createdAt', '-createdAt', 'email'])(
    'come page by page, each row once, by %s',
    async (sort) => {
      const seen: string[] = []
      let cursor = ''
      do {
        const { body } = await ask(people.Ada, 'GET', `/users?limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`)
        seen.push(...(body.data ?? []).map(({ id }) => id))
        cursor = typeof body.nextCursor === 'string' ? body.nextCursor : ''
      } while (cursor)
      expect([...new Set(seen)]).toEqual(seen)
      expect(seen).toHaveLength(6)
    },
  )

  test.each([
    'x',
    'W10',
    Buffer.from('["name",1]').toString('base64url'),
    Buffer.from('["createdAt","x","y"]').toString('base64url'),
    Buffer.from('["-name","a","b"]').toString('base64url'),
  ])('refuse the cursor %s', async (cursor) => {
    const sort = Buffer.from(cursor, 'base64url').toString().includes('createdAt') ? 'createdAt' : 'name'
    expect((await ask(people.Ada, 'GET', `/users?sort=${sort}&cursor=${cursor}`)).status).toBe(422)
  })
})

describe('an id that one may not know', () => {
  const elsewhere = [
    ['Dana', 'GET', '/teams/team_finance'],
    ['Dana', 'GET', '/projects/proj_books'],
    ['Dana', 'GET', '/workloads/wl_ledger'],
    ['Dana', 'GET', '/users/user_ada'],
    ['Tess', 'GET', '/users/user_finn'],
    ['Dana', 'PATCH', '/workloads/wl_ledger'],
    ['Dana', 'DELETE', '/workloads/wl_ledger'],
    ['Tess', 'PATCH', '/projects/proj_books'],
    ['Tess', 'DELETE', '/projects/proj_books'],
    ['Tess', 'POST', '/workloads/wl_ledger/quarantine'],
  ] as const
  test.each(elsewhere)('looks to %s as if it did not exist: %s %s', async (who, method, path) => {
    const body = method === 'GET' || method === 'DELETE' ? undefined : {}
    const real = await ask(people[who], method, path, body)
    const made = await ask(people[who], method, path.replace(/_(finance|books|ledger|ada|finn)/, '_0000'), body)
    expect(real.status).toBe(404)
    expect({ ...real.body, requestId: '' }).toEqual({ ...made.body, requestId: '' })
  })

  test('is not told by a body either', async () => {
    const real = await ask(people.Tess, 'POST', '/projects', { name: 'x', teamId: 'team_finance' })
    const made = await ask(people.Tess, 'POST', '/projects', { name: 'x', teamId: 'team_0000' })
    expect([real.status, { ...real.body, requestId: '' }]).toEqual([made.status, { ...made.body, requestId: '' }])
  })
})

describe('a change', () => {
  test('is seen, audited, and told to the gateways', async () => {
    const before = (await versionOf('team:team_search')) ?? 0n
    const { status, body } = await ask(people.Ada, 'PATCH', '/teams/team_search', {
      name: 'Search and ranking',
      costCentre: '1000',
    })
    expect([status, body.name, body.costCentre]).toEqual([
      200,
      'Search and ranking',
      { code: '1000', name: 'Platform' },
    ])
    expect(await versionOf('team:team_search')).toBeGreaterThan(before)
    expect(await lastEntry()).toMatchObject({
      action: 'team.update',
      actorId: 'user_ada',
      targetId: 'team_search',
      before: { name: 'Search', costCentre: '4210' },
      after: { name: 'Search and ranking', costCentre: '1000' },
    })
  })

  test('that changes nothing leaves no trace', async () => {
    const [version, entry] = [await versionOf('team:team_search'), await lastEntry()]
    expect((await ask(people.Ada, 'PATCH', '/teams/team_search', { name: 'Search and ranking' })).status).toBe(200)
    expect(await versionOf('team:team_search')).toBe(version)
    expect((await lastEntry())?.seq).toBe(entry?.seq)
  })

  test.each([
    ['Dana', 'POST', '/teams', { name: 'Mine' }],
    ['Tess', 'PATCH', '/teams/team_search', { name: 'Mine' }],
    ['Finn', 'DELETE', '/teams/team_search', undefined],
    ['Audrey', 'PATCH', '/users/user_dana', { status: 'disabled' }],
    ['Tess', 'PATCH', '/users/user_dana', { status: 'disabled' }],
    ['Dana', 'POST', '/projects', { name: 'Mine', teamId: 'team_search' }],
    ['Dana', 'PATCH', '/projects/proj_ranking', { name: 'Mine' }],
    ['Finn', 'POST', '/workloads', { name: 'Mine', kind: 'app', teamId: 'team_finance' }],
    ['Cole', 'PATCH', '/workloads/wl_ranker', { name: 'Mine' }],
    ['Finn', 'POST', '/cost-centres', { code: '1', name: 'Mine' }],
    ['Audrey', 'POST', '/business-units', { name: 'Mine' }],
    ['Audrey', 'POST', '/profile-mappings', { group: 'security', priority: 1, roles: ['admin'] }],
    ['Audrey', 'POST', '/api-tokens', { name: 'mine', roles: ['admin'] }],
    ['Dana', 'POST', '/api-tokens', { name: 'mine', roles: ['developer'] }],
    ['Dana', 'POST', '/workloads/wl_ranker/quarantine', {}],
    ['Tess', 'POST', '/workloads/wl_ranker/release', {}],
    ['Finn', 'GET', '/audit', undefined],
    ['Dana', 'GET', '/audit/verify', undefined],
  ] as const)('by %s is refused: %s %s', async (who, method, path, body) => {
    const entry = await lastEntry()
    expect((await ask(people[who], method, path, body)).status).toBe(403)
    expect((await lastEntry())?.seq).toBe(entry?.seq)
  })

  test.each([
    ['PATCH', '/users/user_dana', { roles: ['admin'] }],
    ['PATCH', '/users/user_dana', { status: 'active', profileId: 'prof_x' }],
    ['PATCH', '/users/user_dana', { status: 'quarantined' }],
    ['PATCH', '/teams/team_search', { status: 'active' }],
    ['PATCH', '/teams/team_search', { id: 'team_other' }],
    ['POST', '/teams', { name: 'New', id: 'team_mine' }],
    ['POST', '/api-tokens', { name: 'x', roles: ['root'] }],
    ['POST', '/api-tokens', { name: 'x', roles: ['viewer'], digest: 'AA' }],
    ['POST', '/workloads', { name: 'x', kind: 'personal', teamId: 'team_search' }],
    ['PATCH', '/workloads/wl_ranker', { teamId: 'team_finance' }],
  ] as const)('takes no field that is not there to be set: %s %s %o', async (method, path, body) => {
    expect((await ask(people.Ada, method, path, body)).status).toBe(422)
  })

  test.each([
    ['POST', '/teams', { name: 'Platform' }, 409, 'name'],
    ['POST', '/teams', { name: ' ' }, 422, 'name'],
    ['POST', '/teams', { name: 'x', businessUnitId: 'bu_none' }, 422, 'businessUnitId'],
    ['POST', '/teams', { name: 'x', costCentre: 'none' }, 422, 'costCentre'],
    ['POST', '/projects', { name: 'Ranking', teamId: 'team_search' }, 409, 'name'],
    ['POST', '/workloads', { name: 'ranker', kind: 'agent', teamId: 'team_search' }, 409, 'name'],
    [
      'POST',
      '/workloads',
      { name: 'x', kind: 'agent', teamId: 'team_search', projectId: 'proj_books' },
      422,
      'projectId',
    ],
    [
      'POST',
      '/workloads',
      { name: 'x', kind: 'agent', teamId: 'team_search', ownerUserId: 'user_none' },
      422,
      'ownerUserId',
    ],
    ['POST', '/cost-centres', { code: '4210', name: 'Again' }, 409, 'code'],
    ['POST', '/business-units', { name: 'Logistics' }, 409, 'name'],
    ['POST', '/profile-mappings', { group: 'gatehouse-admins', priority: 1 }, 409, 'group'],
    ['POST', '/profile-mappings', { group: 'x', priority: 1, profileId: 'prof_none' }, 422, 'profileId'],
    ['POST', '/api-tokens', { name: 'x', roles: ['viewer'], expiresAt: '2001-01-01T00:00:00Z' }, 422, 'expiresAt'],
  ] as const)('says at the field what is wrong: %s %s %o', async (method, path, body, status, field) => {
    const answer = await ask(people.Ada, method, path, body)
    expect([answer.status, answer.body.errors?.map((error) => error.field)]).toEqual([status, [field]])
  })

  test.each([
    `'; DROP TABLE team; --`,
    '{{7*7}}',
    '<script>alert(1)</script>',
    `redis.call('flushall')`,
    'naïve ☂ 名前',
  ])('keeps %s as a name and nothing more', async (name) => {
    const made = await ask(people.Ada, 'POST', '/teams', { name })
    expect([made.status, made.body.name]).toEqual([201, name])
    expect((await ask(people.Ada, 'GET', `/teams?q=${encodeURIComponent(name)}`)).body.data).toHaveLength(1)
    expect((await ask(people.Ada, 'DELETE', `/teams/${String(made.body.id)}`)).status).toBe(204)
  })

  test('of a team with keys does not archive it', async () => {
    const { status, body } = await ask(people.Ada, 'DELETE', '/teams/team_search')
    expect([status, body.detail]).toEqual([409, 'Search and ranking still has 1 key. Revoke or move them first.'])
  })

  test('by the lead makes projects, by developers workloads', async () => {
    expect((await ask(people.Tess, 'POST', '/projects', { name: 'Recall', teamId: 'team_search' })).status).toBe(201)
    const made = await ask(people.Cole, 'POST', '/workloads', {
      name: 'crawler',
      kind: 'service',
      teamId: 'team_search',
    })
    expect([made.status, made.body.owner]).toEqual([201, { id: 'user_cole', name: 'Cole' }])
    expect(
      (await ask(people.Cole, 'PATCH', `/workloads/${String(made.body.id)}`, { environment: 'staging' })).status,
    ).toBe(200)
    expect(
      (await ask(people.Cole, 'PATCH', `/workloads/${String(made.body.id)}`, { ownerUserId: 'user_finn' })).status,
    ).toBe(422)
  })
})

describe('disabling somebody', () => {
  test('ends their sessions and reaches their keys', async () => {
    const { db, clock } = fixture.context
    await db.session.create({
      data: {
        id: 'ses_dana',
        userId: 'user_dana',
        provider: 'demo',
        issuer: 'x',
        expiresAt: new Date(clock.nowMs() + 1e6),
      },
    })
    const before = (await versionOf('user:user_dana')) ?? 0n
    expect((await ask(people.Ada, 'PATCH', '/users/user_dana', { status: 'disabled' })).body.status).toBe('disabled')
    expect((await db.session.findUniqueOrThrow({ where: { id: 'ses_dana' } })).revokedAt).not.toBeNull()
    expect(await versionOf('user:user_dana')).toBeGreaterThan(before)
    expect((await ask(people.Ada, 'POST', '/users/user_dana/release', {})).status).toBe(409)
    expect((await ask(people.Ada, 'POST', '/users/user_dana/quarantine', {})).status).toBe(409)
    expect((await ask(people.Ada, 'PATCH', '/users/user_dana', { status: 'active' })).status).toBe(200)
  })

  test('never leaves the organisation without an admin', async () => {
    expect((await ask(people.Ada, 'PATCH', '/users/user_ada', { status: 'disabled' })).status).toBe(409)
    for (const path of ['/users/user_ada', '/users/user_ada/quarantine']) {
      const answer = await ask(
        bootstrap,
        path.endsWith('e') ? 'POST' : 'PATCH',
        path,
        path.endsWith('e') ? {} : { status: 'disabled' },
      )
      expect([answer.status, answer.body.detail]).toEqual([
        409,
        'This is the last admin. Give somebody else the role first.',
      ])
    }
    expect((await ask(people.Ada, 'DELETE', '/profile-mappings/map_admins')).status).toBe(409)
    expect((await ask(people.Ada, 'PATCH', '/profile-mappings/map_admins', { roles: ['viewer'] })).status).toBe(409)
  })
})

describe('quarantine', () => {
  test('first says what it would stop, then stops it, then lets it go', async () => {
    const version = (await versionOf('team:team_search')) ?? 0n
    const dry = await ask(people.Ada, 'POST', '/teams/team_search/quarantine', { dryRun: true })
    expect(dry.body).toMatchObject({ id: 'team_search', status: 'active', dryRun: true, keys: 1 })
    expect(await versionOf('team:team_search')).toBe(version)
    const done = await ask(people.Ada, 'POST', '/teams/team_search/quarantine', { reason: 'odd spend' })
    expect(done.body).toMatchObject({ id: 'team_search', status: 'quarantined', dryRun: false, keys: 1, until: null })
    expect(await versionOf('team:team_search')).toBeGreaterThan(version)
    expect(await lastEntry()).toMatchObject({
      action: 'team.quarantine',
      after: { status: 'quarantined', reason: 'odd spend' },
    })
    expect((await ask(people.Ada, 'POST', '/teams/team_search/release', {})).body.status).toBe('active')
  })

  test('of a workload is the lead’s too; release is not', async () => {
    expect((await ask(people.Tess, 'POST', '/workloads/wl_ranker/quarantine', {})).body.status).toBe('quarantined')
    expect((await ask(people.Tess, 'POST', '/workloads/wl_ranker/release', {})).status).toBe(403)
    expect((await ask(people.Ada, 'POST', '/workloads/wl_ranker/release', {})).body.status).toBe('active')
  })
})

describe('an API token', () => {
  const callerWith = (text: string) => callerOf(fixture.context, new Headers({ authorization: `Bearer ${text}` }), null)

  test('is shown once, works with its roles, and is dead when revoked', async () => {
    const { status, body } = await ask(people.Ada, 'POST', '/api-tokens', { name: 'reporting', roles: ['finance'] })
    const token = String(body.token)
    expect([status, token]).toEqual([201, expect.stringMatching(/^gh-api-[\w-]{43}$/)])
    const caller = await callerWith(token)
    expect(caller).toMatchObject({
      via: 'token',
      actor: { kind: 'token', id: body.id, name: 'reporting', teamIds: [] },
    })
    expect(caller?.actor.roles).toEqual(new Set(['finance']))

    const read = await ask(people.Audrey, 'GET', `/api-tokens/${String(body.id)}`)
    expect(
      JSON.stringify(
        [read.body, (await ask(people.Ada, 'GET', '/api-tokens')).body, await lastEntry()],
        (_key, value) => (typeof value === 'bigint' ? String(value) : value),
      ),
    ).not.toContain(token.slice(7, -4))
    expect((await ask(people.Ada, 'DELETE', `/api-tokens/${String(body.id)}`)).status).toBe(204)
    expect(await callerWith(token)).toBeNull()
    expect((await ask(people.Ada, 'GET', '/api-tokens?filter[status]=active')).body.data).toEqual([])
  })

  test('ends by itself', async () => {
    const { clock } = fixture.context
    const start = clock.nowMs()
    const { body } = await ask(people.Ada, 'POST', '/api-tokens', {
      name: 'short',
      roles: ['viewer'],
      expiresAt: new Date(start + 60_000).toISOString(),
    })
    expect(await callerWith(String(body.token))).not.toBeNull()
    fixture.setNow(start + 60_000)
    expect(await callerWith(String(body.token))).toBeNull()
    fixture.setNow(start)
  })

  test('is not had from what the database holds', async () => {
    const { body } = await ask(people.Ada, 'POST', '/api-tokens', { name: 'stolen', roles: ['admin'] })
    const { digest } = await fixture.context.db.apiToken.findUniqueOrThrow({ where: { id: String(body.id) } })
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const text = Buffer.from(digest).toString(encoding)
      expect(await callerWith(text)).toBeNull()
      expect(await callerWith(`gh-api-${text}`)).toBeNull()
    }
  })
})

describe('/me', () => {
  test('says who one is and what one may do', async () => {
    const { body } = await ask(people.Tess, 'GET', '/me')
    expect(body).toMatchObject({
      id: 'user_tess',
      kind: 'user',
      email: 'tess@demo.test',
      roles: ['developer'],
      profile: { name: 'Experiment' },
      teams: [{ id: 'team_search', isLead: true }],
      organisation: { name: 'Small Company', timeZone: 'Europe/Berlin' },
    })
    expect(body.may).toEqual(expect.arrayContaining(['key.create', 'project.write']))
    expect(body.may).not.toContain('audit.read')
  })

  test('answers a token and somebody without a role', async () => {
    expect((await ask(bootstrap, 'GET', '/me')).body).toMatchObject({
      id: 'bootstrap',
      kind: 'token',
      email: null,
      profile: null,
      teams: [],
    })
    const { body } = await ask(people.nobody, 'GET', '/me')
    expect(body).toMatchObject({ roles: [], teams: [], profile: null })
    for (const action of ['key.create', 'model.read', 'team.read', 'profile.use'])
      expect(body.may).not.toContain(action)
  })
})

test('every change of this file is in a chain that verifies', async () => {
  const { verified, entries } = await verifyAudit(fixture.context, bootstrap)
  expect(verified).toBe(true)
  expect(entries).toBeGreaterThan(20)
})
