/** What a try says is what a real gateway does: each answer is held against the call itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decisionEndpoints } from '#lib/decisions/endpoints.ts'
import type { TryAnswer } from '#lib/decisions/try-contract.ts'
import { createLog } from '#lib/platform/log.ts'
import { profilePolicy, type ProfilePolicy } from '#lib/policy/contract.ts'
import { startTestGateway, type KeyWish, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { apiOf, nastyStrings, type Ask } from '#lib/testing/management-api.ts'
import { actorNamed, bootstrap } from '#lib/testing/small-company.ts'

let g: TestGateway
let ask: Ask
beforeAll(async () => {
  g = await startTestGateway()
  const { database, redis, config } = g
  const log = createLog('test', 'silent')
  ask = apiOf({ ...database, redis, config, log, clock: { nowMs: Date.now } }, decisionEndpoints)
}, 60_000)
afterAll(() => g?.close())

const tried = async (key: TestKey, body: object): Promise<TryAnswer> => {
  const answer = await ask(bootstrap, 'POST', '/decisions/try', { keyId: key.id, address: '127.0.0.1', ...body })
  expect(answer.status).toBe(200)
  return answer.body as unknown as TryAnswer
}

async function called(key: TestKey, body: object): Promise<{ status: number; code: string | null }> {
  const response = await fetch(`${g.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
  })
  const { error } = (await response.json()) as { error?: { code: string } }
  return { status: response.status, code: error?.code ?? null }
}

async function profileSays(difference: Partial<ProfilePolicy>): Promise<void> {
  const id = g.company.profiles.experiment
  await g.change([`profile:${id}`], async ({ db }) => {
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where: { id }, select: { policy: true } })
    const next = { ...profilePolicy.parse(policy), ...difference }
    await db.accessProfile.update({ where: { id }, data: { policy: next } })
  })
}

const small = { model: 'gpt-4o-mini', max_tokens: 50 }

describe('a try says what the call then meets', () => {
  test.each<[string, KeyWish, object, string | null]>([
    ['of an open key', {}, small, null],
    ['of an alias or an address', {}, { ...small, model: 'openai/gpt-4o-mini' }, null],
    [
      'of a model that is not on the list',
      { models: ['gpt-4o-mini'] },
      { ...small, model: 'gpt-4o' },
      'model_not_allowed',
    ],
    ['of a model that is none', {}, { ...small, model: 'gpt-4o-minni' }, 'model_not_found'],
    ['of a model without a price', {}, { ...small, model: 'unpriced' }, 'model_not_allowed'],
    ['of a suspended key', { status: 'suspended' }, small, 'key_suspended'],
    ['of a key past its end', { expiresAt: new Date(Date.now() - 1000) }, small, 'key_expired'],
    ['under a budget that is too small', { budget: { amountNanos: 1000n } }, small, 'insufficient_quota'],
    ['under a budget that only alerts', { budget: { amountNanos: 1000n, posture: 'soft' } }, small, null],
    ['under a token limit that is too small', { limits: { tpm: 20 } }, small, 'token_limit_exceeded'],
  ])('%s', async (_, wish, body, code) => {
    const key = await g.makeKey(wish)
    const { model, max_tokens: outputTokens } = body as typeof small
    const answer = await tried(key, { model, promptTokens: 10, outputTokens })
    expect([answer.code, answer.allowed]).toEqual([code, code === null])
    expect(await called(key, body)).toMatchObject({ code })
  })

  test('when a limit is used up, and again when it is not', async () => {
    const key = await g.makeKey({ limits: { rpd: 1 } })
    expect(await tried(key, { model: 'gpt-4o-mini' })).toMatchObject({ allowed: true })
    expect(await called(key, small)).toMatchObject({ status: 200 })
    const answer = await tried(key, { model: 'gpt-4o-mini' })
    expect(answer).toMatchObject({ allowed: false, code: 'daily_quota_exceeded' })
    expect(answer.rules.find(({ rule }) => rule === 'rpd')).toMatchObject({ passed: false, limit: 1, used: 1 })
    expect(await called(key, small)).toMatchObject({ code: 'daily_quota_exceeded' })
  })

  test('from the address that is named, and of none where none is named', async () => {
    const key = await g.makeKey()
    await profileSays({ cidr: { allow: ['10.0.0.0/8'] } })
    expect(await tried(key, { model: 'gpt-4o-mini' })).toMatchObject({ code: 'endpoint_not_allowed' })
    expect(await called(key, small)).toMatchObject({ code: 'endpoint_not_allowed' })
    expect(await tried(key, { model: 'gpt-4o-mini', address: '10.1.1.1' })).toMatchObject({ allowed: true })
    const { rules } = await tried(key, { model: 'gpt-4o-mini', address: undefined })
    expect(rules.map(({ rule }) => rule)).not.toContain('address')
    await profileSays({ cidr: { allow: ['*'] } })
  })
})

test('every rule that would stop the call is told, not only the first', async () => {
  const key = await g.makeKey({ models: ['gpt-4o-mini'], status: 'suspended', budget: { amountNanos: 1n } })
  const { rules, places } = await tried(key, { model: 'gpt-4o', region: 'global' })
  expect(rules.filter(({ passed }) => !passed).map(({ rule }) => rule)).toEqual(['key_status', 'model'])
  expect(places).toMatchObject([{ provider: 'openai', region: 'global', allowed: false, stoppedBy: 'key_status' }])
})

test('a try takes nothing: it counts against no limit and holds on no budget', async () => {
  const key = await g.makeKey({ limits: { rpd: 1 }, budget: { amountNanos: 1_000_000_000n } })
  const before = await g.redis.dbsize()
  for (let i = 0; i < 5; i++) expect(await tried(key, { model: 'gpt-4o-mini' })).toMatchObject({ allowed: true })
  expect(await g.redis.dbsize()).toBe(before)
  expect((await tried(key, { model: 'gpt-4o-mini', promptTokens: 1000, outputTokens: 100 })).heldUsd).toBe('0.00066')
})

test('a key that one may not see does not exist, and nonsense is refused by field', async () => {
  const key = await g.makeKey()
  const finn = await actorNamed(g.database.db, 'Finn')
  const dana = await actorNamed(g.database.db, 'Dana')
  const body = { keyId: key.id, model: 'gpt-4o-mini' }
  expect([403, 404]).toContain((await ask(finn, 'POST', '/decisions/try', body)).status)
  expect((await ask(dana, 'POST', '/decisions/try', body)).status).toBe(200)
  expect((await ask(dana, 'POST', '/decisions/try', { ...body, keyId: 'key_x' })).status).toBe(404)
  for (const [field, value] of Object.entries({
    address: '10/8',
    promptTokens: -1,
    outputTokens: 1e12,
    endpoint: 'root',
  })) {
    const answer = await ask(dana, 'POST', '/decisions/try', { ...body, [field]: value })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } })
  }
  for (const text of nastyStrings) {
    const { status } = await ask(dana, 'POST', '/decisions/try', { ...body, model: text })
    expect([200, 400, 422]).toContain(status)
  }
})

test('a refusal leads on: what else would pass, which request would cure it, whom to ask', async () => {
  const key = await g.makeKey({ models: ['gpt-4o-mini'] })
  const answer = await tried(key, { model: 'gpt-4o' })
  expect(answer).toMatchObject({
    allowed: false,
    waysOn: [{ kind: 'model', model: 'gpt-4o-mini' }],
    requests: [{ what: 'model', model: 'gpt-4o' }],
    contact: { name: expect.any(String) },
  })
  expect(await tried(key, { model: 'gpt-4o-mini' })).toMatchObject({
    allowed: true,
    waysOn: [],
    requests: [],
    contact: null,
  })
})
