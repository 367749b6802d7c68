/** What callers of Anthropic's Messages API are promised, through a real socket, on both mounts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    await db.provider.create({
      data: {
        id: 'prov_anthropic',
        name: 'anthropic',
        displayName: 'Anthropic',
        kind: 'anthropic',
        baseUrl: `${g.simulator.url}/anthropic/v1`,
        simulated: true,
      },
    })
    await db.model.create({
      data: {
        id: 'model_claude',
        name: 'claude-sonnet-4-5',
        displayName: 'Claude Sonnet 4.5',
        vendor: 'anthropic',
        endpoints: ['messages', 'count_tokens'],
        maxOutputTokens: 64_000,
        deployments: { create: { id: 'depl_claude', providerId: 'prov_anthropic', upstreamModel: 'claude-upstream' } },
        prices: {
          create: { id: 'price_claude', nanosPerMillion: prices, effectiveFrom: new Date(0), source: 'test' },
        },
      },
    })
  })
}, 60_000)
afterAll(() => g?.close())

/** $3, $0.30, $3.75, $6 and $15 a million, in nano-USD. */
const prices = {
  input: 3_000_000_000,
  cached_read: 300_000_000,
  cache_write_5m: 3_750_000_000,
  cache_write_1h: 6_000_000_000,
  output: 15_000_000_000,
}

describe.each(mounts)('through the %s', (mount) => {
  const body = (content: string, fields: object = {}) => ({
    model: 'claude-sonnet-4-5',
    max_tokens: 64,
    messages: [{ role: 'user', content }],
    ...fields,
  })

  function post(key: string, sent: unknown, options: { path?: string; headers?: object; signal?: AbortSignal } = {}) {
    return fetch(g.urlOf(mount) + (options.path ?? '/v1/messages'), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': key,
        'anthropic-version': '2023-06-01',
        ...options.headers,
      },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
      signal: options.signal ?? null,
    })
  }

  const eventOf = (keyId: string) => lastEventOf(g, keyId)
  const lastCall = () => lastSimulatedCall(g)

  test('a message is answered as the provider answered it, and priced by its own usage', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, body('@sim out=20 cached=4 cache_write=3 Where is parcel 4711?'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-gatehouse-provider')).toBe('anthropic')
    const message = (await answer.json()) as {
      type: string
      model: string
      usage: { input_tokens: number; cache_read_input_tokens: number; output_tokens: number }
    }
    expect(message).toMatchObject({ type: 'message', model: 'claude-upstream' })
    const { input_tokens: input, output_tokens: output } = message.usage
    expect([message.usage.cache_read_input_tokens, output]).toEqual([4, 20])
    const event = await eventOf(key.id)
    expect(event).toMatchObject({
      outcome: 'served',
      endpoint: 'messages',
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      modelServed: 'claude-upstream',
      tokens: { input, cached_read: 4, cache_write_5m: 3, output: 20 },
      estimated: false,
    })
    expect(event.costNanos).toBe(String(input * 3000 + 4 * 300 + 3 * 3750 + 20 * 15_000))
    const { usage } = await lastCall()
    expect(usage).toMatchObject({ prompt_tokens: input + 7, completion_tokens: 20, cached_tokens: 4 })
  })

  test('unknown fields, versions and beta headers reach the provider; the key does not', async () => {
    const key = await g.makeKey()
    const sent = `{"metadata":{"user_id":"x"},"max_tokens":8, "model":"claude-sonnet-4-5","new_field":1.50,"messages":[{"role":"user","content":"hi"}]}`
    const headers = { 'anthropic-beta': 'context-1m', 'anthropic-version': '2023-06-01' }
    expect((await post(key.text, sent, { path: '/anthropic/v1/messages', headers })).status).toBe(200)
    const call = await lastCall()
    expect(call.path).toBe('/anthropic/v1/messages')
    expect(call.headers).toMatchObject(headers)
    expect(JSON.stringify(call.headers)).not.toContain(key.text)
  })

  test('a stream flows through whole, and its usage is exact', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, body('@sim out=12 reasoning=5 Hello', { stream: true }))
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const text = await answer.text()
    const names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)
    expect([names[0], names.at(-2), names.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop'])
    const { usage } = await lastCall()
    expect(await eventOf(key.id)).toMatchObject({
      outcome: 'served',
      stream: true,
      tokens: { input: usage.prompt_tokens, output: 12 },
      estimated: false,
    })
  })

  test('a caller that leaves pays for the prompt as told, and for what had come', async () => {
    const key = await g.makeKey()
    const leaving = new AbortController()
    const sent = body('@sim out=200 gap=20 Hello', { stream: true, max_tokens: 400 })
    const answer = await post(key.text, sent, { signal: leaving.signal })
    const reader = answer.body!.getReader()
    let seen = ''
    while (seen.split('text_delta').length < 6) seen += Buffer.from((await reader.read()).value!).toString()
    leaving.abort()
    const event = await eventOf(key.id)
    expect(event).toMatchObject({ outcome: 'aborted', estimated: true })
    const prompt = JSON.parse(/data: (\{"type":"message_start".*)/.exec(seen)![1]!) as {
      message: { usage: { input_tokens: number } }
    }
    expect(event.tokens.input).toBe(prompt.message.usage.input_tokens)
    expect(event.tokens.output).toBeGreaterThanOrEqual(5)
    expect(event.tokens.output).toBeLessThan(200)
  })

  test('counting tokens costs nothing', async () => {
    const key = await g.makeKey()
    const { max_tokens: _none, ...sent } = body('Where is parcel 4711?')
    const answer = await post(key.text, sent, { path: '/v1/messages/count_tokens' })
    expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) as number })
    expect(await eventOf(key.id)).toMatchObject({
      endpoint: 'count_tokens',
      outcome: 'served',
      costNanos: '0',
      tokens: {},
      estimated: false,
    })
  })

  test.each<[string, object, number, string]>([
    ['a field that is missing', { max_tokens: undefined }, 400, 'invalid_request_error'],
    ['a model that is none', { model: 'claude-none' }, 404, 'not_found_error'],
    [
      'a field that the model’s provider has no place for',
      { model: 'gpt-4o-mini', top_k: 4 },
      400,
      'invalid_request_error',
    ],
  ])('%s is refused in the shape that Anthropic’s clients read', async (_what, fields, status, type) => {
    const key = await g.makeKey()
    const answer = await post(key.text, body('hi', fields))
    expect(answer.status).toBe(status)
    const id = answer.headers.get('x-gatehouse-request-id')
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type, gatehouse: { decision_id: id!.replace('call_', 'dec_') } },
      request_id: id,
    })
  })

  test('a budget that is used up says that waiting for a rate does not help', async () => {
    const key = await g.makeKey({ budget: { amountNanos: 1_000n } })
    const answer = await post(key.text, body('hi'))
    expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([429, 'false'])
    expect(await answer.json()).toMatchObject({
      error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
    })
  })

  test('a stranger is an authentication error', async () => {
    const answer = await post('sk-gh-nobody', body('hi'))
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } })
  })

  test('a provider’s own error comes back as it is', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, body('@sim error=400 hi'))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })

  test('models are listed in Anthropic’s shape to those who send a version, and in OpenAI’s to others', async () => {
    const key = await g.makeKey()
    const list = async (path: string, headers: Record<string, string> = {}) =>
      (await (await fetch(g.urlOf(mount) + path, { headers: { 'x-api-key': key.text, ...headers } })).json()) as object
    const version = { 'anthropic-version': '2023-06-01' }
    const listed = { type: 'model', id: 'claude-sonnet-4-5', display_name: 'Claude Sonnet 4.5' }
    expect(await list('/v1/models', version)).toMatchObject({
      has_more: false,
      data: expect.arrayContaining([expect.objectContaining(listed)]) as object[],
    })
    expect(await list('/anthropic/v1/models/claude-sonnet-4-5')).toMatchObject(listed)
    expect(await list('/v1/models')).toMatchObject({ object: 'list' })
  })
})
