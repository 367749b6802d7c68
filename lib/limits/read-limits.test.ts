import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admit, type AdmitRequest } from '#lib/limits/admit.ts'
import type { ScopeLimits } from '#lib/limits/contract.ts'
import { keyLimitsOf } from '#lib/limits/endpoints.ts'
import { readLimits } from '#lib/limits/read-limits.ts'
import { createSeeder } from '#lib/limits/seed.ts'
import { newId } from '#lib/platform/ids.ts'
import { loadGrant } from '#lib/policy/load-grant.ts'
import { versionKey } from '#lib/policy/versions.ts'
import { actorNamed, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'

let testContext: TestContext
let company: SmallCompany

beforeAll(async () => {
  testContext = await openTestContext()
  company = await createSmallCompany(testContext.context.db)
})
afterAll(() => testContext.close())

type Wish = { readonly limits?: ScopeLimits; readonly budgetNanos?: bigint; readonly owner?: string }

async function aKey({ limits = {}, budgetNanos, owner = 'user_dana' }: Wish = {}) {
  const { db } = testContext.context
  const id = newId('key')
  const digest = randomBytes(32)
  await db.virtualKey.create({
    data: {
      id,
      name: 'ranker',
      kind: 'personal',
      ownerUserId: owner,
      teamId: 'team_search',
      limits,
      profileId: company.profiles.experiment,
      createdBy: owner,
      secrets: { create: { id: newId('sec'), digest, pepperId: 'p', last4: 'Qm3T' } },
    },
  })
  if (budgetNanos)
    await db.budget.create({
      data: { id: newId('bud'), scopeType: 'key', scopeId: id, amountNanos: budgetNanos, period: 'month' },
    })
  return { id, digest }
}

/** Admits one running call of 100 + 50 tokens for at most $0.03, as the gateway would. */
async function runningCall({ digest }: { readonly digest: Buffer }) {
  const { db, redis, sql } = testContext.context
  const grant = (await loadGrant(db, digest, Date.now()))!.grant
  const request: AdmitRequest = {
    callId: newId('call'),
    rules: grant,
    bound: { promptTokens: 100, promptNanos: 10_000_000, outputNanos: 400_000, outputWanted: 50, outputLeast: 50 },
    draft: '{}',
    nowMs: Date.now(),
  }
  for (const [subject, version] of grant.versions) await redis.set(versionKey(subject), version)
  const seeder = createSeeder(redis, async () => 0n)
  let reply = await admit(redis, request)
  if (reply.kind === 'seed') {
    for (const { rule, window } of reply.budgets) await seeder(rule, window)
    reply = await admit(redis, request)
  }
  expect(reply.kind).toBe('admitted')
  return { reply, sql }
}

const dana = () => actorNamed(testContext.context.db, 'Dana')

describe('what is left of a key’s limits', () => {
  test('is what the call path has counted, also while the call runs', async () => {
    const key = await aKey({ limits: { rpm: 6, tpm: 1_000, rpd: 10, concurrency: 4 }, budgetNanos: 50_000_000_000n })
    await runningCall(key)
    const { keys } = await readLimits(testContext.context, await dana(), { keyId: key.id })
    const { limits, budgets } = keyLimitsOf(keys[0]!)
    const used = Object.fromEntries(limits.map((limit) => [limit.kind, [limit.used, limit.limit, limit.remaining]]))
    expect(used).toMatchObject({ rpm: [1, 6, 5], rpd: [1, 10, 9], concurrency: [1, 4, 3] })
    // The bucket refills evenly, so of 150 tokens a few may have come back while we looked.
    expect(used.tpm![0]).toBeGreaterThan(0)
    expect(used.tpm![0]).toBeLessThanOrEqual(150)
    expect(budgets).toMatchObject([
      { amountUsd: '50', usedUsd: '0', heldUsd: '0.03', remainingUsd: '49.97', enforcedAtUsd: '50', period: 'month' },
    ])
  })

  test('names the layer that sets each of them', async () => {
    const { db } = testContext.context
    await db.scopeLimit.upsert({
      where: { scopeType_scopeId: { scopeType: 'team', scopeId: 'team_search' } },
      create: { scopeType: 'team', scopeId: 'team_search', limits: { rpm: 9000 } },
      update: {},
    })
    const key = await aKey({
      limits: { rpm: 60, tpm: 1_000_000, models: { 'gpt-4o*': { rpm: 7 }, 'claude-*': { tpm: 9e9 } } },
    })
    const { keys } = await readLimits(testContext.context, await dana(), { keyId: key.id })
    const sources = keys[0]!.limits.map(({ rule, source }) => [rule.kind, rule.limit, source.layer, source.name])
    expect(sources).toContainEqual(['rpm', 60, 'key', 'ranker'])
    expect(sources).toContainEqual(['tpm', 1_000_000, 'profile', 'Experiment'])
    expect(sources).toContainEqual(['rpm', 9000, 'team', 'Search'])
    const view = keyLimitsOf(keys[0]!)
    const ofModels = view.limits.filter(({ models }) => models !== undefined)
    expect(ofModels).toMatchObject([
      { models: 'gpt-4o*', kind: 'rpm', limit: 7, used: 0, remaining: 7, source: { layer: 'key', name: 'ranker' } },
      { models: 'claude-*', kind: 'tpm', limit: 2_000_000, source: { layer: 'profile', name: 'Experiment' } },
    ])
  })

  test('of a budget that Redis does not know is what the ledger has booked', async () => {
    const key = await aKey({ budgetNanos: 5_000_000_000n })
    for (const [table, unitMs] of Object.entries({ usage_hourly: 3_600_000, usage_daily: 86_400_000 })) {
      await testContext.context.sql.query(
        `INSERT INTO ${table} (start, dims_hash, key_id, tags, calls, refused, input_tokens, cached_tokens, output_tokens, cost_nanos, estimated_calls)
         VALUES ($1, $2, $3, '{}', 1, 0, 10, 0, 5, 1250000000, 0)`,
        [new Date(Math.floor(Date.now() / unitMs) * unitMs), randomBytes(16), key.id],
      )
    }
    const { keys } = await readLimits(testContext.context, await dana(), { keyId: key.id })
    expect(keys[0]!.budgets[0]).toMatchObject({ spentNanos: 1_250_000_000n, heldNanos: 0n, capNanos: 5_000_000_000n })
  })

  test('without a name is told for every key of one’s own, and for nobody else’s', async () => {
    const key = await aKey({ owner: 'user_cole' })
    const { keys } = await readLimits(testContext.context, await actorNamed(testContext.context.db, 'Cole'))
    expect(keys.map((each) => each.key.id)).toEqual([key.id])
    await expect(readLimits(testContext.context, await dana(), { keyId: key.id })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
