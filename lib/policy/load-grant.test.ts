import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { raiseVersions } from '#lib/policy/versions.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'
import { freshDatabase, type TestDatabase } from '#lib/testing/services.ts'
import { createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'

const nowMs = Date.UTC(2026, 10, 21)
let testDatabase: TestDatabase
let database: Database
let company: SmallCompany

beforeAll(async () => {
  testDatabase = await freshDatabase()
  database = openDatabase(testDatabase.url)
  company = await createSmallCompany(database.db, nowMs)
})
afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

type KeyData = Partial<Parameters<Database['db']['virtualKey']['create']>[0]['data']>

async function aKey(data: KeyData = {}, secret: { notAfter?: Date } = {}) {
  const id = newId('key', nowMs)
  const digest = randomBytes(32)
  await database.db.virtualKey.create({
    data: {
      id,
      name: 'dana-default',
      kind: 'personal',
      ownerUserId: 'user_dana',
      teamId: 'team_search',
      profileId: company.profiles.experiment,
      createdBy: 'user_dana',
      ...data,
    } as Parameters<Database['db']['virtualKey']['create']>[0]['data'],
  })
  await database.db.keySecret.create({
    data: { id: newId('sec', nowMs), keyId: id, digest, pepperId: 'p', last4: 'abcd', ...secret },
  })
  return { id, digest }
}

const load = async (digest: Buffer) => (await loadGrant(database.db, digest, nowMs))?.grant ?? null

describe('the grant of a key', () => {
  test('names the key, its secret, and everyone it acts for', async () => {
    const { id, digest } = await aKey({
      tags: { app: 'ranker' },
      expiresAt: new Date(nowMs + 1500),
      environment: 'production',
    })
    expect(await load(digest)).toMatchObject({
      key: { id, name: 'dana-default', kind: 'personal', status: 'active', expiresAtMs: nowMs + 1500 },
      secret: { notAfterMs: null },
      user: { id: 'user_dana', name: 'Dana', status: 'active' },
      team: { id: 'team_search', name: 'Search', status: 'active' },
      workload: null,
      project: null,
      profile: { name: 'Experiment', version: 1 },
      businessUnitId: 'bu_logistics',
      costCentre: '4210',
      environment: 'production',
      tags: { app: 'ranker' },
      timeZone: 'Europe/Berlin',
    })
  })

  test('has the limits of its environment, of its owner’s groups and of its tags, and of no others', async () => {
    await database.db.user.update({ where: { id: 'user_dana' }, data: { groups: ['contractors', 'eng-search'] } })
    const { digest } = await aKey({ environment: 'production', tags: { app: 'web' } })
    const rows = [
      ['environment', 'team_search:production', 11],
      ['group', 'contractors', 12],
      ['tag', 'app=web', 13],
      ['environment', 'team_search:development', 1],
      ['environment', 'team_finance:production', 1],
      ['group', 'platform', 1],
      ['tag', 'app=cli', 1],
      ['tag', 'tier=web', 1],
    ] as const
    for (const [scopeType, scopeId, rpd] of rows) {
      await database.db.scopeLimit.create({ data: { scopeType, scopeId, limits: { rpd } } })
    }
    const grant = await load(digest)
    await database.db.scopeLimit.deleteMany({ where: { scopeType: { in: ['environment', 'group', 'tag'] } } })
    await database.db.user.update({ where: { id: 'user_dana' }, data: { groups: [] } })
    expect(
      grant?.limits
        .filter(({ scope }) => scope.type !== 'key')
        .map(({ scope, kind, limit }) => [scope.name, kind, limit]),
    ).toEqual([
      ['Search production', 'rpd', 11],
      ['contractors', 'rpd', 12],
      ['app=web', 'rpd', 13],
    ])
  })

  test('is compiled from every scope above the key', async () => {
    await database.db.workload.create({
      data: { id: 'wl_ranker', name: 'ranker', kind: 'service', teamId: 'team_search' },
    })
    const { id, digest } = await aKey({
      ownerUserId: null,
      kind: 'service',
      workloadId: 'wl_ranker',
      projectId: 'proj_ranking',
      limits: { rpm: 10 },
    })
    const scopes = [
      ['workload', 'wl_ranker'],
      ['project', 'proj_ranking'],
      ['team', 'team_search'],
      ['business_unit', 'bu_logistics'],
      ['organisation', 'org_small'],
    ] as const
    for (const [scopeType, scopeId] of scopes) {
      await database.db.scopeLimit.create({ data: { scopeType, scopeId, limits: { rpm: 1000, tpm: null } } })
      await database.db.budget.create({
        data: { id: newId('bud'), scopeType, scopeId, amountNanos: 9_000_000_000_000_000n, period: 'month' },
      })
    }
    await database.db.budget.create({
      data: { id: 'bud_gone', scopeType: 'key', scopeId: id, amountNanos: 1n, period: 'month', archivedAt: new Date() },
    })
    await database.db.budget.create({
      data: {
        id: 'bud_key',
        scopeType: 'key',
        scopeId: id,
        amountNanos: 5_000_000_000n,
        period: 'day',
        posture: 'soft',
        timeZone: 'Europe/Berlin',
      },
    })
    const grant = await load(digest)
    expect(
      grant?.limits.filter(({ kind }) => kind === 'rpm').map(({ scope, limit }) => [scope.type, scope.id, limit]),
    ).toEqual([['key', id, 10], ...scopes.map(([type, scopeId]) => [type, scopeId, 1000])])
    expect(grant?.budgets.map(({ scope }) => scope.type)).toEqual(['key', ...scopes.map(([type]) => type)])
    expect(grant?.budgets[0]).toEqual({
      id: 'bud_key',
      scope: { type: 'key', id, name: 'dana-default' },
      amountNanos: '5000000000',
      period: 'day',
      // The profile's budget is a hard one: a key's own is never looser.
      posture: 'hard',
      enforceAtPercent: 110,
      timeZone: 'Europe/Berlin',
    })
    expect(grant?.budgets[1]?.amountNanos).toBe('9000000000000000')
    expect(grant?.user).toBeNull()
    expect(grant?.versions.map(([subject]) => subject)).toEqual([
      `key:${id}`,
      'organisation',
      `profile:${company.profiles.experiment}`,
      'project:proj_ranking',
      'team:team_search',
      'workload:wl_ranker',
    ])
  })

  test('carries the versions of the moment', async () => {
    const { id, digest } = await aKey()
    const versionOf = async (subject: string) => new Map((await load(digest))?.versions).get(subject)
    expect(await versionOf(`key:${id}`)).toBe('0')
    await database.db.$transaction((tx) => raiseVersions(tx, [`key:${id}`]))
    const first = BigInt((await versionOf(`key:${id}`)) ?? 0)
    await database.db.$transaction((tx) => raiseVersions(tx, [`key:${id}`]))
    expect(BigInt((await versionOf(`key:${id}`)) ?? 0)).toBeGreaterThan(first)
  })

  test('read while a change commits has that change and its version, or neither', async () => {
    const { id, digest } = await aKey({ name: 'version 0' })
    let writing = true
    const writer = (async () => {
      for (let i = 1; i <= 60; i++) {
        await database.db.$transaction(async (tx) => {
          await tx.virtualKey.update({ where: { id }, data: { name: `version ${i}` } })
          await raiseVersions(tx, [`key:${id}`])
        })
      }
      writing = false
    })()
    const seen = new Map<string, Set<string>>()
    while (writing) {
      const grant = await load(digest)
      const version = new Map(grant?.versions).get(`key:${id}`) ?? ''
      seen.set(version, (seen.get(version) ?? new Set()).add(grant?.key.name ?? ''))
    }
    await writer
    expect(seen.size).toBeGreaterThan(3)
    for (const names of seen.values()) expect(names.size).toBe(1)
  })
})

describe('a digest', () => {
  test('that nobody has is unknown', async () => {
    expect(await load(randomBytes(32))).toBeNull()
    expect(await load(Buffer.from("' OR '1'='1"))).toBeNull()
    expect(await load(Buffer.alloc(0))).toBeNull()
  })

  test('of a rotated secret works until its grace ends and is unknown from then on', async () => {
    const inGrace = await aKey({}, { notAfter: new Date(nowMs + 1) })
    expect((await load(inGrace.digest))?.secret.notAfterMs).toBe(nowMs + 1)
    const over = await aKey({}, { notAfter: new Date(nowMs) })
    expect(await load(over.digest)).toBeNull()
  })
})
