/** Callers on one wire, providers on another: what both are promised, through a real socket, on both mounts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastEventOf } from '#lib/testing/calls.ts'
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
        endpoints: ['messages'],
        maxOutputTokens: 64_000,
        deployments: {
          create: { id: 'depl_claude', providerId: 'prov_anthropic', upstreamModel: 'claude-sonnet-4-5' },
        },
        prices: {
          create: {
            id: 'price_claude',
            nanosPerMillion: { input: 3_000_000_000, cached_read: 300_000_000, output: 15_000_000_000 },
            effectiveFrom: new Date(0),
            source: 'test',
          },
        },
      },
    })
  })
}, 60_000)
afterAll(() => g?.close())

type Wire = {
  readonly path: string
  readonly model: string
  readonly fields: object
  /** Of a call with 100 prompt tokens, 40 of them cached, and 20 of output. */
  readonly booked: object
  readonly answered: object
}
/** Each asks for a model whose provider speaks the other. */
const wires = {
  'an OpenAI client, a model at Anthropic': {
    path: '/v1/chat/completions',
    model: 'claude-sonnet-4-5',
    fields: { max_tokens: 64, stream_options: { include_usage: true } },
    booked: { endpoint: 'chat', provider: 'anthropic', costNanos: String(60 * 3000 + 40 * 300 + 20 * 15_000) },
    answered: {
      object: 'chat.completion',
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: expect.any(String) as string } },
      ],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 40 },
      },
    },
  },
  'an Anthropic client, a model at OpenAI': {
    path: '/v1/messages',
    model: 'gpt-4o-mini',
    fields: { max_tokens: 64 },
    booked: { endpoint: 'messages', provider: 'openai', costNanos: String(60 * 150 + 40 * 75 + 20 * 600) },
    answered: {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: expect.any(String) as string }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 60, cache_read_input_tokens: 40, output_tokens: 20 },
    },
  },
} as const satisfies Record<string, Wire>
type Caller = keyof typeof wires
const callers = Object.keys(wires) as Caller[]

describe.each(mounts)('through the %s', (mount) => {
  async function post(caller: Caller, content: string, fields: object = {}) {
    const key = await g.makeKey()
    const wire: Wire = wires[caller]
    const isStream = 'stream' in fields && fields.stream === true
    const { stream_options: options, ...others } = wire.fields as { stream_options?: object }
    const answer = await fetch(g.urlOf(mount) + wire.path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: wire.model,
        ...others,
        ...(isStream && options ? { stream_options: options } : {}),
        messages: [{ role: 'user', content }],
        ...fields,
      }),
    })
    return { answer, key }
  }

  const eventOf = (keyId: string) => lastEventOf(g, keyId)

  test.each(callers)('%s: the answer is in the caller’s shape, and costs what the provider counted', async (caller) => {
    const { answer, key } = await post(caller, '@sim in=100 out=20 cached=40 hello')
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as Record<string, unknown>
    const event = await eventOf(key.id)
    expect(event).toMatchObject({
      outcome: 'served',
      estimated: false,
      tokens: { input: 60, cached_read: 40, output: 20 },
    })
    expect(event).toMatchObject(wires[caller].booked)
    expect(body).toMatchObject(wires[caller].answered)
  })

  test.each(callers)('%s: a stream says in pieces what an answer says at once, and ends properly', async (caller) => {
    const steered = '@sim in=30 out=12 reasoning=4 hello'
    const whole = await post(caller, steered)
    const { answer, key } = await post(caller, steered, { stream: true })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const events = dataOf(await answer.text())
    const body = (await whole.answer.json()) as never
    expect(textIn(events)).toBe(textOf(body))
    expect(textIn(events)).not.toBe('')
    const last = events.at(-1)
    expect(caller.startsWith('an OpenAI') ? last : (last as { type: string }).type).toBe(
      caller.startsWith('an OpenAI') ? '[DONE]' : 'message_stop',
    )
    expect(await eventOf(key.id)).toMatchObject({
      outcome: 'served',
      estimated: false,
      stream: true,
      tokens: { input: 30, output: 12 },
    })
  })

  test.each(callers)('%s: a tool is called with its name and arguments, plain and streamed', async (caller) => {
    const schema = { type: 'object', properties: { parcel: { type: 'string' } }, required: ['parcel'] }
    const tools = caller.startsWith('an OpenAI')
      ? [{ type: 'function', function: { name: 'track', description: 'Finds a parcel.', parameters: schema } }]
      : [{ name: 'track', description: 'Finds a parcel.', input_schema: schema }]
    const plain = await post(caller, '@sim tool=track Where is it?', { tools })
    const body = (await plain.answer.json()) as {
      choices?: {
        finish_reason: string
        message: { tool_calls: { function: { name: string; arguments: string } }[] }
      }[]
      content?: { type: string; name?: string; input?: unknown }[]
      stop_reason?: string
    }
    const called = body.choices
      ? {
          end: body.choices[0]!.finish_reason,
          name: body.choices[0]!.message.tool_calls[0]!.function.name,
          parcel: JSON.parse(body.choices[0]!.message.tool_calls[0]!.function.arguments) as unknown,
        }
      : { end: body.stop_reason, name: body.content!.at(-1)!.name, parcel: body.content!.at(-1)!.input }
    expect(called).toMatchObject({
      end: body.choices ? 'tool_calls' : 'tool_use',
      name: 'track',
      parcel: { parcel: expect.any(String) as string },
    })

    const streamed = await post(caller, '@sim tool=track Where is it?', { tools, stream: true })
    const text = await streamed.answer.text()
    expect(text).toContain('"track"')
    expect(argumentsIn(dataOf(text))).toEqual(called.parcel)
  })

  test.each(callers)('%s: an error of the provider comes in the caller’s shape, and costs nothing', async (caller) => {
    const { answer, key } = await post(caller, '@sim error=400 hello')
    expect(answer.status).toBe(400)
    const body = (await answer.json()) as { error: { message: string; type: string } }
    expect(body.error.message).toContain('Simulated error 400')
    expect(body.error.type).toBe('invalid_request_error')
    expect(await eventOf(key.id)).toMatchObject({ outcome: 'failed', status: 400, costNanos: '0' })
  })

  test.each(callers)('%s: a stream that breaks off ends with an error, never with a false end', async (caller) => {
    const { answer, key } = await post(caller, '@sim out=40 gap=5 cut=6 hello', { stream: true })
    const events = dataOf(await answer.text())
    expect(events.at(-1)).toMatchObject({ error: { message: expect.stringContaining('broke off') as string } })
    expect(await eventOf(key.id)).toMatchObject({ outcome: 'cut', estimated: true })
  })

  test.each(callers)('%s: an answer that is no answer of its wire is a failure of the provider', async (caller) => {
    const { answer, key } = await post(caller, '@sim garbage=json hello')
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('failed') as string } })
    expect(await eventOf(key.id)).toMatchObject({ outcome: 'failed', costNanos: '0' })
  })

  test('a caller that leaves stops the provider, and pays for what was produced', async () => {
    const key = await g.makeKey()
    const leaving = new AbortController()
    const answer = await fetch(`${g.urlOf(mount)}/v1/chat/completions`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'claude-sonnet-4-5',
        stream: true,
        messages: [{ role: 'user', content: '@sim in=50 out=4000 gap=10 hello' }],
      }),
    })
    const reader = answer.body!.getReader()
    for (let i = 0; i < 10; i++) await reader.read()
    leaving.abort()
    await reader.read().catch(() => {})
    const event = await eventOf(key.id)
    expect(event).toMatchObject({ outcome: 'aborted', estimated: true, tokens: { input: 50 } })
    expect(event.tokens.output).toBeGreaterThan(2)
    expect(event.tokens.output).toBeLessThan(400)
  })

  test.each<[string, string, object, string]>([
    ['logprobs of an Anthropic model', '/v1/chat/completions', { logprobs: true }, 'logprobs'],
    ['a seed of an Anthropic model', '/v1/chat/completions', { seed: 4 }, 'seed'],
    ['a field that nobody knows', '/v1/chat/completions', { wishes: { three: true } }, 'wishes'],
    ['several answers', '/v1/chat/completions', { n: 2 }, 'n'],
    ['top_k of an OpenAI model', '/v1/messages', { top_k: 4 }, 'top_k'],
    ['a server tool', '/v1/messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools.0.type'],
  ])('%s is refused by the field’s name, before anything is held or sent', async (_what, path, fields, name) => {
    const key = await g.makeKey()
    const calls = g.simulator.totals().calls
    const answer = await fetch(g.urlOf(mount) + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: path === '/v1/messages' ? 'gpt-4o-mini' : 'claude-sonnet-4-5',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'hi' }],
        ...fields,
      }),
    })
    expect(answer.status).toBe(400)
    const body = (await answer.json()) as { error: { message: string; gatehouse: { code: string } } }
    expect(body.error.gatehouse.code).toBe('unsupported_parameter')
    expect(body.error.message).toContain(name)
    expect(g.simulator.totals().calls).toBe(calls)
  })

  test('hints that find no place are left out, and named in a header', async () => {
    const key = await g.makeKey()
    const answer = await fetch(`${g.urlOf(mount)}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gpt-4o-mini',
        max_tokens: 9,
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        messages: [{ role: 'user', content: 'hi' }],
      }),
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-gatehouse-left-out')).toContain('system.0.cache_control')
  })
})

/** The JSON of a stream's events, and its [DONE]. */
function dataOf(stream: string): unknown[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => (line === 'data: [DONE]' ? '[DONE]' : (JSON.parse(line.slice(6)) as unknown)))
}

type Delta = {
  readonly choices?: { delta: { content?: string | null; tool_calls?: { function: { arguments?: string } }[] } }[]
  readonly delta?: { type?: string; text?: string; partial_json?: string }
}

function textIn(events: readonly unknown[]): string {
  return (events as Delta[]).map(({ choices, delta }) => choices?.[0]?.delta.content ?? delta?.text ?? '').join('')
}

function argumentsIn(events: readonly unknown[]): unknown {
  const pieces = (events as Delta[]).map(
    ({ choices, delta }) => choices?.[0]?.delta.tool_calls?.[0]?.function.arguments ?? delta?.partial_json ?? '',
  )
  return JSON.parse(pieces.join('')) as unknown
}

function textOf(body: {
  choices?: { message: { content: string } }[]
  content?: { type: string; text?: string }[]
}): string {
  return body.choices?.[0]!.message.content ?? body.content!.map(({ text }) => text ?? '').join('')
}

test('a picture is held for what it may count at the provider that sees it, not on the caller’s wire', async () => {
  // 3,300 tokens at Anthropic's dearest, 48,169 at OpenAI's: $0.0072 at gpt-4o-mini's price.
  const key = await g.makeKey({ budget: { amountNanos: 5_000_000n } })
  const picture = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
  const answer = await fetch(`${g.url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source: picture }] }],
    }),
  })
  expect(answer.status).toBe(429)
  expect(await answer.json()).toMatchObject({ error: { gatehouse: { code: 'insufficient_quota' } } })
})
