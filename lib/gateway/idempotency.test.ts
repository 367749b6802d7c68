/** What is sent twice with one Idempotency-Key. A gateway on a real socket, real PostgreSQL and Redis, the simulator. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIdempotencyClaims, type Claim } from '#lib/gateway/idempotency-claims.ts'
import { changeKeyStatus } from '#lib/keys/change-key-status.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { Context } from '#lib/platform/context.ts'
import { createLog } from '#lib/platform/log.ts'
import { eventsOf } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { bootstrap } from '#lib/testing/small-company.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
})
afterAll(() => g.close())

let made = 0
const newIdempotencyKey = (): string => `order-${made++}`

type Sent = {
  readonly content?: string
  readonly stream?: boolean
  readonly model?: string
  readonly path?: string
  readonly more?: object
}

/** Sends a call; the mark tells the provider's journal which it was. */
async function send(key: TestKey, idempotencyKey: string, wish: Sent = {}) {
  const { content = 'hello', stream = false, model = 'gpt-4o-mini', path = '/v1/chat/completions', more = {} } = wish
  const response = await fetch(`${g.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key.text}`,
      'idempotency-key': idempotencyKey,
      'openai-project': idempotencyKey,
    },
    body: JSON.stringify({ model, stream, max_tokens: 50, messages: [{ role: 'user', content }], ...more }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    id: response.headers.get('x-gatehouse-request-id'),
    isReplay: response.headers.get('x-gatehouse-idempotent-replay') === 'true',
    code: response.ok ? null : (JSON.parse(text) as { error: { code: string } }).error.code,
  }
}

async function upstreamCalls(mark: string): Promise<number> {
  const calls = (await (await fetch(`${g.simulator.url}/_sim/calls?since=0`)).json()) as {
    headers: Record<string, string>
  }[]
  return calls.filter(({ headers }) => headers['openai-project'] === mark).length
}

describe('a call that is sent twice with one Idempotency-Key', () => {
  test('is made once: 409 while it runs, then the same answer under the first call’s id', async () => {
    const [key, once] = [await g.makeKey(), newIdempotencyKey()]
    const slow = { content: '@sim ttft=400 out=3' }
    const both = await Promise.all([send(key, once, slow), send(key, once, slow)])
    const [first, second] = both.toSorted((a, b) => a.status - b.status)
    expect([first!.status, second!.status]).toEqual([200, 409])
    expect(second!.code).toBe('idempotency_key_in_use')
    expect(second!.headers.get('retry-after')).toBe('1')

    const again = await send(key, once, slow)
    expect(again).toMatchObject({ status: 200, text: first!.text, id: first!.id, isReplay: true })
    expect(again.headers.get('content-type')).toBe(first!.headers.get('content-type'))
    expect(first!.isReplay).toBe(false)
    expect(await upstreamCalls(once)).toBe(1)
    const events = await eventsOf(g, key, 2)
    expect(events.map(({ outcome, errorCode }) => [outcome, errorCode]).toSorted()).toEqual([
      ['refused', 'idempotency_key_in_use'],
      ['served', null],
    ])
  })

  test('with another body or at another address is refused with 422', async () => {
    const [key, once] = [await g.makeKey(), newIdempotencyKey()]
    const first = await send(key, once)
    for (const other of [{ content: 'other' }, { path: '/v1/chat/completions?x=1' }]) {
      expect(await send(key, once, other)).toMatchObject({ status: 422, code: 'idempotency_key_mismatch' })
    }
    expect(await send(key, once)).toMatchObject({ status: 200, id: first.id, isReplay: true })
    expect(await upstreamCalls(once)).toBe(1)
  })

  test('as a stream is made once too, and is told by 409 which call it was', async () => {
    const [key, once] = [await g.makeKey(), newIdempotencyKey()]
    const first = await send(key, once, { stream: true })
    expect(first.text).toContain('[DONE]')
    await expect.poll(async () => (await send(key, once, { stream: true })).code).toBe('idempotency_key_used')
    const again = await send(key, once, { stream: true })
    expect(again.status).toBe(409)
    expect(again.text).toContain(first.id)
    expect(again.headers.get('x-should-retry')).toBe('false')
    expect(await upstreamCalls(once)).toBe(1)
  })

  test('with an answer of more than 256 KiB is answered whole, and not kept', async () => {
    const [key, once] = [await g.makeKey(), newIdempotencyKey()]
    const long = { content: '@sim out=16000 ttft=0', more: { n: 8, max_tokens: 16_000 } }
    const first = await send(key, once, long)
    expect(first.status).toBe(200)
    expect(first.text.length).toBeGreaterThan(256 * 1024)
    expect((JSON.parse(first.text) as { choices: object[] }).choices).toHaveLength(8)
    expect(await send(key, once, long)).toMatchObject({ status: 409, code: 'idempotency_key_used' })
  })

  test('that was charged nothing is made anew: refused by policy, or failed at the provider', async () => {
    const [key, once] = [await g.makeKey({ models: ['gpt-4o-mini'] }), newIdempotencyKey()]
    expect((await send(key, once, { model: 'gpt-4o' })).code).toBe('model_not_allowed')
    expect((await send(key, once, { content: '@sim error=500' })).status).toBe(502)
    expect(await send(key, once)).toMatchObject({ status: 200, isReplay: false })
  })

  test('is two calls for two virtual keys, and without the header', async () => {
    const [one, other, once] = [await g.makeKey(), await g.makeKey(), newIdempotencyKey()]
    const [a, b] = [await send(one, once), await send(other, once)]
    expect([a.isReplay, b.isReplay]).toEqual([false, false])
    expect(a.id).not.toBe(b.id)
  })

  test('gets nothing once its virtual key is suspended', async () => {
    const [key, once] = [await g.makeKey(), newIdempotencyKey()]
    await send(key, once)
    const context: Context = {
      config: g.config,
      ...g.database,
      redis: g.redis,
      clock: systemClock,
      log: createLog('test', 'silent'),
    }
    await changeKeyStatus(context, bootstrap, { id: key.id, step: 'suspend', reason: 'test' })
    expect(await send(key, once)).toMatchObject({ status: 401, code: 'key_suspended', isReplay: false })
  })

  test('with a key that is none is refused', async () => {
    const key = await g.makeKey()
    expect(await send(key, 'x'.repeat(256))).toMatchObject({ status: 400, code: 'invalid_request_error' })
  })
})

describe('what Redis has of it', () => {
  const claimOf = (differences: Partial<Claim> = {}): Claim => ({
    callId: 'call_one',
    keyId: `key_${newIdempotencyKey()}`,
    keyText: 'sk-gh-test',
    idempotencyKey: 'once',
    request: ['POST', '/v1/chat/completions', '', Buffer.from('{}')],
    ...differences,
  })
  const answer = (body: string) => ({ status: 200, headers: ['content-type', 'text/plain'], body: Buffer.from(body) })
  const claimsOf = () => createIdempotencyClaims(g.redis, g.config.masterKey, 60_000)

  test('cannot be read without the virtual key: neither question nor answer', async () => {
    const claims = claimsOf()
    const claim = claimOf()
    await claims.claim(claim)
    await claims.finish(claim, answer('a secret answer'))
    const names = await g.redis.keys(`{gh}:idem:${claim.keyId}:*`)
    const record = JSON.stringify(await g.redis.hgetall(names.find((name) => !name.endsWith(':bytes'))!))
    expect(record).not.toContain(Buffer.from('secret').toString('base64').slice(0, 6))
    expect(record).not.toContain('secret')
    expect(await claims.claim({ ...claim, callId: 'call_two' })).toMatchObject({ kind: 'answered', callId: 'call_one' })
    // The secret was rotated: the call is known, its answer is not.
    const rotated = { ...claim, callId: 'call_two', keyText: 'sk-gh-other' }
    expect(await claims.claim(rotated)).toEqual({ kind: 'used', callId: 'call_one' })
    claims.stop()
  })

  test('lapses with a gateway that died; the call that takes over is not overwritten by one that comes back', async () => {
    const [dead, living] = [claimsOf(), claimsOf()]
    const first = claimOf()
    const second = { ...first, callId: 'call_two' }
    expect(await dead.claim(first)).toEqual({ kind: 'claimed' })
    dead.stop()
    expect(await living.claim(second)).toEqual({ kind: 'running', callId: 'call_one' })
    const [record] = (await g.redis.keys(`{gh}:idem:${first.keyId}:*`)) as [string]
    expect(await g.redis.pttl(record)).toBeLessThanOrEqual(8_000)
    await g.redis.del(record)
    expect(await living.claim(second)).toEqual({ kind: 'claimed' })
    await dead.finish(first, answer('late'))
    dead.free(first)
    await living.finish(second, answer('in time'))
    const third = await living.claim({ ...first, callId: 'call_three' })
    expect(third).toMatchObject({ kind: 'answered', callId: 'call_two' })
    living.stop()
  })

  test('is bounded: of many calls the newest thousand are known', async () => {
    const claims = claimsOf()
    const base = claimOf()
    for (let n = 0; n < 1_010; n++) {
      const claim = { ...base, callId: `call_${n}`, idempotencyKey: `k${n}` }
      await claims.finish(claim, answer('x'))
    }
    expect(await g.redis.zcard(`{gh}:idem:${base.keyId}`)).toBe(1_000)
    expect((await g.redis.keys(`{gh}:idem:${base.keyId}:*`)).length).toBe(1_001)
    // Of records with 1 MiB each, no more than 16 stay.
    for (let n = 0; n < 20; n++) {
      const claim = { ...base, callId: `call_big_${n}`, idempotencyKey: `b${n}` }
      await claims.finish(claim, answer('y'.repeat(1024 * 1024)))
    }
    expect(Number(await g.redis.get(`{gh}:idem:${base.keyId}:bytes`))).toBeLessThanOrEqual(16 * 1024 * 1024)
    claims.stop()
  })
})
