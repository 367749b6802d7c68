/**
 * What everybody is promised of models at Vertex AI, and Vertex's clients of every model, through a real socket, on both
 * mounts.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { eventsOf } from '#lib/testing/calls.ts'
import { mounts, startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'
import { addCredential } from '#lib/testing/scripted-provider.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** $3, $0.30 and $15 a million, in nano-USD: 3,000, 300 and 15,000 a token. */
const prices = { input: 3_000_000_000, cached_read: 300_000_000, output: 15_000_000_000 }

/** Catalogue name, what Vertex calls it, and an alias. */
const models = [
  ['gemini-2.5-flash', 'gemini-2.5-flash', 'google/gemini-flash'],
  ['claude-sonnet-4-5', 'claude-sonnet-4-5@20250929', 'claude-sonnet-4-5@20250929'],
  ['other-claude', 'anthropic/opus@20251101', 'opus'],
] as const

const project = '/vertex/v1/projects/fernhill/locations/europe-west4'

/** Answers token requests as a test says, or what calls of Anthropic's own API get. */
type Answer = { readonly status?: number; readonly body: unknown; readonly afterMs?: number }
let server: Server
let serverUrl: string
let asked: string[]
let answer: () => Answer

let g: TestGateway
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push(body)
      const { status = 200, body: given, afterMs = 0 } = answer()
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(given))
      }, afterMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  g = await startTestGateway()
  await connect('vertex', 'vertex', g.simulator.url + project)
  await addCredential(g, 'prov_vertex', serviceAccount(`${g.simulator.url}/vertex/token`))
  for (const [name, upstreamModel, alias] of models) await addModel('vertex', name, upstreamModel, alias)
  await connect('own', 'anthropic', `${serverUrl}/v1`)
  await addModel('own', 'claude-own', 'claude-upstream', 'own')
}, 60_000)
afterAll(async () => {
  await g?.close()
  server?.closeAllConnections()
  server?.close()
})
beforeEach(() => {
  asked = []
})

function serviceAccount(tokenUrl: string): string {
  const key = { type: 'service_account', client_email: 'gate@fernhill.example', private_key: privateKey }
  return JSON.stringify({ ...key, token_uri: tokenUrl })
}

function connect(name: string, kind: string, baseUrl: string): Promise<void> {
  const data = { id: `prov_${name}`, name, displayName: name, kind, baseUrl, simulated: true }
  return g.change(['catalog'], ({ db }) => db.provider.create({ data }))
}

function addModel(provider: string, name: string, upstreamModel: string, alias: string): Promise<void> {
  return g.change(['catalog'], ({ db }) =>
    db.model.create({
      data: {
        id: `model_${name}`,
        name,
        displayName: name,
        vendor: 'test',
        endpoints: ['chat', 'count_tokens'],
        maxOutputTokens: 64_000,
        aliases: { create: { name: alias } },
        deployments: { create: { id: `depl_${name}`, providerId: `prov_${provider}`, upstreamModel } },
        prices: {
          create: { id: `price_${name}`, nanosPerMillion: prices, effectiveFrom: new Date(0), source: 'test' },
        },
      },
    }),
  )
}

async function lastCall(): Promise<CallEntry> {
  const calls = (await (await fetch(`${g.simulator.url}/_sim/calls?since=0`)).json()) as CallEntry[]
  return calls.at(-1)!
}

/** How each wire's clients ask for a model, whole or as a stream, and how their stream ends. */
type Caller = {
  readonly path: (model: string, stream: boolean) => string
  readonly body: (text: string, stream: boolean, model: string) => object
  readonly end: string
}
const contents = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] })
const messages = (text: string) => ({ messages: [{ role: 'user', content: text }], max_tokens: 64 })
const googleMethod = (stream: boolean) => (stream ? 'streamGenerateContent?alt=sse' : 'generateContent')
const callers: Record<string, Caller> = {
  'OpenAI’s': {
    path: () => '/v1/chat/completions',
    body: (text, stream, model) => ({ model, stream, ...messages(text) }),
    end: 'data: [DONE]',
  },
  'Anthropic’s': {
    path: () => '/v1/messages',
    body: (text, stream, model) => ({ model, stream, ...messages(text) }),
    end: 'event: message_stop',
  },
  'Gemini’s': {
    path: (model, stream) => `/v1beta/models/${model}:${googleMethod(stream)}`,
    body: contents,
    end: '"finishReason":"STOP"',
  },
  'Vertex’s Gemini': {
    path: (model, stream) =>
      `/vertex/v1beta1/projects/mine/locations/global/publishers/google/models/${model}:${googleMethod(stream)}`,
    body: contents,
    end: '"finishReason":"STOP"',
  },
  'Vertex’s Claude': {
    path: (model, stream) =>
      `${project}/publishers/anthropic/models/${model}:${stream ? 'streamRawPredict' : 'rawPredict'}`,
    body: (text, stream) => ({
      anthropic_version: 'vertex-2023-10-16',
      ...messages(text),
      ...(stream ? { stream } : {}),
    }),
    end: 'event: message_stop',
  },
}
const targets = {
  'gemini-2.5-flash': [
    'google/models/gemini-2.5-flash:generateContent',
    'google/models/gemini-2.5-flash:streamGenerateContent',
  ],
  'claude-sonnet-4-5': [
    'anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
    'anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
  ],
  'other-claude': ['anthropic/models/opus@20251101:rawPredict', 'anthropic/models/opus@20251101:streamRawPredict'],
} as const
const pairs = Object.keys(callers).flatMap((caller) =>
  (Object.keys(targets) as (keyof typeof targets)[]).map((model) => [caller, model] as const),
)

describe.each(mounts)('through the %s', (mount) => {
  function post(key: TestKey, path: string, body: object | string): Promise<Response> {
    return fetch(g.urlOf(mount) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key.text}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  /** Looks at all that there is to see from outside. */
  async function told(key: TestKey, response: Response): Promise<string> {
    const text = await response.text()
    const seen = text + JSON.stringify([...response.headers, ...(await eventsOf(g, key, 1))])
    for (const secret of ['ya29.', 'PRIVATE KEY', 'gate@fernhill']) expect(seen).not.toContain(secret)
    return text
  }

  test.each(pairs)('%s clients get an answer of %s, and pay for what it counted', async (name, model) => {
    const caller = callers[name]!
    const key = await g.makeKey()
    const text = '@sim in=100 out=20 cached=40 hello'
    const response = await post(key, caller.path(model, false), caller.body(text, false, model))
    expect(response.status).toBe(200)
    expect(await told(key, response)).toContain('This is a simulated')
    const call = await lastCall()
    expect(call).toMatchObject({ provider: 'vertex', path: `${project}/publishers/${targets[model][0]}` })
    expect(call.headers.authorization).toBe('Bearer ya29.simulated')
    expect(JSON.stringify(call.headers)).not.toContain(key.text)
    const [event] = await eventsOf(g, key, 1)
    expect(event).toMatchObject({
      outcome: 'served',
      provider: 'vertex',
      model,
      stream: false,
      tokens: { input: 60, cached_read: 40, output: 20 },
      estimated: false,
      costNanos: String(60 * 3_000 + 40 * 300 + 20 * 15_000),
    })
  })

  test.each(pairs)('%s clients get a stream of %s to its end, and pay for what it counted', async (name, model) => {
    const caller = callers[name]!
    const key = await g.makeKey()
    const response = await post(key, caller.path(model, true), caller.body('@sim in=100 out=20 hello', true, model))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await told(key, response)).toContain(caller.end)
    expect((await lastCall()).path).toBe(`${project}/publishers/${targets[model][1]}`)
    const [event] = await eventsOf(g, key, 1)
    expect(event).toMatchObject({
      outcome: 'served',
      stream: true,
      tokens: { input: 100, output: 20 },
      estimated: false,
      costNanos: String(100 * 3_000 + 20 * 15_000),
    })
  })

  describe('a conversation with tools goes on at a Gemini', () => {
    const args = { city: 'Bern' }
    const result = 'sunny'

    test('from OpenAI’s clients', async () => {
      const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: JSON.stringify(args) } }
      const response = await post(await g.makeKey(), '/v1/chat/completions', {
        model: 'gemini-2.5-flash',
        tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }],
        messages: [
          { role: 'user', content: '@sim out=4 hi' },
          { role: 'assistant', tool_calls: [call] },
          { role: 'tool', tool_call_id: 'call_1', content: result },
        ],
      })
      expect(await response.json()).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
    })

    test('from Gemini’s clients, whose own API gives out ids', async () => {
      const response = await post(await g.makeKey(), '/v1beta/models/gemini-2.5-flash:generateContent', {
        contents: [
          ...contents('@sim out=4 hi').contents,
          { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'weather', args } }] },
          { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'weather', response: { result } } }] },
        ],
      })
      expect(await response.json()).toMatchObject({ candidates: [{ finishReason: 'STOP' }] })
    })
  })

  describe('Vertex’s clients', () => {
    const claude = (model: string, method = 'rawPredict') => `${project}/publishers/anthropic/models/${model}:${method}`
    const versioned = (text: string) => ({ anthropic_version: 'vertex-2023-10-16', ...messages(text) })

    test('may name the version of a model, which is an alias', async () => {
      const key = await g.makeKey()
      expect((await post(key, claude('claude-sonnet-4-5@20250929'), versioned('hi'))).status).toBe(200)
      expect((await eventsOf(g, key, 1))[0]).toMatchObject({ model: 'claude-sonnet-4-5', endpoint: 'messages' })
    })

    test('may show the key as Google’s, at any address of a project, or at none', async () => {
      const key = await g.makeKey()
      for (const base of [project, '/vertex/v1beta1/projects/-/locations/-', '/vertex/v1beta1']) {
        const path = `${base}/publishers/google/models/gemini-2.5-flash:generateContent`
        const headers = { 'content-type': 'application/json', 'x-goog-api-key': key.text }
        const init = { method: 'POST', headers, body: JSON.stringify(contents('hi')) }
        expect((await fetch(g.urlOf(mount) + path, init)).status).toBe(200)
        expect((await lastCall()).path).toContain('/projects/fernhill/locations/europe-west4/')
      }
    })

    test('get a stream where the address asks for one and the body does not', async () => {
      const key = await g.makeKey()
      const response = await post(key, claude('claude-sonnet-4-5', 'streamRawPredict'), versioned('@sim out=4 hi'))
      expect(await response.text()).toContain('event: message_stop')
      const other = await post(key, claude('gpt-4o-mini', 'streamRawPredict'), versioned('@sim out=4 hi'))
      expect(await other.text()).toContain('event: message_stop')
    })

    test('reach models of other providers', async () => {
      const key = await g.makeKey()
      const response = await post(key, claude('gpt-4o-mini'), versioned('@sim out=4 hi'))
      expect(await response.json()).toMatchObject({ type: 'message', usage: { output_tokens: 4 } })
      expect((await lastCall()).path).toBe('/openai/v1/chat/completions')
    })

    test('count tokens, of a Claude by the model of the body, for nothing', async () => {
      const key = await g.makeKey()
      const counted = await post(key, claude('count-tokens'), { ...versioned('hello'), model: 'claude-sonnet-4-5' })
      expect(await counted.json()).toEqual({ input_tokens: expect.any(Number) as number })
      expect(await lastCall()).toMatchObject({
        path: `${project}/publishers/anthropic/models/count-tokens:rawPredict`,
        model: 'claude-sonnet-4-5@20250929',
      })
      const path = `${project}/publishers/google/models/gemini-2.5-flash:countTokens`
      expect(await (await post(key, path, contents('hello'))).json()).toEqual({
        totalTokens: expect.any(Number) as number,
      })
      const events = await eventsOf(g, key, 2)
      expect(events.map(({ endpoint, costNanos }) => [endpoint, costNanos])).toEqual([
        ['count_tokens', '0'],
        ['count_tokens', '0'],
      ])
    })

    test.each([
      ['google', 'generateContent', contents('hi'), { error: { code: 403, status: 'PERMISSION_DENIED' } }],
      ['anthropic', 'rawPredict', versioned('hi'), { type: 'error', error: { type: 'permission_error' } }],
    ])('are refused in the shape of %s', async (publisher, method, body, shape) => {
      const key = await g.makeKey({ models: ['gpt-4o'] })
      const path = `${project}/publishers/${publisher}/models/claude-sonnet-4-5:${method}`
      const response = await post(key, path, body)
      expect([response.status, await response.json()]).toMatchObject([403, shape])
    })

    test('are not let past the model of the address by one in the body', async () => {
      const key = await g.makeKey({ models: ['gemini-2.5-flash'] })
      const body = { ...versioned('hi'), model: 'gemini-2.5-flash' }
      expect((await post(key, claude('claude-sonnet-4-5'), body)).status).toBe(403)
    })
  })

  describe('at Anthropic itself, a body from Vertex’s clients', () => {
    const message = {
      type: 'message',
      role: 'assistant',
      model: 'claude-upstream',
      content: [],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    }

    test('has a model, no version of the other cloud’s, and all else that it had', async () => {
      answer = () => ({ body: message })
      const key = await g.makeKey()
      const sent = { anthropic_version: 'vertex-2023-10-16', ...messages('hi'), new_field: { a: 1 } }
      const path = `${project}/publishers/anthropic/models/claude-own:rawPredict`
      expect((await post(key, path, sent)).status).toBe(200)
      expect(JSON.parse(asked[0]!)).toEqual({ model: 'claude-upstream', ...messages('hi'), new_field: { a: 1 } })
    })

    test('asks for the stream that its address asked for', async () => {
      answer = () => ({ body: message })
      const key = await g.makeKey()
      const path = `${project}/publishers/anthropic/models/claude-own:streamRawPredict`
      await (await post(key, path, messages('hi'))).text()
      expect(JSON.parse(asked[0]!)).toEqual({ model: 'claude-upstream', stream: true, ...messages('hi') })
    })
  })

  test('the caller’s own bytes reach Vertex where they are what it wants', async () => {
    const key = await g.makeKey()
    const baseUrl = `${serverUrl}/v1/projects/p/locations/l`
    answer = () => ({ body: {} })
    await g.change(['catalog'], ({ db }) => db.provider.update({ where: { id: 'prov_vertex' }, data: { baseUrl } }))
    const sent =
      '{"anthropic_version":"vertex-2023-10-16", "max_tokens":64,"messages":[{"role":"user","content":"hi"}],"x":1.50}'
    await post(key, `${project}/publishers/anthropic/models/claude-sonnet-4-5:rawPredict`, sent)
    const chat = `{"contents":[{"role":"user","parts":[{"text":"hi"}]}], "x":1.50}`
    await post(key, `${project}/publishers/google/models/gemini-2.5-flash:generateContent`, chat)
    const back = { baseUrl: g.simulator.url + project }
    await g.change(['catalog'], ({ db }) => db.provider.update({ where: { id: 'prov_vertex' }, data: back }))
    expect(asked).toEqual([sent, chat])
  })

  describe('a service account’s token', () => {
    let model: string
    const chat = (key: TestKey) => post(key, '/v1/chat/completions', { model, ...messages('@sim in=10 out=5 hi') })

    /** A provider of its own, with a credential that no token is known for. */
    beforeEach(async () => {
      model = `flash-${mount.replace(' ', '-')}-${Date.now()}`
      await connect(model, 'vertex', g.simulator.url + project)
      await addCredential(g, `prov_${model}`, serviceAccount(`${serverUrl}/token?${model}`))
      await addModel(model, model, 'gemini-2.5-flash', `alias-${model}`)
    })

    test('is fetched once for 20 calls at a time, and for those after them', async () => {
      answer = () => ({ body: { access_token: 'ya29.shared', expires_in: 3600 }, afterMs: 200 })
      const key = await g.makeKey()
      const answers = await Promise.all(Array.from({ length: 20 }, () => chat(key)))
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
      expect((await chat(key)).status).toBe(200)
      expect(asked).toHaveLength(1)
      expect((await lastCall()).headers.authorization).toBe('Bearer ya29.shared')
    })

    test('is fetched again once it has less than a minute to go', async () => {
      answer = () => ({ body: { access_token: `ya29.${asked.length}`, expires_in: 61 } })
      const key = await g.makeKey()
      await chat(key)
      expect((await lastCall()).headers.authorization).toBe('Bearer ya29.1')
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await chat(key)
      expect((await lastCall()).headers.authorization).toBe('Bearer ya29.2')
    })

    test.each<[string, Answer]>([
      ['that is refused', { status: 400, body: { error: 'invalid_grant', error_description: privateKey } }],
      ['that cannot be had', { status: 503, body: {} }],
      ['that is none', { body: { token: 'ya29' } }],
    ])('%s is a 502 that costs nothing, and nothing reaches Vertex', async (_what, given) => {
      answer = () => given
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
      const before = (await lastCall()).id
      const response = await chat(key)
      expect(response.status).toBe(502)
      expect(await told(key, response)).toContain('upstream_error')
      expect((await eventsOf(g, key, 1))[0]).toMatchObject({
        outcome: 'failed',
        errorCode: 'upstream_error',
        costNanos: '0',
        attempts: [{ status: null, error: 'no access token' }, ...(given.status === 400 ? [] : [{}])],
      })
      expect((await lastCall()).id).toBe(before)
      expect(await g.heldOn(key)).toBe(0n)
    })

    test('that Vertex turns down is not shown again', async () => {
      answer = () => ({ body: { access_token: `ya29.${asked.length}`, expires_in: 3600 } })
      const key = await g.makeKey()
      const refused = { model, ...messages('@sim error=401 hi') }
      expect((await post(key, '/v1/chat/completions', refused)).status).toBe(502)
      expect((await chat(key)).status).toBe(200)
      expect((await lastCall()).headers.authorization).toBe('Bearer ya29.2')
    })

    test('keeps no caller that leaves meanwhile, and the call costs nothing', async () => {
      answer = () => ({ body: { access_token: 'ya29.slow', expires_in: 3600 }, afterMs: 400 })
      const key = await g.makeKey({ budget: { amountNanos: 1_000_000_000n } })
      const before = (await lastCall()).id
      const leaving = AbortSignal.timeout(150)
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key.text}` }
      const init = { method: 'POST', headers, body: JSON.stringify({ model, ...messages('hi') }), signal: leaving }
      await expect(fetch(`${g.urlOf(mount)}/v1/chat/completions`, init)).rejects.toThrow('timeout')
      expect((await eventsOf(g, key, 1))[0]).toMatchObject({ outcome: 'aborted', costNanos: '0' })
      expect((await lastCall()).id).toBe(before)
      expect(await g.heldOn(key)).toBe(0n)
    })

    test('that is refused keeps no call from the provider’s other credential', async () => {
      answer = () => ({ status: 400, body: { error: 'invalid_grant' } })
      await addCredential(g, `prov_${model}`, 'ya29.plain')
      const key = await g.makeKey()
      for (let i = 0; i < 5; i++) expect((await chat(key)).status).toBe(200)
      expect((await lastCall()).headers.authorization).toBe('Bearer ya29.plain')
    })
  })
})
