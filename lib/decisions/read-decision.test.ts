/** Why, for those who may know: from calls that a real gateway refused. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decisionViewOf } from '#lib/decisions/endpoints.ts'
import { readDecision } from '#lib/decisions/read-decision.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { startDrain, type Drain } from '#lib/ledger/drain-usage.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis, type RedisClient } from '#lib/platform/redis.ts'
import { startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { actorNamed, bootstrap } from '#lib/testing/small-company.ts'

let gate: TestGateway
let drain: Drain
let dana: Actor
let finn: Actor
const readers: RedisClient[] = []

beforeAll(async () => {
  gate = await startTestGateway()
  const reader = openRedis(gate.config.redisUrl, 'patient')
  readers.push(reader)
  const { redis, database } = gate
  drain = startDrain({
    sql: database.sql,
    redis,
    reader,
    consumer: 'test',
    log: createLog('test', 'silent'),
    nowMs: Date.now,
  })
  dana = await actorNamed(database.db, 'Dana')
  finn = await actorNamed(database.db, 'Finn')
})
afterAll(async () => {
  await drain.stop()
  for (const reader of readers) reader.disconnect()
  await gate.close()
})

type Refusal = { readonly decision_id: string; readonly code: string }

async function refusedCall(key: TestKey, body: object): Promise<Refusal> {
  const response = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
  })
  const answer = (await response.json()) as { error: { gatehouse: Refusal } }
  return answer.error.gatehouse
}

const context = () => ({ db: gate.database.db, sql: gate.database.sql, clock: { nowMs: Date.now } })

async function decisionOf(id: string, actor: Actor = bootstrap) {
  for (let tries = 0; tries < 200; tries++) {
    const record = await readDecision(context(), actor, id).catch(() => null)
    if (record) return record
    await sleep(25)
  }
  return readDecision(context(), actor, id)
}

describe('the decision on a refused call', () => {
  test('tells the rule with its numbers, what would have passed, and whom to ask', async () => {
    const key = await gate.makeKey({ budget: { amountNanos: 100_000n } })
    const refusal = await refusedCall(key, { model: 'gpt-4o-mini', max_tokens: 1000 })
    expect(refusal.code).toBe('insufficient_quota')
    const record = await decisionOf(refusal.decision_id)
    expect(record).toMatchObject({
      code: 'insufficient_quota',
      outcome: 'refused',
      status: 429,
      model: 'gpt-4o-mini',
      outputAsked: 1000,
    })
    expect(record.rules.find(({ passed }) => !passed)).toMatchObject({
      rule: 'budget_month',
      limit: '100000',
      used: '0',
      unit: 'nanos',
    })
    expect(record.contact).not.toBeNull()

    // What is said to pass does pass.
    const output = record.ways.find((way) => way.kind === 'output')
    expect(output).toMatchObject({ field: 'max_tokens', asked: 1000 })
    const again = await fetch(`${gate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        messages: [{ role: 'user', content: 'Hello' }],
        model: 'gpt-4o-mini',
        max_tokens: output?.kind === 'output' ? output.maximum : 0,
      }),
    })
    expect(again.status).toBe(200)
  })

  test('speaks USD and RFC 3339 in the management API', async () => {
    const key = await gate.makeKey({ budget: { amountNanos: 100_000n } })
    const { decision_id: id } = await refusedCall(key, { model: 'gpt-4o-mini', max_tokens: 1000 })
    const view = decisionViewOf(await decisionOf(id))
    expect(view.rules.find(({ passed }) => !passed)).toMatchObject({ limit: '0.0001', used: '0', unit: 'USD' })
    expect(view.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(view.heldUsd).toMatch(/^0\.\d+$/)
  })

  test('offers models that the key may use in place of one that it may not', async () => {
    const key = await gate.makeKey({ models: ['gpt-4o-mini'] })
    const { decision_id: id, code } = await refusedCall(key, { model: 'gpt-4o' })
    const record = await decisionOf(id)
    expect(record.code).toBe(code)
    expect(record.ways).toEqual([{ kind: 'model', model: 'gpt-4o-mini', costNanos: null }])
  })

  test('says when a full bucket lets the call through', async () => {
    const key = await gate.makeKey({ limits: { rpm: 1 } })
    await refusedCall(key, { model: 'gpt-4o-mini' }).catch(() => null)
    const { decision_id: id } = await refusedCall(key, { model: 'gpt-4o-mini' })
    const record = await decisionOf(id)
    expect(record.retryAtMs).toBeGreaterThan(record.atMs)
    expect(record.retryAtMs).toBeLessThanOrEqual(record.atMs + 60_000)
    expect(record.ways).toEqual([])
  })

  test('offers a cheaper model only where the dearest of its routes fits too', async () => {
    const key = await gate.makeKey({ budget: { amountNanos: 1_000_000n } })
    const body = { model: 'gpt-4o', max_tokens: 1000 }
    const offered = async () => (await decisionOf((await refusedCall(key, body)).decision_id)).ways
    const mini = { kind: 'model', model: 'gpt-4o-mini' }
    expect(await offered()).toContainEqual(expect.objectContaining(mini))
    const deploymentId = 'depl_dear'
    await gate.change(['catalog'], async ({ db }) => {
      const place = { modelId: 'model_gpt-4o-mini', providerId: 'prov_sim', upstreamModel: 'gpt-4o-mini', rank: 1 }
      await db.deployment.create({ data: { id: deploymentId, ...place } })
      const nanosPerMillion = { input: 9_000_000_000, output: 9_000_000_000 }
      const price = { modelId: place.modelId, effectiveFrom: new Date(0), source: 'test', nanosPerMillion }
      await db.price.create({ data: { id: 'price_dear', deploymentId, ...price } })
    })
    expect(await offered()).not.toContainEqual(expect.objectContaining(mini))
    expect((await refusedCall(key, { ...body, model: 'gpt-4o-mini' })).code).toBe('insufficient_quota')
    await gate.change(['catalog'], async ({ db }) => {
      await db.price.delete({ where: { id: 'price_dear' } })
      await db.deployment.delete({ where: { id: deploymentId } })
    })
  })

  test('is found by nobody who may not see the call', async () => {
    const key = await gate.makeKey({ limits: { rpm: 1 }, models: ['gpt-4o-mini'] })
    const { decision_id: id } = await refusedCall(key, { model: 'gpt-4o' })
    await decisionOf(id)
    await expect(readDecision(context(), finn, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(readDecision(context(), { ...dana, id: 'user_x', teamIds: [], leadOf: [] }, id)).rejects.toMatchObject(
      { code: 'not_found' },
    )
  })

  test.each(['dec_00000000000000000000000000', 'dec_', 'call_x', `dec_' OR 1=1`])('"%s" is not found', async (id) => {
    await expect(readDecision(context(), bootstrap, id)).rejects.toMatchObject({ code: 'not_found' })
  })
})
