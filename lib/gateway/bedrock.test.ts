/**
 * What Bedrock's clients are promised of every model, and what everybody is promised of models at Bedrock, through a real
 * socket, on both mounts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sealCredential } from '#lib/providers/credentials/seal-credential.ts'
import { chunksIn, eventFrames } from '#lib/testing/event-frames.ts'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { captureCall } from '#lib/testing/capture-call.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { isSignedWith } from '#lib/testing/sigv4.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const upstreamModel = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'

let g: TestGateway
let regionalUrl: string
beforeAll(async () => {
  g = await startTestGateway()
  regionalUrl = `${g.simulator.url}/bedrock?region=eu-central-1`
  await g.change(['catalog'], async ({ db }) => {
    const place = { providerId: 'prov_bedrock', credentialId: 'cred_bedrock' }
    const sealed = sealCredential(g.config.masterKey, place, `AKIDEXAMPLE12345:${secret}`)
    await db.provider.create({
      data: {
        id: 'prov_bedrock',
        name: 'aws',
        displayName: 'Amazon Bedrock',
        kind: 'bedrock',
        baseUrl: regionalUrl,
        simulated: true,
        credentials: { create: { id: 'cred_bedrock', label: 'Key 1', ...sealed } },
      },
    })
    await db.model.create({
      data: {
        id: 'model_claude',
        name: 'claude',
        displayName: 'Claude at Bedrock',
        vendor: 'anthropic',
        endpoints: ['converse'],
        maxOutputTokens: 64_000,
        aliases: { create: [{ name: upstreamModel }, { name: 'smart' }] },
        deployments: { create: { id: 'depl_claude', providerId: 'prov_bedrock', upstreamModel } },
        prices: {
          create: { id: 'price_claude', nanosPerMillion: prices, effectiveFrom: new Date(0), source: 'test' },
        },
      },
    })
  })
}, 60_000)
afterAll(() => g?.close())

/** $3, $0.30, $3.75 and $15 a million, in nano-USD: 3,000, 300, 3,750 and 15,000 a token. */
const prices = {
  input: 3_000_000_000,
  cached_read: 300_000_000,
  cache_write_5m: 3_750_000_000,
  output: 15_000_000_000,
}

type Chunk = { readonly choices: readonly { readonly delta: { readonly content?: string } }[] }

const capture = (work: () => Promise<void>) => captureCall(g, { id: 'prov_bedrock', baseUrl: regionalUrl }, work)

describe.each(mounts)('through the %s', (mount) => {
  type Options = { model?: string; headers?: Record<string, string>; signal?: AbortSignal }

  function post(key: TestKey | null, action: string, body: unknown, options: Options = {}): Promise<Response> {
    const { model = 'claude', headers, signal } = options
    return fetch(`${g.urlOf(mount)}/bedrock/model/${encodeURIComponent(model)}/${action}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key ? { authorization: `Bearer ${key.text}` } : {}),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: signal ?? null,
    })
  }

  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer())
  const said = (text: string, fields: object = {}) => ({ messages: [{ role: 'user', content: [{ text }] }], ...fields })
  const asked = (text: string, fields: object = {}) => ({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 500,
    messages: [{ role: 'user', content: text }],
    ...fields,
  })

  const eventOf = (key: TestKey) => lastEventOf(g, key.id)
  const lastCall = () => lastSimulatedCall(g)

  describe('a model at Bedrock', () => {
    test('answers Converse as Bedrock answers, and is priced by its own usage', async () => {
      const key = await g.makeKey()
      const body = said('@sim in=40 out=20 cached=4 cache_write=6 Where is parcel 4711?')
      const answer = await post(key, 'converse', body)
      expect([answer.status, answer.headers.get('x-gatehouse-provider')]).toEqual([200, 'aws'])
      expect(answer.headers.get('x-amzn-requestid')).toBe((await lastCall()).id)
      expect(await answer.json()).toMatchObject({
        stopReason: 'end_turn',
        usage: { inputTokens: 30, outputTokens: 20 },
      })
      const event = await eventOf(key)
      expect(event).toMatchObject({
        outcome: 'served',
        endpoint: 'converse',
        provider: 'aws',
        model: 'claude',
        tokens: { input: 30, cached_read: 4, cache_write_5m: 6, output: 20 },
        estimated: false,
      })
      expect(event.costNanos).toBe(String(30 * 3_000 + 4 * 300 + 6 * 3_750 + 20 * 15_000))
    })

    test.each([
      ['converse', said('@sim out=9 reasoning=2 hi', { newField: 1.5 })],
      ['converse-stream', said('@sim out=9 reasoning=2 hi', { newField: 1.5 })],
      ['invoke', asked('@sim out=9 hi', { anthropic_beta: ['context-1m-2025-08-07'] })],
      ['invoke-with-response-stream', asked('@sim out=9 hi')],
    ])('%s goes there signed, the caller’s bytes in and the provider’s out', async (action, body) => {
      const key = await g.makeKey()
      const sent = ` ${JSON.stringify(body)}\n`
      let got: Buffer | null = null
      const seen = await capture(async () => {
        got = await bytesOf(await post(key, action, sent, { model: upstreamModel, headers: { cookie: 'x=1' } }))
      })
      expect(seen.path).toBe(`/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/${action}`)
      expect(seen.body.toString()).toBe(sent)
      expect(isSignedWith(secret, seen)).toBe(true)
      expect(seen.headers.authorization).toMatch(/\/eu-central-1\/bedrock\/aws4_request/)
      expect(JSON.stringify(seen.headers)).not.toContain(key.text)
      expect(seen.headers).not.toHaveProperty('cookie')
      expect(got!.equals(seen.answer)).toBe(true)
      expect(await eventOf(key)).toMatchObject({ outcome: 'served', tokens: { output: 9 }, estimated: false })
    })

    test('streams its frames, and the usage in the last of them is exact', async () => {
      const key = await g.makeKey()
      const answer = await post(key, 'converse-stream', said('@sim in=40 out=12 garbage=split hi'))
      expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
      const frames = eventFrames(await bytesOf(answer))
      expect(frames.at(-1)).toMatchObject({
        name: 'metadata',
        payload: { usage: { inputTokens: 40, outputTokens: 12 } },
      })
      expect(await eventOf(key)).toMatchObject({
        outcome: 'served',
        stream: true,
        tokens: { input: 40, output: 12 },
        estimated: false,
      })
    })

    test('streams Anthropic’s events in frames, and is priced by what they tell', async () => {
      const key = await g.makeKey()
      const answer = await post(key, 'invoke-with-response-stream', asked('@sim in=40 out=12 cached=4 hi'))
      const events = chunksIn(eventFrames(await bytesOf(answer)))
      expect(events.at(-2)).toMatchObject({ type: 'message_delta', usage: { output_tokens: 12 } })
      expect(await eventOf(key)).toMatchObject({
        endpoint: 'converse',
        modelServed: upstreamModel,
        tokens: { input: 36, cached_read: 4, output: 12 },
        estimated: false,
      })
    })

    test('takes InvokeModel’s body as the bytes that AWS’s clients call it', async () => {
      const key = await g.makeKey()
      const headers = { 'content-type': 'application/octet-stream' }
      expect((await post(key, 'invoke', asked('hi'), { headers })).status).toBe(200)
      expect((await post(key, 'converse', said('hi'), { headers })).status).toBe(415)
    })

    test.each(['converse-stream', 'invoke-with-response-stream'])(
      'stops when its caller leaves %s, and what had come is paid for',
      async (action) => {
        const key = await g.makeKey()
        const leaving = new AbortController()
        const text = '@sim in=40 out=300 gap=20 Hello'
        const body = action === 'converse-stream' ? said(text) : asked(text)
        const answer = await post(key, action, body, { signal: leaving.signal })
        const reader = answer.body!.getReader()
        let bytes = Buffer.alloc(0)
        while (bytes.length < 2_000) bytes = Buffer.concat([bytes, (await reader.read()).value!])
        leaving.abort()
        const event = await eventOf(key)
        expect(event).toMatchObject({ outcome: 'aborted', estimated: true })
        expect(event.tokens.output).toBeGreaterThanOrEqual(5)
        expect(event.tokens.output).toBeLessThan(300)
        await expect.poll(async () => (await lastCall()).finished).toBe('aborted')
      },
    )

    test.each(['converse-stream', 'invoke-with-response-stream'])(
      'that breaks off in %s ends with an exception, behind whole frames',
      async (action) => {
        const key = await g.makeKey()
        const text = '@sim out=20 cut=6 hi'
        const answer = await post(key, action, action === 'converse-stream' ? said(text) : asked(text))
        const frames = eventFrames(await bytesOf(answer))
        expect(frames.at(-1)).toMatchObject({
          type: 'exception',
          name: 'modelStreamErrorException',
          payload: { message: expect.stringContaining('broke off') as string, gatehouse: { code: 'upstream_error' } },
        })
        expect(await eventOf(key)).toMatchObject({ outcome: 'cut', estimated: true, tokens: { output: 6 } })
      },
    )

    test('gets the output maximum that the hold of a hard budget counted on', async () => {
      const key = await g.makeKey({ budget: { amountNanos: 2_000_000n } })
      const answer = await post(key, 'converse', said('@sim out=5000 hi', { inferenceConfig: { temperature: 0 } }))
      const { stopReason, usage } = (await answer.json()) as { stopReason: string; usage: { outputTokens: number } }
      expect(stopReason).toBe('max_tokens')
      expect(usage.outputTokens * 15_000).toBeLessThanOrEqual(2_000_000)
    })

    test('tells its own error in its own words', async () => {
      const key = await g.makeKey()
      const answer = await post(key, 'converse', { messages: [{ role: 'user', content: [{ nonsense: {} }] }] })
      expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException'])
      expect(((await answer.json()) as { message: string }).message).toMatch(/^messages\.0\.content\.0/)
    })
  })

  describe('a model of another wire', () => {
    const model = 'gpt-4o-mini'
    const weather = {
      tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object', properties: {} } } } }],
    }

    test('answers Converse in Bedrock’s shape, and is priced by its own usage', async () => {
      const key = await g.makeKey()
      const body = said('@sim in=40 out=6 cached=8 hi', { inferenceConfig: { maxTokens: 64 } })
      const answer = await post(key, 'converse', body, { model })
      expect([answer.status, answer.headers.get('x-gatehouse-provider')]).toEqual([200, 'openai'])
      expect(await answer.json()).toEqual({
        output: { message: { role: 'assistant', content: [{ text: 'This is a simulated answ' }] } },
        stopReason: 'end_turn',
        usage: {
          inputTokens: 32,
          outputTokens: 6,
          totalTokens: 46,
          cacheReadInputTokens: 8,
          cacheWriteInputTokens: 0,
        },
        metrics: { latencyMs: expect.any(Number) as number },
      })
      expect(await eventOf(key)).toMatchObject({
        endpoint: 'converse',
        provider: 'openai',
        tokens: { input: 32, cached_read: 8, output: 6 },
        estimated: false,
      })
    })

    test('streams it in frames, a tool call too', async () => {
      const key = await g.makeKey()
      const answer = await post(key, 'converse-stream', said('@sim in=40 tool hi', { toolConfig: weather }), { model })
      expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
      const frames = eventFrames(await bytesOf(answer))
      expect(frames[0]).toMatchObject({ name: 'messageStart', payload: { role: 'assistant' } })
      expect(frames[1]).toMatchObject({
        name: 'contentBlockStart',
        payload: { start: { toolUse: { name: 'weather' } } },
      })
      expect(frames.slice(-3).map(({ name, payload }) => [name, payload])).toMatchObject([
        ['contentBlockStop', { contentBlockIndex: 0 }],
        ['messageStop', { stopReason: 'tool_use' }],
        ['metadata', { usage: { inputTokens: 40, outputTokens: 16 } }],
      ])
      expect(await eventOf(key)).toMatchObject({ tokens: { input: 40, output: 16 }, estimated: false })
    })

    test('that breaks off ends with an exception', async () => {
      const answer = await post(await g.makeKey(), 'converse-stream', said('@sim out=9 cut=3 hi'), { model })
      expect(eventFrames(await bytesOf(answer)).at(-1)).toMatchObject({ type: 'exception' })
    })

    test('answers Anthropic’s body, whole and in frames', async () => {
      const key = await g.makeKey()
      const whole = await post(key, 'invoke', asked('@sim in=40 out=6 hi'), { model })
      expect(await whole.json()).toMatchObject({ type: 'message', usage: { input_tokens: 40, output_tokens: 6 } })
      const stream = await post(key, 'invoke-with-response-stream', asked('@sim in=40 out=6 hi'), { model })
      expect(stream.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
      const events = chunksIn(eventFrames(await bytesOf(stream)))
      expect(events.map(({ type }) => type)).toEqual([
        'message_start',
        'content_block_start',
        ...Array<string>(6).fill('content_block_delta'),
        'content_block_stop',
        'message_delta',
        'message_stop',
      ])
      expect(events.at(-2)).toMatchObject({ usage: { input_tokens: 40, output_tokens: 6 } })
    })

    test('does without what only Bedrock has, and says so', async () => {
      const key = await g.makeKey()
      const guarded = said('hi', { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } })
      const answer = await post(key, 'converse', guarded, { model })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        __type: 'ValidationException',
        message: expect.stringContaining('guardrailConfig') as string,
        gatehouse: { code: 'unsupported_parameter' },
      })
      const hinted = await post(key, 'converse', said('hi', { requestMetadata: { a: 'b' } }), { model })
      expect([hinted.status, hinted.headers.get('x-gatehouse-left-out')]).toEqual([200, 'requestMetadata'])
    })

    test('tells its provider’s error in Bedrock’s shape', async () => {
      const answer = await post(await g.makeKey(), 'converse', said('@sim error=400 hi'), { model })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toEqual({
        __type: 'ValidationException',
        message: expect.stringContaining('Simulated error 400') as string,
      })
    })
  })

  describe('a caller of another wire', () => {
    function chat(key: TestKey, content: string, fields: object = {}): Promise<Response> {
      return fetch(`${g.urlOf(mount)}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
        body: JSON.stringify({ model: 'claude', messages: [{ role: 'user', content }], ...fields }),
      })
    }

    test('gets the answer of a model at Bedrock in its own shape, and the call is signed', async () => {
      const key = await g.makeKey()
      let answer: unknown = null
      const seen = await capture(async () => {
        answer = await (await chat(key, '@sim in=40 out=6 cached=8 hi', { max_completion_tokens: 64 })).json()
      })
      expect(answer).toMatchObject({
        choices: [{ message: { content: 'This is a simulated answ' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 40, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 8 } },
      })
      expect(isSignedWith(secret, seen)).toBe(true)
      expect(JSON.parse(seen.body.toString())).toEqual({
        messages: [{ role: 'user', content: [{ text: '@sim in=40 out=6 cached=8 hi' }] }],
        inferenceConfig: { maxTokens: 64 },
      })
      expect(await eventOf(key)).toMatchObject({
        endpoint: 'chat',
        provider: 'aws',
        tokens: { input: 32, cached_read: 8, output: 6 },
      })
    })

    test('gets Claude’s thoughts and calls as Anthropic has them, and hands them back', async () => {
      const key = await g.makeKey()
      const question = { role: 'user', content: '@sim in=40 out=9 reasoning=3 tool hi' }
      const tools = [{ name: 'look', input_schema: { type: 'object', properties: {} } }]
      const thinking = { type: 'enabled', budget_tokens: 2048 }
      const ask = (messages: object[]) =>
        fetch(`${g.urlOf(mount)}/anthropic/v1/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': key.text },
          body: JSON.stringify({ model: 'smart', max_tokens: 4_096, thinking, tools, messages }),
        })
      const answer = (await (await ask([question])).json()) as { content: { type: string; id: string }[] }
      expect(answer).toMatchObject({
        content: [
          { type: 'thinking', thinking: 'Each token o' },
          { type: 'tool_use', name: 'look', input: {} },
        ],
        stop_reason: 'tool_use',
        usage: { input_tokens: 40, output_tokens: 9 },
      })
      const result = { type: 'tool_result', tool_use_id: answer.content[1]!.id, content: 'ok' }
      const seen = await capture(async () => {
        const messages = [question, { role: 'assistant', content: answer.content }, { role: 'user', content: [result] }]
        expect(await (await ask(messages)).json()).toMatchObject({ stop_reason: 'end_turn' })
      })
      expect(JSON.parse(seen.body.toString())).toMatchObject({
        inferenceConfig: { maxTokens: 4_096 },
        additionalModelRequestFields: { thinking },
        messages: [
          {},
          {
            content: [
              {
                reasoningContent: { reasoningText: { text: 'Each token o', signature: expect.any(String) as string } },
              },
              { toolUse: { name: 'look' } },
            ],
          },
          { content: [{ toolResult: { content: [{ text: 'ok' }] } }] },
        ],
      })
    })

    test('streams it as its own events', async () => {
      const key = await g.makeKey()
      const answer = await chat(key, '@sim in=40 out=6 garbage=split hi', {
        stream: true,
        stream_options: { include_usage: true },
      })
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      const events = (await answer.text()).split('\n\n').filter((event) => event !== '')
      expect(events.at(-1)).toBe('data: [DONE]')
      const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Chunk)
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toMatch(/^🚚日 éé/)
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 40, completion_tokens: 6 } })
      expect(await eventOf(key)).toMatchObject({ tokens: { input: 40, output: 6 }, estimated: false })
    })

    test('is told inside its stream that the answer broke off', async () => {
      const key = await g.makeKey()
      const text = await (await chat(key, '@sim out=9 cut=3 hi', { stream: true })).text()
      expect(text).toContain('"code":"upstream_error"')
      expect(text).not.toContain('[DONE]')
    })

    test('reads an error of Bedrock’s in its own shape', async () => {
      const answer = await chat(await g.makeKey(), '@sim error=400 hi')
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        error: { message: expect.stringContaining('Simulated error 400') as string },
      })
    })
  })

  describe('a refusal', () => {
    test.each<[string, string, unknown, Options, number, string]>([
      ['a body without messages', 'converse', {}, {}, 400, 'ValidationException'],
      ['a body of nobody’s', 'invoke', { taskType: 'TEXT_IMAGE' }, {}, 400, 'ValidationException'],
      ['an unknown model', 'converse-stream', said('hi'), { model: 'claude-none' }, 404, 'ResourceNotFoundException'],
      ['an unknown action', 'converse-later', said('hi'), {}, 404, 'ResourceNotFoundException'],
    ])('of %s is in the shape that AWS’s clients read', async (_what, action, body, options, status, name) => {
      const answer = await post(await g.makeKey(), action, body, options)
      expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, name])
      const id = answer.headers.get('x-gatehouse-request-id')!
      expect(await answer.json()).toMatchObject({
        __type: name,
        message: expect.any(String) as string,
        gatehouse: { decision_id: id.replace('call_', 'dec_') },
      })
    })

    test('of a limit is a throttling', async () => {
      const key = await g.makeKey({ limits: { rpm: 1 } })
      await post(key, 'converse', said('hi'))
      const answer = await post(key, 'converse-stream', said('hi'))
      expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([429, 'ThrottlingException'])
      expect(await answer.json()).toMatchObject({ gatehouse: { code: 'rate_limit_exceeded', limit: 1 } })
    })

    test('of a signed call says how the key is sent instead', async () => {
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20261128/us-east-1/bedrock/aws4_request' }
      const answer = await post(null, 'converse', said('hi'), { headers })
      expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([401, 'AccessDeniedException'])
      expect(((await answer.json()) as { message: string }).message).toContain('AWS_BEARER_TOKEN_BEDROCK')
    })

    test('of a wrong bearer is that of every wire', async () => {
      const answer = await post(null, 'converse', said('hi'), {
        headers: { authorization: 'Bearer bedrock-api-key-x' },
      })
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ gatehouse: { code: 'invalid_api_key' } })
    })
  })
})
