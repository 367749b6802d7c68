/** What a caller is promised, through a real socket with the official client, on both mounts. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKeyText } from '#lib/keys/rules/key-text.ts'
import { eventsOf } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
}, 60_000)
afterAll(() => g?.close())

describe.each(mounts)('through the %s', (mount) => {
  function client(key: string): OpenAI {
    return new OpenAI({ baseURL: `${g.urlOf(mount)}/v1`, apiKey: key, maxRetries: 0 })
  }

  const hello = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Say hello' }] }

  function post(
    key: string | null,
    body: unknown,
    path = '/v1/chat/completions',
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(g.urlOf(mount) + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  describe('a chat completion', () => {
    test('is answered, and its event carries usage, price and attribution', async () => {
      const key = await g.makeKey()
      const { data, response } = await client(key.text).chat.completions.create(hello).withResponse()
      expect(data.choices[0]?.message.content).toBeTruthy()
      expect(response.headers.get('x-gatehouse-request-id')).toMatch(/^call_[0-9a-hjkmnp-tv-z]{26}$/)
      expect(response.headers.get('x-gatehouse-provider')).toBe('openai')
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({
        id: response.headers.get('x-gatehouse-request-id'),
        outcome: 'served',
        status: 200,
        userId: 'user_dana',
        teamId: 'team_search',
        costCentre: '4210',
        model: 'gpt-4o-mini',
        tokens: { input: data.usage!.prompt_tokens, output: data.usage!.completion_tokens },
        costNanos: String(data.usage!.prompt_tokens * 150 + data.usage!.completion_tokens * 600),
        estimated: false,
      })
    })

    test('streams, and the usage event that the caller did not ask for is left out', async () => {
      const key = await g.makeKey()
      const stream = await client(key.text).chat.completions.create({ ...hello, stream: true })
      let text = ''
      for await (const chunk of stream) {
        expect(chunk.choices).toHaveLength(1)
        text += chunk.choices[0]?.delta.content ?? ''
      }
      expect(text).not.toBe('')
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({ stream: true, outcome: 'served', tokens: { output: 16 }, estimated: false })
    })

    test('streams with the usage event for a caller that asked for it', async () => {
      const key = await g.makeKey()
      const stream = await client(key.text).chat.completions.create({
        ...hello,
        stream: true,
        stream_options: { include_usage: true },
      })
      const usages = []
      for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage)
      expect(usages).toHaveLength(1)
      expect(usages[0]).toMatchObject({ completion_tokens: 16 })
    })

    test('counts cached and reasoning tokens as what they are', async () => {
      const key = await g.makeKey()
      await client(key.text).chat.completions.create({
        ...hello,
        messages: [{ role: 'user', content: '@sim in=100 cached=40 out=30 reasoning=10' }],
      })
      const [event] = await eventsOf(g, key, 1)
      expect(event!.tokens).toEqual({ input: 60, cached_read: 40, output: 30, reasoning: 10 })
      expect(event!.costNanos).toBe(String(60 * 150 + 40 * 75 + 30 * 600))
    })

    test('whose provider reports no usage is counted here and marked as estimated', async () => {
      const key = await g.makeKey()
      const stream = await client(key.text).chat.completions.create({
        ...hello,
        stream: true,
        messages: [{ role: 'user', content: '@sim usage=none out=50' }],
      })
      for await (const _ of stream) void _
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({ estimated: true, outcome: 'served', tokens: { output: 50 } })
    })

    test('that the caller leaves is stopped at the provider and charged for what was produced', async () => {
      const key = await g.makeKey()
      await fetch(`${g.simulator.url}/_sim/calls`, { method: 'DELETE' })
      const stream = await client(key.text).chat.completions.create({
        ...hello,
        stream: true,
        messages: [{ role: 'user', content: '@sim in=20 out=1000 gap=100' }],
      })
      let seen = 0
      for await (const _ of stream) if (++seen === 5) break
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({ outcome: 'aborted', estimated: true })
      const calls = (await (await fetch(`${g.simulator.url}/_sim/calls`)).json()) as {
        finished: string
        usage: { completion_tokens: number }
      }[]
      expect(calls[0]!.finished).toBe('aborted')
      expect(Math.abs((event!.tokens.output ?? 0) - calls[0]!.usage.completion_tokens)).toBeLessThanOrEqual(3)
    })

    test('forwards the very bytes of a caller that leaves nothing to add', async () => {
      const key = await g.makeKey()
      const odd = `{ "temperature":1.0e0,\n "max_tokens" : 7, "unknown_field":[1,2.50],"model":"gpt-4o-mini","messages":[{"role":"user","content":"@sim out=3 grüße"}]}`
      const response = await post(key.text, odd)
      expect(response.status).toBe(200)
      expect(((await response.json()) as { usage: { completion_tokens: number } }).usage.completion_tokens).toBe(3)
    })
  })

  test('embeddings come as base64, as the official client asks, and are priced by their input', async () => {
    const key = await g.makeKey()
    const answer = await client(key.text).embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] })
    expect(answer.data).toHaveLength(2)
    expect(answer.data[0]!.embedding.length).toBeGreaterThan(100)
    const [event] = await eventsOf(g, key, 1)
    expect(event).toMatchObject({ endpoint: 'embeddings', costNanos: String(answer.usage.prompt_tokens * 20) })
  })

  test('the list of models holds what the key may use and nothing else', async () => {
    const key = await g.makeKey({ models: ['gpt-4o-mini'] })
    const names = []
    for await (const model of client(key.text).models.list()) names.push(model.id)
    expect(names).toEqual(['gpt-4o-mini'])
    await expect(client(key.text).models.retrieve('gpt-4o')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
  })

  describe('a key', () => {
    test.each([
      ['none at all', null],
      ['an empty one', ''],
      ['a stranger with a right checksum', newKeyText()],
      ['a typo', `${newKeyText().slice(0, -1)}!`],
      ['SQL', `sk-gh-' OR 1=1; SELECT pg_sleep(5); --`],
      ['Lua', `sk-gh-") redis.call("FLUSHALL") --`],
    ])('%s is refused as invalid_api_key, all alike', async (_what, key) => {
      const response = await post(key, hello)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({
        error: { code: 'invalid_api_key', type: 'invalid_request_error', gatehouse: { code: 'invalid_api_key' } },
      })
    })

    test.each([
      ['revoked', 401, 'key_revoked'],
      ['suspended', 401, 'key_suspended'],
      ['pending', 401, 'key_pending_approval'],
      ['expired', 401, 'key_expired'],
      ['quarantined', 403, 'key_quarantined'],
    ] as const)('that is %s answers %i %s, and nothing of what it could reach', async (status, http, code) => {
      const key = await g.makeKey({ status })
      const response = await post(key.text, { ...hello, model: 'no-such-model' })
      expect(response.status).toBe(http)
      expect(await response.json()).toMatchObject({ error: { code } })
    })

    test('past its expiry answers key_expired before any job has noticed', async () => {
      const key = await g.makeKey({ expiresAt: new Date(Date.now() - 1) })
      expect(await (await post(key.text, hello)).json()).toMatchObject({ error: { code: 'key_expired' } })
    })

    test('that is revoked is refused on its very next call, and one that is resumed works on its very next call', async () => {
      const key = await g.makeKey()
      expect((await post(key.text, hello)).status).toBe(200)
      for (const [status, expected] of [
        ['suspended', 401],
        ['active', 200],
        ['revoked', 401],
      ] as const) {
        await g.change([`key:${key.id}`], ({ db }) => db.virtualKey.update({ where: { id: key.id }, data: { status } }))
        expect((await post(key.text, hello)).status).toBe(expected)
      }
    })

    test('stops with its owner and with its team', async () => {
      const key = await g.makeKey()
      await g.change(['user:user_dana'], ({ db }) =>
        db.user.update({ where: { id: 'user_dana' }, data: { status: 'disabled' } }),
      )
      expect(await (await post(key.text, hello)).json()).toMatchObject({ error: { code: 'principal_disabled' } })
      await g.change(['user:user_dana'], ({ db }) =>
        db.user.update({ where: { id: 'user_dana' }, data: { status: 'active' } }),
      )
      expect((await post(key.text, hello)).status).toBe(200)
    })

    test.each([
      'authorization',
      'x-api-key',
      'api-key',
      'x-goog-api-key',
      'x-litellm-api-key',
      'x-bf-vk',
      'x-portkey-api-key',
    ])('is taken from %s', async (header) => {
      const key = await g.makeKey()
      const value = header === 'authorization' ? `Bearer ${key.text}` : key.text
      expect((await post(null, hello, '/v1/chat/completions', { [header]: value })).status).toBe(200)
    })

    test('never reaches the provider', async () => {
      const key = await g.makeKey()
      const since = Date.now()
      await post(key.text, hello, `/v1/chat/completions?key=${key.text}`, {
        'x-api-key': key.text,
        cookie: `a=${key.text}`,
      })
      const calls = await (await fetch(`${g.simulator.url}/_sim/calls?since=${since}`)).text()
      expect(calls).not.toContain(key.text)
    })
  })

  describe('policy', () => {
    test('refuses a model that the key may not use, and says which layer', async () => {
      const key = await g.makeKey({ models: ['gpt-4o-mini'] })
      const response = await post(key.text, { ...hello, model: 'gpt-4o' })
      expect(response.status).toBe(403)
      const body = (await response.json()) as { error: { gatehouse: { decision_id: string; help_url: string } } }
      expect(body).toMatchObject({ error: { code: 'model_not_allowed', param: 'model' } })
      expect(body.error.gatehouse.help_url).toContain(`/decisions/${body.error.gatehouse.decision_id}`)
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({ outcome: 'refused', status: 403, errorCode: 'model_not_allowed', costNanos: '0' })
      expect(event!.decision.id).toBe(body.error.gatehouse.decision_id)
    })

    test('names close matches for a model that does not exist', async () => {
      const key = await g.makeKey()
      const response = await post(key.text, { ...hello, model: 'gpt4o-mini' })
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        error: { code: 'model_not_found', message: expect.stringContaining('gpt-4o-mini') as string },
      })
    })

    test('refuses a model without a price rather than serving it for nothing', async () => {
      const key = await g.makeKey()
      expect((await post(key.text, { ...hello, model: 'unpriced' })).status).toBe(403)
    })
  })

  describe('limits', () => {
    test('rpm lets its number through, refuses the next with retry-after, and a refusal burns nothing', async () => {
      const key = await g.makeKey({ limits: { rpm: 3 } })
      const statuses = []
      for (let i = 0; i < 5; i++) statuses.push((await post(key.text, hello)).status)
      expect(statuses).toEqual([200, 200, 200, 429, 429])
      const refused = await post(key.text, hello)
      expect(await refused.json()).toMatchObject({
        error: { code: 'rate_limit_exceeded', gatehouse: { limit: 3, scope: { type: 'key', id: key.id } } },
      })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20)
      expect(refused.headers.get('x-ratelimit-limit-requests')).toBe('3')
      expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    })

    test('tpm charges an estimate and gives back what was not used', async () => {
      const key = await g.makeKey({ limits: { tpm: 2_000 } })
      const first = await post(key.text, { ...hello, max_tokens: 1_500 })
      expect(first.headers.get('x-ratelimit-limit-tokens')).toBe('2000')
      await eventsOf(g, key, 1)
      // 1,500 were set aside and about 25 used: a second call of the same size fits.
      expect((await post(key.text, { ...hello, max_tokens: 1_500 })).status).toBe(200)
      const tooBig = await post(key.text, { ...hello, max_tokens: 3_000 })
      expect(await tooBig.json()).toMatchObject({ error: { code: 'token_limit_exceeded' } })
      expect(tooBig.headers.get('retry-after')).toBeNull()
      expect(tooBig.headers.get('x-should-retry')).toBe('false')
    })

    test('concurrency counts running calls and is free again when they end', async () => {
      const key = await g.makeKey({ limits: { concurrency: 2 } })
      const slow = { ...hello, messages: [{ role: 'user', content: '@sim ttft=400' }] }
      const answers = await Promise.all([post(key.text, slow), post(key.text, slow), post(key.text, slow)])
      expect(answers.map((a) => a.status).toSorted()).toEqual([200, 200, 429])
      await eventsOf(g, key, 3)
      expect((await post(key.text, hello)).status).toBe(200)
    })

    test('rpd counts the calendar day', async () => {
      const key = await g.makeKey({ limits: { rpd: 1 } })
      expect((await post(key.text, hello)).status).toBe(200)
      expect(await (await post(key.text, hello)).json()).toMatchObject({ error: { code: 'daily_quota_exceeded' } })
    })
  })

  describe('a hard budget', () => {
    const most = (body: object) => BigInt(Buffer.byteLength(JSON.stringify(body)) * 150 + 20 * 600)

    test('admits exactly as many parallel calls as it has holds for, every time', async () => {
      // Admitted calls run until the test lets them go, however slow the machine is.
      const running = {
        ...hello,
        stream: true,
        max_tokens: 20,
        messages: [{ role: 'user', content: '@sim out=20 hang=stream' }],
      }
      for (let round = 0; round < 2; round++) {
        const key = await g.makeKey({ budget: { amountNanos: most(running) * 50n } })
        const answers = await Promise.all(Array.from({ length: 400 }, () => post(key.text, running)))
        const admitted = answers.filter((answer) => answer.status === 200)
        const refused = answers.filter((answer) => answer.status === 429)
        expect([admitted.length, refused.length]).toEqual([50, 350])
        const error = (await refused[0]!.json()) as { error: object }
        expect(error).toMatchObject({
          error: { type: 'insufficient_quota', code: 'insufficient_quota', gatehouse: { unit: 'USD' } },
        })
        expect(refused[0]!.headers.get('x-should-retry')).toBe('false')
        expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0)

        await Promise.all(admitted.map((answer) => answer.body!.cancel()))
        const events = await eventsOf(g, key, 400)
        expect(events.filter((event) => event.outcome === 'aborted')).toHaveLength(50)
        expect(await g.heldOn(key)).toBe(0n)
      }
    }, 60_000)

    test('is used up until less than one hold is left, and never exceeded', async () => {
      const quick = { ...hello, max_tokens: 20, messages: [{ role: 'user', content: '@sim out=20' }] }
      const hold = most(quick)
      const key = await g.makeKey({ budget: { amountNanos: hold * 6n } })
      let answer = await post(key.text, quick)
      let calls = 0
      while (answer.status === 200 && calls < 100) {
        calls += 1
        await eventsOf(g, key, calls)
        answer = await post(key.text, quick)
      }
      expect(answer.status).toBe(429)
      const events = (await eventsOf(g, key, calls + 1)).filter((event) => event.outcome === 'served')
      const spent = events.reduce((sum, event) => sum + BigInt(event.costNanos), 0n)
      expect(spent).toBeLessThanOrEqual(hold * 6n)
      expect(hold * 6n - spent).toBeLessThan(hold)
    }, 30_000)

    test('tells the provider an output maximum when the caller named none', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 40_000n } })
      const since = Date.now()
      const response = await post(key.text, { ...hello, messages: [{ role: 'user', content: '@sim out=500' }] })
      expect(response.status).toBe(200)
      const answer = (await response.json()) as {
        usage: { completion_tokens: number }
        choices: { finish_reason: string }[]
      }
      expect(answer.choices[0]!.finish_reason).toBe('length')
      expect(answer.usage.completion_tokens).toBeLessThan(60)
      const [event] = await eventsOf(g, key, 1)
      expect(BigInt(event!.costNanos)).toBeLessThanOrEqual(40_000n)
      void since
    })

    test('without an end says nothing of a retry', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 1n, period: 'total' } })
      const response = await post(key.text, hello)
      expect(response.status).toBe(429)
      expect(response.headers.get('retry-after')).toBeNull()
    })
  })

  describe('a provider that fails', () => {
    test.each([
      ['@sim error=500', 502, 'upstream_error'],
      ['@sim error=503', 502, 'upstream_error'],
      ['@sim error=401', 502, 'upstream_error'],
      ['@sim cut=0', 502, 'upstream_error'],
    ])('%s is answered %i %s and costs nothing', async (content, status, code) => {
      const key = await g.makeKey()
      const response = await post(key.text, { ...hello, messages: [{ role: 'user', content }] })
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ error: { code } })
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({ outcome: 'failed', status, costNanos: '0' })
      expect(event!.attempts.length).toBeLessThanOrEqual(2)
    })

    test('after the first byte is told inside the stream, without a false end', async () => {
      const key = await g.makeKey()
      const response = await post(key.text, {
        ...hello,
        stream: true,
        messages: [{ role: 'user', content: '@sim out=50 cut=10 gap=2' }],
      })
      const text = await response.text()
      expect(text).not.toContain('[DONE]')
      expect(text).toContain('"code":"upstream_error"')
      const [event] = await eventsOf(g, key, 1)
      expect(event).toMatchObject({ outcome: 'cut', estimated: true, tokens: { output: 10 } })
    })
  })

  describe('bad input', () => {
    test.each([
      ['no JSON', '{"model":', 400, 'invalid_request_error'],
      ['a list', '[]', 400, 'invalid_request_error'],
      ['a string', '"x"', 400, 'invalid_request_error'],
      ['null', 'null', 400, 'invalid_request_error'],
      ['nothing', '', 400, 'invalid_request_error'],
      ['no model', { messages: [{ role: 'user', content: 'x' }] }, 400, 'invalid_request_error'],
      ['a model that is a number', { ...hello, model: 4 }, 400, 'invalid_request_error'],
      ['messages that are text', { ...hello, messages: 'x' }, 400, 'invalid_request_error'],
      ['no messages', { ...hello, messages: [] }, 400, 'invalid_request_error'],
      ['a negative maximum', { ...hello, max_tokens: -5 }, 400, 'invalid_request_error'],
      ['an absurd maximum', { ...hello, max_tokens: 1e300 }, 400, 'invalid_request_error'],
      ['a fractional maximum', { ...hello, max_tokens: 1.5 }, 400, 'invalid_request_error'],
      ['a stream that is text', { ...hello, stream: 'yes' }, 400, 'invalid_request_error'],
      ['SQL as model', { ...hello, model: `'; DROP TABLE usage_event; --` }, 404, 'model_not_found'],
      ['Lua as model', { ...hello, model: `"]] redis.call('FLUSHALL') --[[` }, 404, 'model_not_found'],
      ['the prototype as model', { ...hello, model: '__proto__' }, 404, 'model_not_found'],
    ])('%s is answered in the caller’s format', async (_what, body, status, code) => {
      const key = await g.makeKey()
      const response = await post(key.text, body)
      expect(response.status).toBe(status)
      const answer = (await response.json()) as { error: { message: string } }
      expect(answer).toMatchObject({
        error: { code, message: expect.any(String) as string, type: expect.any(String) as string },
      })
      expect(answer.error.message).not.toMatch(/\bat .*:\d+/)
    })

    test('another content type is 415, a body beyond the limit 413', async () => {
      const key = await g.makeKey()
      expect(
        (await post(key.text, 'x=1', '/v1/chat/completions', { 'content-type': 'application/x-www-form-urlencoded' }))
          .status,
      ).toBe(415)
      const huge = await post(
        key.text,
        `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"${'x'.repeat(51 * 1024 * 1024)}"}]}`,
      ).catch(() => null)
      expect(huge === null || huge.status === 413).toBe(true)
    })

    test('invalid UTF-8 is refused', async () => {
      const key = await g.makeKey()
      const bytes = Buffer.concat([
        Buffer.from('{"model":"gpt-4o-mini","messages":[{"role":"user","content":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}]}'),
      ])
      const response = await fetch(`${g.urlOf(mount)}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
        body: bytes,
      })
      expect(response.status).toBe(400)
    })

    test('a repeated deciding field means the same to the provider as to us', async () => {
      const key = await g.makeKey({ models: ['gpt-4o-mini'] })
      const since = Date.now()
      const sneaky = `{"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"model":"gpt-4o-mini"}`
      expect((await post(key.text, sneaky)).status).toBe(200)
      const calls = (await (await fetch(`${g.simulator.url}/_sim/calls?since=${since}`)).json()) as { model: string }[]
      expect(calls.every((call) => call.model === 'gpt-4o-mini')).toBe(true)
    })

    test.each([
      ['POST', '/v1/chat/completions/', 404],
      ['POST', '/v1//chat/completions', 404],
      ['POST', '/v1/chat%2fcompletions', 404],
      ['POST', '/V1/chat/completions', 404],
      ['GET', '/v1/chat/completions', 405],
      ['POST', '/v1/models', 405],
      ['POST', '/v1/nothing', 404],
    ])('%s %s is %i', async (method, path, status) => {
      const key = await g.makeKey()
      const response = await fetch(g.urlOf(mount) + path, { method, headers: { authorization: `Bearer ${key.text}` } })
      expect(response.status).toBe(status)
    })
  })

  test('when Redis does not answer, calls are refused with 503 and retry-after', async () => {
    const key = await g.makeKey()
    await post(key.text, hello)
    await g.redis.call('CLIENT', 'PAUSE', '2500', 'ALL')
    const response = await post(key.text, hello)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(await response.json()).toMatchObject({ error: { code: 'gateway_unavailable' } })
    await g.redis.ping()
  })
})
