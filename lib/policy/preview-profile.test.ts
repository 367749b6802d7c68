/** A preview says what the call path would have said: it is held against a replay of every single call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Endpoint } from '#lib/catalog/contract.ts'
import { findModelPlaces, placesOf } from '#lib/catalog/model-places.ts'
import { seedCatalog } from '#lib/catalog/seed-prices.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { createKeyInput } from '#lib/keys/contract.ts'
import { mintKey } from '#lib/keys/mint-key.ts'
import type { UsageEvent } from '#lib/ledger/contract.ts'
import { ensurePartitions, insertEvents } from '#lib/ledger/store.ts'
import { readEntry } from '#lib/ledger/rules/read-entry.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { profileEndpoints } from '#lib/policy/endpoints.ts'
import { loadGrantFactsOfKeys } from '#lib/policy/load-grant.ts'
import type { PreviewAnswer } from '#lib/policy/preview-contract.ts'
import { placeOf } from '#lib/policy/preview-profile.ts'
import { compileGrant } from '#lib/policy/rules/compile-grant.ts'
import { replayCall } from '#lib/policy/rules/replay-call.ts'
import { apiOf, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap, createSmallCompany, type SmallCompany } from '#lib/testing/small-company.ts'
import { openTestContext, type TestContext } from '#lib/testing/test-context.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const nowMs = Date.UTC(2026, 10, 21)
const dayMs = 86_400_000
const policy = builtInProfiles[0]!.policy
let fixture: TestContext
let company: SmallCompany
let ask: Ask
let ada: Actor
let keys: string[]
let events: UsageEvent[]

const models = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'text-embedding-3-small', 'gone-1']
const addresses = ['10.0.0.1', '10.1.2.3', '192.0.2.7', '2001:db8::1', null]

beforeAll(async () => {
  fixture = await openTestContext(nowMs)
  const { db, sql, config } = fixture.context
  company = await createSmallCompany(db, nowMs)
  await db.$transaction((tx) =>
    seedCatalog(tx, { masterKey: config.masterKey, simulatorUrl: 'http://127.0.0.1:1', nowMs }),
  )
  ada = await actorNamed(db, 'Ada')
  ask = apiOf(fixture.context, profileEndpoints)
  const profileId = company.profiles.experiment
  const mint = async (name: string, more: object = {}) =>
    (
      await mintKey(
        fixture.context,
        bootstrap,
        createKeyInput.parse({ name, kind: 'app', teamId: 'team_search', profileId, ...more }),
      )
    ).id
  keys = [
    await mint('wide'),
    await mint('narrow', { models: ['gpt-4o-mini', 'gpt-4o'] }),
    await mint('limited', { limits: { rpm: 900 }, budget: { amountUsd: '150', period: 'month', posture: 'hard' } }),
    await mint('idle'),
  ]
  await ensurePartitions(sql, new Date(nowMs - 40 * dayMs), new Date(nowMs))
  const places = await findModelPlaces(sql, new Date(nowMs))
  // Every combination that the rules may tell apart, each some times; those beyond 30 days are not looked at.
  events = Array.from({ length: 900 }, (_, i) => {
    const model = models[i % models.length]!
    const served = placesOf(places, model)?.places ?? []
    const place = served[i % Math.max(1, served.length)]
    return anEvent({
      id: `call_${String(i).padStart(26, '0')}`,
      at: nowMs - 1000 - ((i * 7919) % 35) * dayMs,
      keyId: keys[i % 3]!,
      clientIp: addresses[i % addresses.length]!,
      endpoint: model.startsWith('text-embedding') ? 'embeddings' : i % 4 === 0 ? 'messages' : 'chat',
      modelAsked: model,
      model: i % 11 === 0 ? null : model,
      provider: i % 11 === 0 ? null : (place?.provider ?? null),
      region: i % 11 === 0 ? null : (place?.region ?? null),
      outcome: i % 11 === 0 ? 'refused' : 'served',
    })
  })
  const readings = events.map((event) => readEntry(JSON.stringify(event), nowMs))
  const rows = readings.flatMap((reading) => (reading.kind === 'event' ? [reading.row] : []))
  await insertEvents(sql, rows)
})
afterAll(() => fixture.close())

const previewOf = async (change: Partial<ProfilePolicy>, limit = 200): Promise<PreviewAnswer[]> => {
  const pages: PreviewAnswer[] = []
  let cursor: string | null = null
  do {
    const body = { policy: change, limit, ...(cursor ? { cursor } : {}) }
    const answer = await ask(ada, 'POST', `/profiles/${company.profiles.experiment}/preview`, body)
    expect(answer).toMatchObject({ status: 200 })
    pages.push(answer.body as unknown as PreviewAnswer)
    cursor = pages.at(-1)!.nextCursor
  } while (cursor !== null)
  return pages
}

/** The same question, call by call. */
async function replayed(change: Partial<ProfilePolicy>) {
  const { db, sql } = fixture.context
  const places = await findModelPlaces(sql, new Date(nowMs))
  const sums = new Map<string, { refused: number; allowed: number; moved: number; rules: Record<string, number> }>()
  for (const facts of await loadGrantFactsOfKeys(db, keys)) {
    const before = compileGrant(facts)
    const after = compileGrant({ ...facts, profile: { ...facts.profile, policy: { ...policy, ...change } } })
    const sum = { refused: 0, allowed: 0, moved: 0, rules: {} as Record<string, number> }
    for (const event of events) {
      const named = placesOf(places, event.model ?? event.modelAsked ?? '')
      if (event.keyId !== facts.key.id || event.at < nowMs - 30 * dayMs || !named) continue
      const call = {
        endpoint: event.endpoint as Endpoint,
        model: named.model.name,
        provider: event.provider,
        region: event.region,
        address: event.clientIp ?? '',
      }
      const [was, is] = [before, after].map((grant) => replayCall(grant, call, named.places.map(placeOf), nowMs))
      if (is!.kind === 'refused' && was!.kind !== 'refused') {
        sum.refused++
        sum.rules[is!.rule] = (sum.rules[is!.rule] ?? 0) + 1
      }
      if (was!.kind === 'refused' && is!.kind !== 'refused') sum.allowed++
      if (was!.kind === 'passes' && is!.kind === 'moves') sum.moved++
    }
    sums.set(facts.key.id, sum)
  }
  return sums
}

const changes: [string, Partial<ProfilePolicy>, number][] = [
  ['a denied model', { models: { allow: ['*'], deny: ['gpt-4o'] } }, 1],
  ['a named list of models', { models: { allow: ['gpt-*'], deny: [] } }, 1],
  ['a denied provider', { providers: { allow: ['*'], deny: ['openai'] } }, 0],
  ['one provider', { providers: { allow: ['openai'], deny: [] } }, 1],
  ['one region', { regions: { allow: ['eu'], deny: [] } }, 0],
  ['fewer endpoints', { endpoints: ['chat'] }, 1],
  ['a network', { cidr: { allow: ['10.0.0.0/8', '2001:db8::/32'] } }, 1],
  ['a price ceiling', { priceCeiling: { inputUsdPerMillion: '1', outputUsdPerMillion: '5' } }, 1],
  ['pinned versions', { pinnedOnly: true }, 0],
  ['another environment', { environments: ['production'] }, 1],
  [
    'several at once',
    {
      models: { allow: ['*'], deny: ['claude-*'] },
      cidr: { allow: ['10.0.0.0/8'] },
      endpoints: ['chat', 'embeddings'],
    },
    1,
  ],
]

describe('the preview of a change', () => {
  test.each(changes)('of %s agrees with every call replayed one by one', async (_, change, leastRefused) => {
    const [page] = await previewOf(change)
    const expected = await replayed(change)
    let refused = 0
    for (const [id, sum] of expected) {
      const key = page!.data.find((one) => one.id === id)
      const told = key ?? { refused: 0, allowed: 0, moved: 0, rules: [] }
      expect([told.refused, told.allowed, told.moved]).toEqual([sum.refused, sum.allowed, sum.moved])
      const byRule: Record<string, number> = {}
      for (const { rule, calls } of told.rules) byRule[rule] = (byRule[rule] ?? 0) + calls
      expect(byRule).toEqual(sum.rules)
      refused += sum.refused
    }
    expect(refused).toBeGreaterThanOrEqual(leastRefused)
  })

  test('comes in pages whose sum is the whole, with what is left to count', async () => {
    const change = { models: { allow: ['gpt-*'], deny: [] } }
    const [whole] = await previewOf(change)
    const pages = await previewOf(change, 1)
    expect(pages.map(({ keys: counted, keysOfProfile }) => [counted, keysOfProfile])).toEqual(
      Array.from({ length: 4 }, () => [1, 4]),
    )
    expect(pages.flatMap(({ data }) => data)).toEqual(whole!.data)
    expect(pages.reduce((sum, { calls }) => sum + calls, 0)).toBe(whole!.calls)
    expect(whole!.calls).toBe(events.filter(({ at }) => at >= nowMs - 30 * dayMs).length)
    expect(whole!.unknown).toBeGreaterThan(0)
  })

  test('tells which keys get other limits, also those without a call', async () => {
    const [page] = await previewOf({
      limits: { ...policy.limits, rpm: { default: 100, maximum: 200 } },
      budget: { default: { amountUsd: '20', period: 'month', posture: 'hard' }, maximumUsd: '40' },
    })
    const limitsOf = (id: string) => page!.data.find((key) => key.id === id)?.limits
    expect(limitsOf(keys[2]!)).toEqual([
      { field: 'limits.rpm', was: '900', is: '200' },
      { field: 'budget.month', was: '150 hard', is: '40 hard' },
    ])
    expect(limitsOf(keys[3]!)).toContainEqual({ field: 'limits.rpm', was: '600', is: '200' })
  })

  test('of nothing is that nobody would have noticed, and no preview changes anything', async () => {
    const before = await ask(ada, 'GET', `/profiles/${company.profiles.experiment}`)
    expect((await previewOf({ models: policy.models }))[0]!.data).toEqual([])
    await previewOf({ models: { allow: [], deny: [] } })
    expect(await ask(ada, 'GET', `/profiles/${company.profiles.experiment}`)).toEqual(before)
  })

  test('refuses values that contradict each other by field, and whoever may not change profiles', async () => {
    const path = `/profiles/${company.profiles.experiment}/preview`
    const body = { policy: { limits: { rpm: { default: 10, maximum: 5 } } } }
    expect(await ask(ada, 'POST', path, body)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'policy.limits.rpm.default', maximum: 5 }] },
    })
    const dana = await actorNamed(fixture.context.db, 'Dana')
    expect((await ask(dana, 'POST', path, { policy: {} })).status).toBe(403)
    expect((await ask(ada, 'POST', '/profiles/prof_x/preview', { policy: {} })).status).toBe(404)
  })
})
