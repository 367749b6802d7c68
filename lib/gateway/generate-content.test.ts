/** What callers of Google's Gemini API are promised, through a real socket, on both mounts. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastEventOf, lastSimulatedCall } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway } from '#lib/testing/gateway.ts'

let g: TestGateway
beforeAll(async () => {
  g = await startTestGateway()
  await g.change(['catalog'], async ({ db }) => {
    const baseUrl = `${g.simulator.url}/gemini/v1beta`
    await db.provider.create({
      data: { id: 'prov_gemini', name: 'google', displayName: 'Google', kind: 'gemini', baseUrl, simulated: true },
    })
    const models = [
      { name: 'gemini-2.5-flash', upstreamModel: 'gemini-2.5-flash', endpoints: ['generate_content', 'count_tokens'] },
      { name: 'flash', upstreamModel: 'gemini/upstream', endpoints: ['generate_content', 'count_tokens'] },
      { name: 'embedding', upstreamModel: 'gemini-embedding-001', endpoints: ['embeddings'] },
    ]
    for (const { name, upstreamModel, endpoints } of models) {
      await db.model.create({
        data: {
          id: `model_${name}`,
          name,
          displayName: `Model ${name}`,
          vendor: 'google',
          endpoints,
          maxOutputTokens: 65_536,
          deployments: { create: { id: `depl_${name}`, providerId: 'prov_gemini', upstreamModel } },
          prices: {
            create: { id: `price_${name}`, nanosPerMillion: prices, effectiveFrom: new Date(0), source: 'test' },
          },
        },
      })
    }
  })
}, 60_000)
afterAll(() => g?.close())

/** $0.30, $0.03 and $2.50 a million, in nano-USD: 300, 30 and 2,500 a token. */
const prices = { input: 300_000_000, cached_read: 30_000_000, output: 2_500_000_000 }

type Chunk = {
  readonly candidates: readonly { readonly finishReason?: string }[]
  readonly usageMetadata: {
    readonly promptTokenCount: number
    readonly candidatesTokenCount?: number
    readonly thoughtsTokenCount?: number
  }
}

/** The one request that reaches a provider while `work` runs. */
async function capture(work: (baseUrl: string) => Promise<void>) {
  const seen = { url: '', headers: '', body: '' }
  const server = createServer((request: IncomingMessage, response) => {
    Object.assign(seen, { url: request.url, headers: JSON.stringify(request.headers) })
    request.on('data', (chunk: Buffer) => (seen.body += chunk.toString()))
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('data: {"candidates":[{"finishReason":"STOP"}]}\r\n\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1beta`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  return seen
}

describe.each(mounts)('through the %s', (mount) => {
  const body = (text: string, fields: object = {}) => ({ contents: [{ role: 'user', parts: [{ text }] }], ...fields })

  type Options = { model?: string; base?: string; query?: string; headers?: object; signal?: AbortSignal }

  function post(key: string, method: string, sent: unknown, options: Options = {}) {
    const { model = 'gemini-2.5-flash', base = '/v1beta', query = '', headers, signal } = options
    return fetch(`${g.urlOf(mount)}${base}/models/${model}:${method}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'x-goog-api-key': key } : {}), ...headers },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
      signal: signal ?? null,
    })
  }

  const eventOf = (keyId: string) => lastEventOf(g, keyId)
  const lastCall = () => lastSimulatedCall(g)

  test('an answer comes back as the provider gave it, and is priced by its own usage', async () => {
    const key = await g.makeKey()
    const answer = await post(
      key.text,
      'generateContent',
      body('@sim out=20 reasoning=5 cached=4 Where is parcel 4711?'),
    )
    expect([answer.status, answer.headers.get('x-gatehouse-provider')]).toEqual([200, 'google'])
    const { usageMetadata } = (await answer.json()) as Chunk
    expect(usageMetadata).toMatchObject({ candidatesTokenCount: 15, thoughtsTokenCount: 5 })
    const input = usageMetadata.promptTokenCount - 4
    const event = await eventOf(key.id)
    expect(event).toMatchObject({
      outcome: 'served',
      endpoint: 'generate_content',
      provider: 'google',
      modelServed: 'gemini-2.5-flash',
      tokens: { input, cached_read: 4, output: 20, reasoning: 5 },
      estimated: false,
    })
    expect(event.costNanos).toBe(String(input * 300 + 4 * 30 + 20 * 2500))
  })

  test.each(['/v1beta', '/gemini/v1beta', '/gemini/v1', '/v1'])('%s is a base of Google’s clients', async (base) => {
    const key = await g.makeKey()
    expect((await post(key.text, 'generateContent', body('hi'), { base })).status).toBe(200)
    expect((await lastCall()).path).toBe('/gemini/v1beta/models/gemini-2.5-flash:generateContent')
  })

  test('the model of the address is called by its name at the provider', async () => {
    const key = await g.makeKey()
    expect((await post(key.text, 'generateContent', body('hi'), { model: 'flash' })).status).toBe(200)
    expect((await lastCall()).path).toBe('/gemini/v1beta/models/gemini/upstream:generateContent')
    expect(await eventOf(key.id)).toMatchObject({ model: 'flash', modelServed: 'gemini/upstream' })
  })

  test('the caller’s own bytes reach the provider; its key, its query and its own headers do not', async () => {
    const key = await g.makeKey()
    const sent = '{"store":false, "contents":[{"role":"user","parts":[{"text":"hi"}]}],"new_field":1.50}'
    const upstream = await capture(async (baseUrl) => {
      await g.change(['catalog'], ({ db }) => db.provider.update({ where: { id: 'prov_gemini' }, data: { baseUrl } }))
      const query = `?key=${key.text}&fields=candidates&alt=sse`
      await (await post('', 'streamGenerateContent', sent, { query, headers: { cookie: 'x=1' } })).text()
    })
    await g.change(['catalog'], ({ db }) =>
      db.provider.update({ where: { id: 'prov_gemini' }, data: { baseUrl: `${g.simulator.url}/gemini/v1beta` } }),
    )
    expect(upstream.body).toBe(sent)
    expect(upstream.url).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse')
    expect(upstream.headers).not.toContain(key.text)
    expect(upstream.headers).not.toContain('cookie')
    expect(JSON.stringify(await eventOf(key.id))).not.toContain(key.text)
  })

  test('a wrong key in the query is a 401 in Google’s shape', async () => {
    const answer = await post('', 'generateContent', body('hi'), { query: '?key=AIzaWrong' })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } })
  })

  test('a stream of events flows through whole, and its usage is exact', async () => {
    const key = await g.makeKey()
    const sent = body('@sim out=12 reasoning=5 Hello')
    const answer = await post(key.text, 'streamGenerateContent', sent, { query: '?alt=sse' })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const chunks = (await answer.text())
      .split('\r\n\r\n')
      .filter(Boolean)
      .map((event) => JSON.parse(event.slice('data: '.length)) as Chunk)
    expect(chunks).toHaveLength(8)
    expect(chunks.at(-1)!.candidates[0]!.finishReason).toBe('STOP')
    const input = chunks.at(-1)!.usageMetadata.promptTokenCount
    expect(await eventOf(key.id)).toMatchObject({
      outcome: 'served',
      stream: true,
      tokens: { input, output: 12, reasoning: 5 },
      estimated: false,
    })
  })

  test('a stream that comes as an array does too', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, 'streamGenerateContent', body('@sim out=12 reasoning=5 Hello'))
    expect(answer.headers.get('content-type')).toContain('application/json')
    const chunks = (await answer.json()) as Chunk[]
    expect(chunks).toHaveLength(8)
    const input = chunks.at(-1)!.usageMetadata.promptTokenCount
    expect(await eventOf(key.id)).toMatchObject({
      outcome: 'served',
      stream: true,
      modelServed: 'gemini-2.5-flash',
      tokens: { input, output: 12, reasoning: 5 },
      estimated: false,
    })
  })

  test.each(['?alt=sse', ''])(
    'a caller that leaves a stream%s pays for the prompt and for what had come',
    async (query) => {
      const key = await g.makeKey()
      const leaving = new AbortController()
      const sent = body('@sim out=200 reasoning=30 gap=20 Hello')
      const answer = await post(key.text, 'streamGenerateContent', sent, { query, signal: leaving.signal })
      const reader = answer.body!.getReader()
      let seen = ''
      while (seen.split('"text"').length < 6) seen += Buffer.from((await reader.read()).value!).toString()
      leaving.abort()
      const event = await eventOf(key.id)
      expect(event).toMatchObject({ outcome: 'aborted', estimated: true })
      expect(event.tokens.input).toBe(Number(/"promptTokenCount":(\d+)/.exec(seen)![1]))
      // The thoughts came before the first word.
      expect(event.tokens.output).toBeGreaterThanOrEqual(35)
      expect(event.tokens.output).toBeLessThan(200)
    },
  )

  test('counting tokens costs nothing', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, 'countTokens', body('Where is parcel 4711?'))
    expect(await answer.json()).toEqual({ totalTokens: expect.any(Number) as number })
    expect(await eventOf(key.id)).toMatchObject({
      endpoint: 'count_tokens',
      outcome: 'served',
      costNanos: '0',
      tokens: {},
      estimated: false,
    })
  })

  test('embeddings are made, and charged for by an estimate while the provider tells no usage', async () => {
    const key = await g.makeKey()
    const request = { model: 'models/embedding', content: { parts: [{ text: 'four' }] }, outputDimensionality: 3 }
    const options = { model: 'embedding' }
    const one = await post(key.text, 'embedContent', request, options)
    expect(await one.json()).toEqual({ embedding: { values: expect.any(Array) as number[] } })
    const many = await post(key.text, 'batchEmbedContents', { requests: [request, request] }, options)
    expect(many.status).toBe(200)
    expect(await many.json()).toMatchObject({ embeddings: [{}, {}] })
    expect((await lastCall()).path).toBe('/gemini/v1beta/models/gemini-embedding-001:batchEmbedContents')
    expect(await eventOf(key.id)).toMatchObject({ endpoint: 'embeddings', outcome: 'served', estimated: true })
  })

  test.each<[string, Options, object, number, string]>([
    ['no contents', {}, { contents: undefined }, 400, 'INVALID_ARGUMENT'],
    ['a model that is none', { model: 'gemini-none' }, {}, 404, 'NOT_FOUND'],
    [
      'what a model of another wire cannot take',
      { model: 'gpt-4o-mini' },
      { cachedContent: 'x' },
      400,
      'INVALID_ARGUMENT',
    ],
    ['another model in the body', {}, { model: 'models/gpt-4o' }, 400, 'INVALID_ARGUMENT'],
  ])('%s is refused in the shape that Google’s clients read', async (_what, options, fields, status, name) => {
    const key = await g.makeKey()
    const answer = await post(key.text, 'generateContent', body('hi', fields), options)
    expect(answer.status).toBe(status)
    const id = answer.headers.get('x-gatehouse-request-id')!
    const gatehouse = { decision_id: id.replace('call_', 'dec_') }
    expect(await answer.json()).toMatchObject({ error: { code: status, status: name, gatehouse } })
  })

  test('a model of another wire answers in Google’s shape, whole and as events', async () => {
    const key = await g.makeKey()
    const sent = body('@sim out=6 hi', { generationConfig: { maxOutputTokens: 64 } })
    const whole = await post(key.text, 'generateContent', sent, { model: 'gpt-4o-mini' })
    expect(await whole.json()).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'This is a simulated answ' }] }, finishReason: 'STOP' }],
      usageMetadata: { candidatesTokenCount: 6 },
      modelVersion: 'gpt-4o-mini',
    })
    const options = { model: 'gpt-4o-mini', query: '?alt=sse' }
    const stream = await (await post(key.text, 'streamGenerateContent', sent, options)).text()
    const chunks = stream.split('\r\n\r\n').filter(Boolean)
    expect(JSON.parse(chunks.at(-1)!.slice('data: '.length))).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { candidatesTokenCount: 6 },
    })
    expect(await eventOf(key.id)).toMatchObject({ endpoint: 'generate_content', provider: 'openai', estimated: false })
  })

  test('a stream as an array is not written anew, and the parameter that helps is named', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, 'streamGenerateContent', body('hi'), { model: 'gpt-4o-mini' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: {
        status: 'INVALID_ARGUMENT',
        details: [{ reason: 'UNSUPPORTED_PARAMETER' }, { fieldViolations: [{ field: 'alt' }] }],
      },
    })
  })

  test('a limit refuses in Google’s shape', async () => {
    const key = await g.makeKey({ limits: { rpm: 1 } })
    await post(key.text, 'generateContent', body('hi'))
    const answer = await post(key.text, 'generateContent', body('hi'))
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        details: [{ reason: 'RATE_LIMIT_EXCEEDED' }, { retryDelay: `${answer.headers.get('retry-after')}s` }],
        gatehouse: { code: 'rate_limit_exceeded', limit: 1 },
      },
    })
  })

  test('a hard budget sets the output maximum that its hold counted on', async () => {
    const key = await g.makeKey({ budget: { amountNanos: 200_000n } })
    const sent = body('@sim out=5000 hi', { generation_config: { temperature: 0 } })
    const answer = await post(key.text, 'generateContent', sent)
    expect(answer.status).toBe(200)
    expect(((await answer.json()) as Chunk).candidates[0]!.finishReason).toBe('MAX_TOKENS')
    expect(Number((await eventOf(key.id)).costNanos)).toBeLessThanOrEqual(200_000)
  })

  test('a provider’s own error comes back as it is', async () => {
    const key = await g.makeKey()
    const answer = await post(key.text, 'generateContent', body('@sim error=400 hi'))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  })

  test('models are listed in Google’s shape, with what each can do', async () => {
    const key = await g.makeKey()
    const get = async (path: string): Promise<unknown> =>
      (await fetch(g.urlOf(mount) + path, { headers: { 'x-goog-api-key': key.text } })).json()
    const flash = {
      name: 'models/gemini-2.5-flash',
      baseModelId: 'gemini-2.5-flash',
      displayName: 'Model gemini-2.5-flash',
      supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    }
    const list = (await get('/v1beta/models')) as { models: object[] }
    expect(Object.keys(list)).toEqual(['models'])
    expect(list.models).toContainEqual(flash)
    expect(list.models).toContainEqual(
      expect.objectContaining({
        name: 'models/gpt-4o-mini',
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
      }),
    )
    expect(await get('/gemini/v1beta/models/gemini-2.5-flash')).toEqual(flash)
    expect(await get('/v1beta/models/none')).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
  })
})
