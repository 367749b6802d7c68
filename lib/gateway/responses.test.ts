/** What callers of OpenAI's responses, completions and moderations are promised, through a real socket, on both mounts. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { miniPrice, mounts, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    await db.model.update({ where: { id: 'model_gpt-4o-mini' }, data: { endpoints: ['chat', 'responses'] } })
    await db.provider.create({
      data: {
        id: 'prov_llama',
        name: 'llama',
        displayName: 'Llama',
        kind: 'openai_compatible',
        baseUrl: `${g.simulator.url}/openai/v1`,
        simulated: true,
      },
    })
    await db.model.create({
      data: {
        id: 'model_llama',
        name: 'llama-4',
        displayName: 'Llama 4',
        vendor: 'meta',
        endpoints: ['chat'],
        deployments: { create: { id: 'depl_llama', providerId: 'prov_llama', upstreamModel: 'llama-4' } },
        prices: {
          create: { id: 'price_llama', nanosPerMillion: miniPrice, effectiveFrom: new Date(0), source: 'test' },
        },
      },
    })
    const models = [
      {
        name: 'gpt-3.5-turbo-instruct',
        endpoint: 'completions',
        price: { input: 1_500_000_000, output: 2_000_000_000 },
      },
      { name: 'omni-moderation-latest', endpoint: 'moderations', price: { input: 0 } },
    ]
    for (const { name, endpoint, price } of models) {
      await db.model.create({
        data: {
          id: `model_${name}`,
          name,
          displayName: name,
          vendor: 'openai',
          endpoints: [endpoint],
          deployments: { create: { id: `depl_${name}`, providerId: 'prov_sim', upstreamModel: name } },
          prices: {
            create: { id: `price_${name}`, nanosPerMillion: price, effectiveFrom: new Date(0), source: 'test' },
          },
        },
      })
    }
  })
}, 60_000)
afterAll(() => g?.close())

const nanosOf = (unit: keyof typeof miniPrice) => miniPrice[unit] / 1_000_000

describe.each(mounts)('through the %s', (mount) => {
  function client(key: string, baseURL = `${g.urlOf(mount)}/v1`): OpenAI {
    return new OpenAI({ baseURL, apiKey: key, maxRetries: 0 })
  }

  function post(key: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(g.urlOf(mount) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: signal ?? null,
    })
  }

  const eventOf = (keyId: string) => lastEventOf(g, keyId)
  const lastCall = () => lastSimulatedCall(g)

  /** What the provider itself answers, but for what differs from one answer to the next. */
  const alike = (text: string) =>
    text.replaceAll(/sim-\w+-\d+/g, 'sim').replaceAll(/"(created\w*|completed_at)":\d+/g, '')

  test.each<[string, string, object]>([
    ['a response', '/responses', { model: 'gpt-4o-mini', input: '@sim reasoning=3 out=20 Hello' }],
    ['a streamed response', '/responses', { model: 'gpt-4o-mini', input: '@sim reasoning=3 Hello', stream: true }],
    ['a completion', '/completions', { model: 'gpt-3.5-turbo-instruct', prompt: ['Hello', 'world'], n: 2 }],
    [
      'a streamed completion',
      '/completions',
      { model: 'gpt-3.5-turbo-instruct', prompt: 'Hello', stream: true, stream_options: { include_usage: true } },
    ],
    ['a moderation', '/moderations', { input: ['Hello', 'world'] }],
  ])('%s is, to the byte, what the provider answers', async (_what, path, body) => {
    const key = await g.makeKey()
    const through = await post(key.text, `/v1${path}`, body)
    const direct = await fetch(`${g.simulator.url}/openai/v1${path}`, { method: 'POST', body: JSON.stringify(body) })
    expect(through.status).toBe(200)
    expect(through.headers.get('content-type')).toBe(direct.headers.get('content-type'))
    expect(alike(await through.text())).toBe(alike(await direct.text()))
  })

  describe('a response', () => {
    const model = 'gpt-4o-mini'

    test('is priced by its own usage, cached and reasoning tokens included', async () => {
      const key = await g.makeKey()
      const { data, response } = await client(key.text)
        .responses.create({ model, input: '@sim in=100 cached=40 out=30 reasoning=10 Hello' })
        .withResponse()
      expect(data.output_text).toMatch(/^This is a simulated answer/)
      expect(response.headers.get('x-gatehouse-provider')).toBe('openai')
      const event = await eventOf(key.id)
      expect(event).toMatchObject({
        outcome: 'served',
        endpoint: 'responses',
        model,
        modelServed: model,
        tokens: { input: 60, cached_read: 40, output: 30, reasoning: 10 },
        estimated: false,
      })
      expect(event.costNanos).toBe(String(60 * nanosOf('input') + 40 * nanosOf('cached_read') + 30 * nanosOf('output')))
    })

    test('streams to the official client, which puts it together, and its usage is exact', async () => {
      const key = await g.makeKey()
      const stream = client(key.text).responses.stream({ model, input: '@sim out=12 reasoning=5 Hello' })
      const numbers: number[] = []
      for await (const event of stream) numbers.push(event.sequence_number)
      expect(numbers).toEqual([...numbers.keys()])
      const final = await stream.finalResponse()
      expect(final.usage).toMatchObject({ output_tokens: 12, output_tokens_details: { reasoning_tokens: 5 } })
      const { usage } = await lastCall()
      expect(await eventOf(key.id)).toMatchObject({
        outcome: 'served',
        stream: true,
        tokens: { input: usage.prompt_tokens, output: 12, reasoning: 5 },
        estimated: false,
      })
    })

    test.each([false, true])('that its maximum cut short is billed like any other (stream: %s)', async (stream) => {
      const key = await g.makeKey()
      const sent = { model, input: '@sim in=50 out=100 Hello', max_output_tokens: 20, stream }
      const text = await (await post(key.text, '/v1/responses', sent)).text()
      expect(text).toContain('"status":"incomplete"')
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ outcome: 'served', tokens: { input: 50, output: 20 }, estimated: false })
      expect(event.costNanos).toBe(String(50 * nanosOf('input') + 20 * nanosOf('output')))
    })

    test('whose provider tells no usage is counted here, and says so', async () => {
      const key = await g.makeKey()
      const sent = { model, input: '@sim usage=none out=30 Hello', stream: true }
      await (await post(key.text, '/v1/responses', sent)).text()
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ outcome: 'served', estimated: true })
      expect(Math.abs(event.tokens.output! - 30)).toBeLessThanOrEqual(2)
    })

    test('that its caller leaves is charged for what had come', async () => {
      const key = await g.makeKey()
      const leaving = new AbortController()
      const sent = { model, input: '@sim out=200 gap=20 Hello', stream: true }
      const answer = await post(key.text, '/v1/responses', sent, leaving.signal)
      const reader = answer.body!.getReader()
      let seen = ''
      while (seen.split('output_text.delta"').length < 6) seen += Buffer.from((await reader.read()).value!).toString()
      leaving.abort()
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ outcome: 'aborted', estimated: true })
      expect(event.tokens.output).toBeGreaterThanOrEqual(5)
      expect(event.tokens.output).toBeLessThan(200)
    })

    test('that breaks off ends in an error that the official client throws', async () => {
      const key = await g.makeKey()
      const stream = await client(key.text).responses.create({ model, input: '@sim out=20 cut=5 Hello', stream: true })
      const types: string[] = []
      const reading = (async () => {
        for await (const event of stream) types.push(event.type)
      })()
      await expect(reading).rejects.toMatchObject({ code: 'upstream_error' })
      expect(types).not.toContain('response.completed')
      expect(await eventOf(key.id)).toMatchObject({ outcome: 'cut', tokens: { output: 5 }, estimated: true })
    })

    test('goes to the provider with the caller’s very bytes, or with the maximum that its budget holds', async () => {
      const odd = `{ "input":"@sim out=3 größe", "model":"${model}","new_field":1.50}`
      const key = await g.makeKey()
      expect((await post(key.text, '/v1/responses', odd)).status).toBe(200)
      expect((await lastCall()).headers['content-length']).toBe(String(Buffer.byteLength(odd)))
      const capped = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
      const answer = await (await post(capped.text, '/v1/responses', { model, input: 'Hello' })).json()
      const { decision } = await eventOf(capped.id)
      expect((answer as { max_output_tokens: number }).max_output_tokens).toBe(decision.outputAllowed)
    })

    test('that refers to what the gateway cannot see holds a whole context, and is refused where that is too much', async () => {
      const budget = { amountNanos: 100_000_000n }
      const sent = { model, input: 'Hello', max_output_tokens: 16 }
      const small = await g.makeKey({ budget })
      expect((await post(small.text, '/v1/responses', sent)).status).toBe(200)
      const referring = await post(small.text, '/v1/responses', { ...sent, previous_response_id: 'resp_1' })
      expect(referring.status).toBe(429)
      expect(await referring.json()).toMatchObject({ error: { code: 'insufficient_quota' } })
    })

    test('in the background is refused, and the field is named', async () => {
      const key = await g.makeKey()
      const refusal = client(key.text).responses.create({ model, input: 'Hello', background: true })
      await expect(refusal).rejects.toMatchObject({ status: 400, param: 'background', code: 'invalid_request_error' })
      expect(await eventOf(key.id)).toMatchObject({ outcome: 'refused', costNanos: '0' })
    })

    test.each<[string, object, number, string]>([
      ['a model that is none', { model: 'gpt-none' }, 404, 'model_not_found'],
      ['a model of another endpoint', { model: 'text-embedding-3-small' }, 400, 'invalid_request_error'],
      ['an input that is a number', { input: 7 }, 400, 'invalid_request_error'],
    ])('of %s is refused in OpenAI’s shape', async (_what, fields, status, code) => {
      const key = await g.makeKey()
      const answer = await post(key.text, '/v1/responses', { model, input: 'Hello', ...fields })
      expect(answer.status).toBe(status)
      expect(await answer.json()).toMatchObject({ error: { code, type: 'invalid_request_error', gatehouse: { code } } })
    })

    test('keeps the key from the provider', async () => {
      const key = await g.makeKey()
      await client(key.text).responses.create({ model, input: 'Hello' })
      expect(JSON.stringify((await lastCall()).headers)).not.toContain(key.text)
    })
  })

  describe('a response of a provider that only has chats', () => {
    const model = 'llama-4'
    const f: OpenAI.Responses.FunctionTool = {
      type: 'function',
      name: 'f',
      strict: null,
      parameters: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    }

    test('is put together from the chat, and priced by its usage', async () => {
      const key = await g.makeKey()
      const answer = await client(key.text).responses.create({
        model,
        instructions: 'Be brief.',
        input: [{ role: 'user', content: [{ type: 'input_text', text: '@sim in=50 out=20 Hello' }] }],
        max_output_tokens: 64,
      })
      expect(answer).toMatchObject({ object: 'response', status: 'completed', model, max_output_tokens: 64 })
      expect(answer.output_text).toMatch(/^This is a simulated answer/)
      expect(answer.usage).toMatchObject({ input_tokens: 50, output_tokens: 20 })
      expect((await lastCall()).path).toBe('/openai/v1/chat/completions')
      expect(await eventOf(key.id)).toMatchObject({
        endpoint: 'responses',
        provider: 'llama',
        tokens: { input: 50, output: 20 },
        estimated: false,
      })
    })

    test('streams as typed events, with its calls, and may be answered', async () => {
      const key = await g.makeKey()
      const question = { role: 'user' as const, content: '@sim tool Hello' }
      const stream = client(key.text).responses.stream({ model, input: [question], tools: [f] })
      const numbers: number[] = []
      for await (const event of stream) numbers.push(event.sequence_number)
      expect(numbers).toEqual([...numbers.keys()])
      const call = (await stream.finalResponse()).output[0] as OpenAI.Responses.ResponseFunctionToolCall
      expect(call).toMatchObject({ type: 'function_call', name: 'f', arguments: '{"a":"simulated"}' })
      const output = { type: 'function_call_output' as const, call_id: call.call_id, output: 'rain' }
      const { output_text } = await client(key.text).responses.create({
        model,
        input: [question, { type: 'function_call', call_id: call.call_id, name: 'f', arguments: '{}' }, output],
        tools: [f],
      })
      expect(output_text).toMatch(/^This is a simulated answer/)
    })

    test('that the maximum cut short is incomplete', async () => {
      const key = await g.makeKey()
      const sent = { model, input: '@sim out=100 Hello', max_output_tokens: 20 }
      expect(await client(key.text).responses.create(sent)).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        usage: { output_tokens: 20 },
      })
    })

    test('that breaks off ends in an error that the official client throws', async () => {
      const key = await g.makeKey()
      const stream = await client(key.text).responses.create({ model, input: '@sim out=20 cut=5 Hello', stream: true })
      const reading = (async () => {
        for await (const event of stream) void event
      })()
      await expect(reading).rejects.toMatchObject({ code: 'upstream_error' })
    })

    test.each<[string, object, string]>([
      ['what only OpenAI keeps', { previous_response_id: 'resp_1' }, 'previous_response_id'],
      ['a tool that only OpenAI runs', { tools: [{ type: 'web_search' }] }, 'tools.0.type'],
      ['being kept', { store: true }, 'store'],
    ])('cannot ask for %s, and is told so', async (_what, fields, param) => {
      const key = await g.makeKey()
      const answer = await post(key.text, '/v1/responses', { model, input: 'Hello', ...fields })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_parameter', param } })
    })
  })

  describe('a completion', () => {
    const model = 'gpt-3.5-turbo-instruct'

    test('of the best of several is billed for all of them', async () => {
      const key = await g.makeKey()
      const answer = await client(key.text).completions.create({
        model,
        prompt: '@sim in=10 out=8 Hello',
        n: 2,
        best_of: 3,
      })
      expect(answer.choices).toHaveLength(2)
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ endpoint: 'completions', tokens: { input: 10, output: 24 }, estimated: false })
      expect(event.costNanos).toBe(String(10 * 1500 + 24 * 2000))
    })

    test.each([true, false])('streams with its usage only for callers that ask: %s', async (asks) => {
      const key = await g.makeKey()
      const stream = await client(key.text).completions.create({
        model,
        prompt: '@sim out=5 Hello',
        stream: true,
        ...(asks ? { stream_options: { include_usage: true } } : {}),
      })
      const chunks: OpenAI.Completion[] = []
      for await (const chunk of stream) chunks.push(chunk)
      expect(chunks.filter(({ choices }) => choices.length === 0)).toHaveLength(asks ? 1 : 0)
      expect(await eventOf(key.id)).toMatchObject({ stream: true, tokens: { output: 5 }, estimated: false })
    })

    test('without a maximum holds what the API gives of itself', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
      const answer = await client(key.text).completions.create({ model, prompt: '@sim out=40 Hello' })
      expect(answer.usage!.completion_tokens).toBe(16)
      const { decision } = await eventOf(key.id)
      expect(decision.outputAllowed).toBe(16)
    })
  })

  describe('a moderation', () => {
    test('is free, and no estimate, whether a model is named or not', async () => {
      for (const named of [{}, { model: 'omni-moderation-latest' }]) {
        const key = await g.makeKey()
        const answer = await client(key.text).moderations.create({ input: 'Hello', ...named })
        expect(answer.results[0]!.flagged).toBe(false)
        expect(await eventOf(key.id)).toMatchObject({
          endpoint: 'moderations',
          model: 'omni-moderation-latest',
          outcome: 'served',
          costNanos: '0',
          tokens: {},
          estimated: false,
        })
      }
    })

    test('is the catalogue’s to allow, like any other call', async () => {
      const key = await g.makeKey({ models: ['gpt-4o-mini'] })
      await expect(client(key.text).moderations.create({ input: 'Hello' })).rejects.toMatchObject({
        status: 403,
        code: 'model_not_allowed',
      })
    })
  })
})
