/** The demo organisation adds up: what a page shows is what the ledger holds. Real PostgreSQL and Redis. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalValue, entryHash, genesisHash, type JsonValue } from '#lib/audit/rules/entry-hash.ts'
import { demoModels } from '#lib/catalog/demo-catalogue.ts'
import { personas } from '#lib/demo/identity-provider/personas.ts'
import { seedDemo } from '#lib/demo/organisation/seed-demo.ts'
import { mapGroups } from '#lib/identity/rules/map-groups.ts'
import { findDefaultProfileId, findUsableMappings } from '#lib/identity/sign-in-store.ts'
import { usageEvent } from '#lib/ledger/contract.ts'
import { findDrift } from '#lib/ledger/store.ts'
import { loadConfig, type Config } from '#lib/platform/config.ts'
import { openDatabase, type Database } from '#lib/platform/db.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { freshDatabase, freshRedis, type TestDatabase, type TestRedis } from '#lib/testing/services.ts'

let services: { database: TestDatabase; redis: TestRedis }
let database: Database
let redis: RedisClient
let config: Config
let first: { seeded: boolean; events: number; seconds: number }
const nowMs = Date.now()
const seed = () =>
  seedDemo(
    { config, db: database.db, sql: database.sql, redis, clock: { nowMs: () => nowMs } },
    { simulatorUrl: 'http://127.0.0.1:9999' },
  )

beforeAll(async () => {
  services = { database: await freshDatabase(), redis: await freshRedis() }
  database = openDatabase(services.database.url)
  redis = openRedis(services.redis.url, 'patient')
  const secret = Buffer.alloc(32, 7).toString('base64')
  config = loadConfig({
    DATABASE_URL: services.database.url,
    REDIS_URL: services.redis.url,
    NEXTAUTH_SECRET: secret,
    GATEHOUSE_MASTER_KEY: secret,
    GATEHOUSE_KEY_PEPPER: secret,
  })
  const startedMs = Date.now()
  const made = await seed()
  first = { ...made, seconds: (Date.now() - startedMs) / 1000 }
}, 180_000)
afterAll(async () => {
  redis.disconnect()
  await database.close()
  await Promise.all([services.database.drop(), services.redis.drop()])
})

async function rowsOf<Row>(text: string): Promise<Row[]> {
  return (await database.sql.query(text)).rows as Row[]
}

describe('the demo organisation', () => {
  test('is there in seconds', () => {
    expect(first.seeded).toBe(true)
    expect(first.events).toBeGreaterThan(100_000)
    expect(first.seconds).toBeLessThan(120)
  })

  test('is made once', async () => {
    expect(await seed()).toEqual({ seeded: false, events: 0 })
  })

  test('has rollups that agree with its events in every dimension, hour and day', async () => {
    const range = [new Date(0), new Date(nowMs + 86_400_000)] as const
    expect(await findDrift(database.sql, 'usage_hourly', ...range)).toEqual([])
    expect(await findDrift(database.sql, 'usage_daily', ...range)).toEqual([])
    const columns = [
      'key_id',
      'user_id',
      'team_id',
      'project_id',
      'workload_id',
      'business_unit_id',
      'cost_centre',
      'environment',
      'model',
      'provider',
    ]
    for (const column of columns) {
      const sums = (table: string, calls: string) =>
        `SELECT ${column} AS name, ${calls} AS calls, sum(cost_nanos)::text AS cost, sum(input_tokens)::text AS input, sum(output_tokens)::text AS output
         FROM ${table} GROUP BY 1 ORDER BY 1 NULLS FIRST`
      const ofEvents = await rowsOf(sums('usage_event', `count(*) FILTER (WHERE outcome <> 'refused')`))
      expect(await rowsOf(sums('usage_daily', 'sum(calls)::bigint'))).toEqual(ofEvents)
      expect(await rowsOf(sums('usage_hourly', 'sum(calls)::bigint'))).toEqual(ofEvents)
    }
  })

  test('has events that the contract would let in', async () => {
    const events = await rowsOf<Record<string, unknown>>(
      `SELECT 1 AS v, id, (extract(epoch FROM at) * 1000)::bigint AS at, kind, adjusts, outcome, status, error_code AS "errorCode",
         key_id AS "keyId", secret_id AS "secretId", key_kind AS "keyKind", user_id AS "userId", team_id AS "teamId",
         project_id AS "projectId", workload_id AS "workloadId", business_unit_id AS "businessUnitId", cost_centre AS "costCentre",
         environment, profile_id AS "profileId", identity_method AS "identityMethod", client_ip AS "clientIp",
         user_agent AS "userAgent", endpoint, stream, model_asked AS "modelAsked", model, model_served AS "modelServed",
         provider, deployment_id AS "deploymentId", region, tokens, cost_nanos::text AS "costNanos", price_lines AS "priceLines",
         price_version AS "priceVersion", estimated, estimated_why AS "estimatedWhy", attempts, decision, timing, tags
       FROM usage_event TABLESAMPLE SYSTEM (1)`,
    )
    expect(events.length).toBeGreaterThan(500)
    for (const event of events) usageEvent.parse({ ...event, at: Number(event.at) })
  })

  test('has every kind and status of key, and about 200 of them', async () => {
    const keys = await rowsOf<{ kind: string; status: string; n: bigint }>(
      'SELECT kind, status, count(*) AS n FROM virtual_key GROUP BY 1, 2',
    )
    expect(new Set(keys.map((key) => key.kind))).toEqual(new Set(['personal', 'team', 'app', 'agent', 'service', 'ci']))
    expect(new Set(keys.map((key) => key.status))).toEqual(
      new Set(['active', 'suspended', 'quarantined', 'revoked', 'expired', 'pending']),
    )
    const total = keys.reduce((sum, key) => sum + Number(key.n), 0)
    expect(total).toBeGreaterThan(180)
    expect(total).toBeLessThan(230)
  })

  test('tells of everything that stands still who stopped it, why and until when', async () => {
    const { db } = database
    const stopped = await Promise.all([
      db.virtualKey.findMany({ where: { status: 'quarantined' }, select: { id: true } }),
      db.workload.findMany({ where: { status: 'quarantined' }, select: { id: true } }),
    ])
    const records = await db.quarantine.findMany({ where: { releasedAt: null } })
    expect(records.map(({ subjectId }) => subjectId).toSorted()).toEqual(
      stopped
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    )
    for (const { subjectType, subjectId, reason, byName, until } of records) {
      expect([reason, byName]).toEqual(['wrote refunds nobody asked for', expect.stringContaining('Ada')])
      expect(until === null).toBe(subjectType === 'workload')
      const where = { action: `${subjectType}.quarantine`, targetId: subjectId }
      expect(await db.auditEntry.count({ where })).toBe(1)
    }
  })

  test('gives the personas exactly what signing in will give them', async () => {
    await database.db.$transaction(async (tx) => {
      const mappings = await findUsableMappings(tx)
      const defaultProfile = await findDefaultProfileId(tx)
      for (const { email, name, groups } of personas) {
        const expected = mapGroups(groups, mappings, defaultProfile)
        const user = await tx.user.findUniqueOrThrow({ where: { email }, include: { memberships: true } })
        expect({
          name: user.name,
          roles: user.roles,
          profileId: user.profileId,
          primaryTeamId: user.primaryTeamId,
        }).toEqual({
          name,
          roles: expected.roles,
          profileId: expected.profileId,
          primaryTeamId: expected.primaryTeamId,
        })
        expect(user.memberships.map(({ teamId, isLead }) => ({ teamId, isLead }))).toEqual(expected.memberships)
      }
    })
    const [tess] = await rowsOf<{ team: string; lead: boolean }>(
      `SELECT team.name AS team, is_lead AS lead FROM team_member JOIN team ON team.id = team_id JOIN app_user ON app_user.id = user_id WHERE email = 'tess@demo.test'`,
    )
    expect(tess).toEqual({ team: 'Search', lead: true })
  })

  test('stays below its caps this month, and is close to some', async () => {
    const budgets = await rowsOf<{ scope: string; name: string; used: number; posture: string }>(
      `SELECT b.scope_type AS scope, b.scope_id AS name, b.posture, coalesce(sum(d.cost_nanos), 0)::float / b.amount_nanos AS used
       FROM budget b LEFT JOIN usage_daily d ON d.start >= date_trunc('month', now(), 'UTC') AND b.scope_id = CASE b.scope_type
         WHEN 'key' THEN d.key_id WHEN 'team' THEN d.team_id WHEN 'project' THEN d.project_id WHEN 'organisation' THEN b.scope_id
         WHEN 'environment' THEN d.team_id || ':' || d.environment
         ELSE CASE WHEN d.groups @> to_jsonb(b.scope_id) THEN b.scope_id END END
       GROUP BY b.id`,
    )
    expect(budgets.length).toBeGreaterThan(150)
    expect(budgets.filter(({ used }) => used > 1)).toEqual([])
    expect(new Set(budgets.map(({ scope }) => scope))).toEqual(
      new Set(['key', 'team', 'project', 'organisation', 'environment', 'group']),
    )
  })

  test('has an audit chain of a few hundred entries whose times rise and whose hashes hold', async () => {
    const entries = await database.db.auditEntry.findMany({ orderBy: { seq: 'asc' } })
    expect(entries.length).toBeGreaterThan(300)
    let previous: Uint8Array = genesisHash
    let before = 0
    for (const { prevHash, hash, ...entry } of entries) {
      expect(Buffer.from(prevHash).equals(previous)).toBe(true)
      const facts = {
        ...entry,
        before: canonicalValue(entry.before as JsonValue),
        after: canonicalValue(entry.after as JsonValue),
      }
      expect(Buffer.from(hash).equals(entryHash(previous, facts))).toBe(true)
      expect(entry.at.getTime()).toBeGreaterThanOrEqual(before)
      before = entry.at.getTime()
      previous = hash
    }
  })

  test('points its simulated providers at the simulator of today', async () => {
    await seedDemo(
      { config, db: database.db, sql: database.sql, redis, clock: { nowMs: Date.now } },
      { simulatorUrl: 'http://127.0.0.1:4242' },
    )
    const providers = await database.db.provider.findMany({ select: { baseUrl: true, simulated: true } })
    expect(new Set(providers.map(({ baseUrl }) => new URL(baseUrl).host))).toEqual(new Set(['127.0.0.1:4242']))
    expect(await database.db.model.count()).toBe(demoModels.length)
  })
})
