import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' }))
afterAll(() => simulator.close())

type Members = Readonly<Record<string, unknown>>
type Block = { type: string; text?: string; thinking?: string; signature?: string; id?: string; input?: unknown }
type Usage = {
  input_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
  output_tokens: number
}
type Message = { id: string; content: Block[]; stop_reason: string | null; usage: Usage }
type StreamEvent = {
  name: string
  type: string
  index: number
  message: Message
  content_block: Block
  delta: Members & { type?: string; stop_reason?: string }
  usage: Usage
}

const model = 'claude-sonnet-4-5'
const user = (content: unknown) => [{ role: 'user', content }]
const weather = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const clock = { name: 'get_time', input_schema: { type: 'object' } }

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${simulator.url}/anthropic${path}`, {
    method: 'POST',
    headers: { 'x-api-key': 'sk-ant-anything', 'anthropic-version': '2023-06-01' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })
}

const ask = (content: unknown, extra: Members = {}) =>
  post('/v1/messages', { model, max_tokens: 1024, messages: user(content), ...extra })

async function message(content: unknown, extra: Members = {}): Promise<Message> {
  const answer = await ask(content, extra)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Message
}

async function events(content: unknown, extra: Members = {}): Promise<StreamEvent[]> {
  const answer = await ask(content, { stream: true, ...extra })
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  return parseEvents(await answer.text())
}

/** Every event is a line with its name, a line with its data, and an empty line. */
function parseEvents(text: string): StreamEvent[] {
  const parts = text.split('\n\n')
  expect(parts.pop()).toBe('')
  return parts.map((part) => {
    const [, name, data] = /^event: (\w+)\ndata: (.+)$/.exec(part)!
    return { name, ...JSON.parse(data!) } as StreamEvent
  })
}

const TEXT_OF: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  input_json_delta: 'partial_json',
}

/** What a client puts together from the events, as the protocol says. */
function assemble(stream: readonly StreamEvent[]): Message {
  const assembled = structuredClone(stream[0]!.message)
  const json: string[] = []
  for (const { type, index, content_block: block, delta, usage } of stream) {
    if (type === 'content_block_start') assembled.content[index] = structuredClone(block)
    if (type === 'content_block_delta') {
      const name = TEXT_OF[delta.type!]!
      if (name === 'partial_json') json[index] = (json[index] ?? '') + String(delta.partial_json)
      else
        Object.assign(assembled.content[index]!, { [name]: textMember(assembled.content[index]!, name) + delta[name] })
    }
    if (type === 'content_block_stop' && json[index]) assembled.content[index]!.input = JSON.parse(json[index])
    if (type === 'message_delta') {
      Object.assign(assembled, delta)
      if (usage) Object.assign(assembled.usage, usage)
    }
  }
  return assembled
}

function textMember(block: Block, name: string): string {
  return String((block as Members)[name])
}

async function calls(): Promise<CallEntry[]> {
  return (await (await fetch(`${simulator.url}/_sim/calls`)).json()) as CallEntry[]
}

describe('a message', () => {
  test('is answered with a block of text and usage', async () => {
    expect(await message('hello')).toEqual({
      id: expect.stringMatching(/^msg_sim-/),
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: 'This is a simulated answer, so no model and no money were used. ' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: {
        input_tokens: 2 + 3 + 3,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 16,
        service_tier: 'standard',
      },
    })
  })

  test('counts the text of all blocks and of the system prompt, but not the options', async () => {
    const { usage } = await message([{ type: 'text', text: '@sim out=2 größer' }], {
      system: [{ type: 'text', text: 'Sei brief' }],
    })
    expect(usage).toMatchObject({ input_tokens: Math.ceil((9 + 8) / 4) + 2 * 3 + 3, output_tokens: 2 })
  })

  test('costs the same prompt as the same chat in the words of OpenAI', async () => {
    const conversation = [
      { role: 'user', content: '@sim out=1 How many vans?' },
      { role: 'assistant', content: 'Seven.' },
      { role: 'user', content: 'And at Fernhill?' },
    ]
    await post('/v1/messages', { model, max_tokens: 9, system: 'Be brief.', messages: conversation })
    await fetch(`${simulator.url}/openai/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model, messages: [{ role: 'system', content: 'Be brief.' }, ...conversation] }),
    })
    const [one, other] = await calls()
    expect(one!.usage.prompt_tokens).toBeGreaterThan(15)
    expect(one!.usage.prompt_tokens).toBe(other!.usage.prompt_tokens)
  })

  test('counts cached and written tokens apart from the rest of the prompt, which the journal does not', async () => {
    const { usage } = await message('@sim in=1000 out=50 cached=600 cache_write=100 reasoning=20 hi')
    expect(usage).toMatchObject({
      input_tokens: 300,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
      output_tokens: 50,
    })
    expect(await calls()).toMatchObject([
      {
        provider: 'anthropic',
        path: '/anthropic/v1/messages',
        model,
        stream: false,
        finished: 'done',
        usage: {
          prompt_tokens: 1000,
          completion_tokens: 50,
          total_tokens: 1050,
          cached_tokens: 600,
          cache_write_tokens: 100,
          reasoning_tokens: 20,
        },
        headers: { 'x-api-key': 'sk-ant-anything', 'anthropic-version': '2023-06-01' },
      },
    ])
  })

  const kept = { cache_control: { type: 'ephemeral', ttl: '1h' } }
  test.each<[string, Members]>([
    ['the request', kept],
    ['a tool', { tools: [{ ...weather, ...kept }] }],
    ['the system prompt', { system: [{ type: 'text', text: 'Be brief', ...kept }] }],
    ['a message', { messages: user([{ type: 'text', text: '@sim in=100 cache_write=30', ...kept }]) }],
  ])('writes to the cache for an hour when %s asks for it', async (_where, extra) => {
    const { usage } = await message('@sim in=100 cache_write=30', extra)
    expect(usage).toMatchObject({
      input_tokens: 70,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 30 },
    })
  })

  test('ends at max_tokens', async () => {
    const { content, stop_reason: reason, usage } = await message('@sim out=20', { max_tokens: 5 })
    expect(content).toEqual([{ type: 'text', text: 'This is a simulated ' }])
    expect(reason).toBe('max_tokens')
    expect(usage.output_tokens).toBe(5)
  })

  test('thinks before it answers, for as many tokens as reasoning says', async () => {
    const { content, usage } = await message('@sim out=20 reasoning=8')
    expect(content.map((block) => block.type)).toEqual(['thinking', 'text'])
    expect(content[0]!.thinking).toHaveLength(8 * 4)
    expect(content[0]!.signature).toMatch(/^[A-Za-z0-9+/]+=*$/)
    expect(content[1]!.text).toHaveLength(12 * 4)
    expect(usage.output_tokens).toBe(20)
  })

  test('that thinks up to its maximum says nothing', async () => {
    const { content, stop_reason: reason } = await message('@sim out=20 reasoning=20', { max_tokens: 8 })
    expect(content).toEqual([{ type: 'thinking', thinking: expect.any(String), signature: expect.any(String) }])
    expect(reason).toBe('max_tokens')
  })

  test('says nothing about usage with usage=none', async () => {
    expect(await message('@sim usage=none')).not.toHaveProperty('usage')
    expect((await calls())[0]!.usage.completion_tokens).toBe(16)
  })

  test('takes its options from the last message in which the user says something', async () => {
    const { usage } = await message('', {
      messages: [
        ...user('@sim out=3'),
        { role: 'assistant', content: 'Ready.' },
        ...user([{ type: 'image', source: { type: 'url', url: 'https://depot.example/van.png' } }]),
      ],
    })
    expect(usage.output_tokens).toBe(3)
  })

  test('is named in its request-id, with its id in the journal', async () => {
    const answer = await ask('hello')
    const { id } = (await answer.json()) as Message
    const [entry] = await calls()
    expect(answer.headers.get('request-id')).toBe(`req_${entry!.id}`)
    expect(answer.headers.has('x-request-id')).toBe(false)
    expect(id).toBe(`msg_${entry!.id}`)
  })
})

describe('a streamed message', () => {
  test('has its events in order, each under its name', async () => {
    const stream = await events('@sim out=3')
    expect(stream.map((event) => event.type)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(stream.map((event) => event.name)).toEqual(stream.map((event) => event.type))
  })

  test('closes the block of thinking, signed, before it opens the answer', async () => {
    const stream = await events('@sim out=20 reasoning=18')
    expect(
      stream.map(({ type, index, delta }) => [type, index, delta?.type].filter((part) => part !== undefined)),
    ).toEqual([
      ['message_start'],
      ['content_block_start', 0],
      ['ping'],
      ['content_block_delta', 0, 'thinking_delta'],
      ['content_block_delta', 0, 'thinking_delta'],
      ['content_block_delta', 0, 'signature_delta'],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1, 'text_delta'],
      ['content_block_delta', 1, 'text_delta'],
      ['content_block_stop', 1],
      ['message_delta'],
      ['message_stop'],
    ])
  })

  test.each(['hello', '@sim out=40 chunk=7 reasoning=33', '@sim out=5 reasoning=5', '@sim out=0', '@sim tool out=9'])(
    'of %s is the plain answer when it is put together',
    async (content) => {
      const extra = { tools: [weather] }
      const streamed = assemble(await events(content, extra))
      const plain = await message(content, extra)
      const ofCall = (id: string) => id.replace(/^(msg|toolu)_sim-.*$/, '$1')
      const nameless = ({ id, content: blocks, ...rest }: Message) => ({
        ...rest,
        id: ofCall(id),
        content: blocks.map((block) => (block.id ? { ...block, id: ofCall(block.id) } : block)),
      })
      expect(nameless(streamed)).toEqual(nameless(plain))
      const [one, other] = await calls()
      expect(one).toMatchObject({ stream: true, finished: 'done' })
      expect(one!.usage).toEqual(other!.usage)
    },
  )

  test('begins with the usage of the prompt and one token, and ends with the sums that the journal has', async () => {
    const stream = await events('@sim in=100 cached=40 cache_write=20 out=30 reasoning=10')
    const first = stream[0]!.message
    expect(first).toMatchObject({ content: [], stop_reason: null })
    expect(first.usage).toMatchObject({
      input_tokens: 40,
      cache_read_input_tokens: 40,
      cache_creation_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 0 },
      output_tokens: 1,
    })
    const { usage, delta } = stream.find((event) => event.type === 'message_delta')!
    expect(delta).toEqual({ stop_reason: 'end_turn', stop_sequence: null })
    const [entry] = await calls()
    expect(usage.output_tokens).toBe(30)
    expect(usage.output_tokens).toBe(entry!.usage.completion_tokens)
    expect(usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens).toBe(100)
    expect(entry!.usage).toMatchObject({ prompt_tokens: 100, cached_tokens: 40, cache_write_tokens: 20 })
  })

  test('puts `chunk` tokens into an event', async () => {
    const stream = await events('@sim out=10 chunk=4')
    const texts = stream
      .filter((event) => event.type === 'content_block_delta')
      .map(({ delta }) => delta.text as string)
    expect(texts.map((text) => text.length / 4)).toEqual([4, 4, 2])
  })

  test('ends at max_tokens', async () => {
    const { stop_reason: reason, usage } = assemble(await events('@sim out=10', { max_tokens: 3 }))
    expect(reason).toBe('max_tokens')
    expect(usage.output_tokens).toBe(3)
  })

  test('says nothing about usage with usage=none', async () => {
    const answer = await ask('@sim in=9 out=5 usage=none', { stream: true })
    const text = await answer.text()
    expect(parseEvents(text).at(-1)!.type).toBe('message_stop')
    expect(text).not.toMatch(/usage|_tokens"/)
    expect((await calls())[0]!.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 5 })
  })

  /** What arrives of a stream that has no end. */
  async function readTorn(answer: Response): Promise<string> {
    let text = ''
    const reading = (async () => {
      for await (const part of answer.body!) text += Buffer.from(part).toString()
    })()
    await expect(reading).rejects.toThrow()
    await vi.waitFor(() => expect(simulator.totals().running).toBe(0), { interval: 2 })
    return text
  }

  test('that is cut has no end, and bills what was sent', async () => {
    const text = await readTorn(await ask('@sim in=9 out=20 reasoning=4 cut=3', { stream: true }))
    expect([...text.matchAll(/"text_delta"/g)]).toHaveLength(3)
    expect(text).not.toMatch(/message_delta|message_stop/)
    expect(await calls()).toMatchObject([
      { finished: 'error', usage: { prompt_tokens: 9, completion_tokens: 7, reasoning_tokens: 4 } },
    ])
  })

  test('that hangs has its first event with output and no more', async () => {
    const request = { model, max_tokens: 9, stream: true, messages: user('@sim in=9 hang=stream') }
    const text = await readTorn(await post('/v1/messages', request, AbortSignal.timeout(150)))
    expect([...text.matchAll(/"text_delta"/g)]).toHaveLength(1)
    expect(await calls()).toMatchObject([{ finished: 'aborted', usage: { prompt_tokens: 9, completion_tokens: 1 } }])
  })

  test('in crlf garbage has names and data without a space, CRLF between them, and the same meaning', async () => {
    const text = await (await ask('@sim out=9 garbage=crlf', { stream: true })).text()
    expect(text).toContain('event: message_start\r\ndata: {')
    expect(text).toContain('event:ping\ndata:{"type":"ping"}\n\n')
    const unified = text
      .replaceAll('\r\n', '\n')
      .replaceAll(': still here\n\n', '')
      .replaceAll(/^(event|data):(?! )/gm, '$1: ')
    expect(assemble(parseEvents(unified)).content[0]!.text).toHaveLength(9 * 4)
  })

  test('in json garbage has one event of broken data and goes on to its end', async () => {
    const text = await (await ask('@sim garbage=json', { stream: true })).text()
    const data = text
      .split('\n\n')
      .filter(Boolean)
      .map((event) => event.split('\ndata: ')[1]!)
    expect(data.filter((json) => !isJson(json))).toEqual([expect.stringMatching(/^\{"type":/)])
    expect(data.at(-1)).toBe('{"type":"message_stop"}')
  })

  test('in huge garbage has one event of more than 10 MiB', async () => {
    const stream = await events('@sim garbage=huge')
    const sizes = stream.map((event) => JSON.stringify(event).length)
    expect(sizes.filter((size) => size > 10 * 1024 * 1024)).toHaveLength(1)
    expect(assemble(stream).content[0]!.text).toHaveLength(64)
  })

  test('in split garbage arrives whole, in characters of several bytes', async () => {
    const { content } = assemble(await events('@sim out=12 reasoning=5 garbage=split'))
    expect(content[0]!.thinking).not.toContain('\ufffd')
    expect(Buffer.byteLength(content[0]!.thinking!)).toBe(5 * 4)
    expect(Buffer.byteLength(content[1]!.text!)).toBe(7 * 4)
  })
})

describe('a message with tools', () => {
  const withTools = (content: unknown, extra: Members = {}) => message(content, { tools: [clock, weather], ...extra })

  test.each([
    ['@sim tool', 'get_time', {}],
    ['@sim tool=1', 'get_time', {}],
    ['@sim tool=get_weather', 'get_weather', { city: 'simulated' }],
  ])('%s uses %s', async (content, name, input) => {
    const { content: blocks, stop_reason: reason, usage } = await withTools(content)
    expect(blocks).toEqual([{ type: 'tool_use', id: expect.stringMatching(/^toolu_[\w-]+$/), name, input }])
    expect(reason).toBe('tool_use')
    expect(usage.output_tokens).toBe(16)
  })

  const toolTurn = [
    ...user('@sim tool out=3'),
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_time', input: {} }] },
  ]
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'noon' }] }

  test.each<[string, string, Members]>([
    ['without being steered', 'hello', {}],
    ['when the request has none', '@sim tool', { tools: undefined }],
    ['when the provider would run them', '@sim tool', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['when the caller forbids it', '@sim tool', { tool_choice: { type: 'none' } }],
    ['when a tool has answered', '', { messages: [...toolTurn, ...user([result])] }],
  ])('answers with text %s', async (_when, content, extra) => {
    const { content: blocks, stop_reason: reason } = await withTools(content, extra)
    expect(blocks).toMatchObject([{ type: 'text' }])
    expect(reason).toBe('end_turn')
  })

  test('counts what a tool has answered, and keeps to the options of the question', async () => {
    const { usage } = await withTools('', { messages: [...toolTurn, ...user([result])] })
    expect(usage).toMatchObject({ input_tokens: 1 + 3 * 3 + 3, output_tokens: 3 })
  })

  test('obeys tool_choice, after a tool has answered too', async () => {
    const forced = await withTools('hello', { tool_choice: { type: 'tool', name: 'get_weather' } })
    const any = await withTools('', { messages: [...toolTurn, ...user([result])], tool_choice: { type: 'any' } })
    expect(forced.content).toMatchObject([{ type: 'tool_use', name: 'get_weather' }])
    expect(any.content).toMatchObject([{ type: 'tool_use', name: 'get_time' }])
  })

  test('streams the input in pieces of JSON, behind the thinking', async () => {
    const stream = await events('@sim tool=get_weather out=9 chunk=2 reasoning=3', { tools: [weather] })
    const pieces = stream.filter(({ delta }) => delta?.type === 'input_json_delta')
    expect(pieces.map(({ index }) => index)).toEqual([1, 1, 1])
    expect(stream.find(({ index, type }) => type === 'content_block_start' && index === 1)!.content_block).toEqual({
      type: 'tool_use',
      id: expect.stringMatching(/^toolu_/),
      name: 'get_weather',
      input: {},
    })
    const { content, stop_reason: reason, usage } = assemble(stream)
    expect(content[1]!.input).toEqual({ city: 'simulated' })
    expect(reason).toBe('tool_use')
    expect(usage.output_tokens).toBe(9)
  })

  test('is torn in its streamed input by the maximum, and has none in one piece', async () => {
    const extra = { tools: [weather], max_tokens: 10 }
    const stream = await events('@sim tool=get_weather out=20', extra)
    expect(stream.map(({ delta }) => delta?.partial_json ?? '').join('')).toBe('{"city":"s')
    const plain = await message('@sim tool=get_weather out=20', extra)
    expect(plain.content).toMatchObject([{ type: 'tool_use', input: {} }])
    expect(plain.content[0]!.input).toEqual({})
    expect([plain.stop_reason, stream.at(-2)!.delta.stop_reason]).toEqual(['max_tokens', 'max_tokens'])
  })
})

describe('a count of tokens', () => {
  const count = (body: Members) => post('/v1/messages/count_tokens', { model, ...body })

  test('is the prompt of the message, and bills nothing', async () => {
    const request = { system: 'Sei brief', messages: user('@sim out=5 größer'), tools: [weather] }
    const answer = await count(request)
    const { usage } = (await (await post('/v1/messages', { model, max_tokens: 5, ...request })).json()) as Message
    expect(await answer.json()).toEqual({ input_tokens: usage.input_tokens })
    expect(usage.input_tokens).toBeGreaterThan(9)
    const [counted, billed] = await calls()
    expect(counted).toMatchObject({
      path: '/anthropic/v1/messages/count_tokens',
      model,
      finished: 'done',
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    })
    expect(simulator.totals().total_tokens).toBe(billed!.usage.total_tokens)
  })

  test('is what the options say, cached tokens among them', async () => {
    expect(await (await count({ messages: user('@sim in=500 cached=100') })).json()).toEqual({ input_tokens: 500 })
    expect(simulator.totals().cached_tokens).toBe(0)
  })

  test('fails when it is told to', async () => {
    const answer = await count({ messages: user('@sim error=529') })
    expect(answer.status).toBe(529)
    expect(await answer.json()).toMatchObject({ error: { type: 'overloaded_error' } })
  })

  test('needs messages', async () => {
    expect((await count({})).status).toBe(400)
  })
})

describe('models', () => {
  const get = async (path: string) => (await fetch(`${simulator.url}/anthropic/v1/models${path}`)).json()

  test('are listed as a page that is the last', async () => {
    const list = (await get('')) as { data: { id: string }[] }
    expect(list).toMatchObject({ has_more: false, first_id: list.data[0]!.id, last_id: list.data.at(-1)!.id })
    expect(list.data).toContainEqual({
      type: 'model',
      id: 'claude-sonnet-4-5',
      display_name: 'Claude Sonnet 4.5',
      created_at: '2025-09-29T00:00:00Z',
    })
  })

  test('are found by name', async () => {
    expect(await get('/claude-haiku-4-5')).toMatchObject({ type: 'model', id: 'claude-haiku-4-5' })
  })

  test('that are unknown are not found, and are no calls', async () => {
    const answer = await fetch(`${simulator.url}/anthropic/v1/models/claude-0`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: 'model: claude-0' },
      request_id: answer.headers.get('request-id'),
    })
    expect(await calls()).toEqual([])
  })
})

describe('errors', () => {
  test.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [409, 'conflict_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [503, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('error=%i is %s, also of a stream, and bills nothing', async (status, type) => {
    const answer = await ask(`@sim error=${status}`, { stream: true })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('request-id')).toMatch(/^req_sim-/)
    expect(await answer.json()).toEqual({
      type: 'error',
      error: { type, message: expect.any(String) },
      request_id: answer.headers.get('request-id'),
    })
    expect(await calls()).toMatchObject([{ finished: 'error', usage: { total_tokens: 0 } }])
  })

  test('retry_after is a header of the error', async () => {
    expect((await ask('@sim error=429 retry_after=7')).headers.get('retry-after')).toBe('7')
    expect((await ask('@sim error=429')).headers.has('retry-after')).toBe(false)
  })
})

describe('instructions in the midst of a conversation', () => {
  const system = { role: 'system', content: 'Be brief.' }
  const [said, answered] = [
    { role: 'user', content: 'Say hello' },
    { role: 'assistant', content: 'Hello' },
  ]
  const sent = (name: string, ...messages: object[]) => post('/v1/messages', { model: name, max_tokens: 9, messages })
  const messageOf = async (answer: Response) => ((await answer.json()) as { error: { message: string } }).error.message

  test.each(['claude-opus-4-8', 'claude-opus-4-8-20260528', 'claude-opus-5', 'claude-sonnet-5', 'claude-fable-5-1'])(
    'are taken by %s without a beta header, and weigh what a message does',
    async (name) => {
      const answer = await sent(name, said, system, answered, said, system)
      expect(answer.status).toBe(200)
      const { usage } = (await answer.json()) as Message
      expect(usage.input_tokens).toBe(Math.ceil((9 + 9 + 5 + 9 + 9) / 4) + 5 * 3 + 3)
    },
  )

  test.each([
    'claude-3-5-sonnet-20241022',
    'claude-sonnet-4-20250514',
    'claude-sonnet-4-5',
    'claude-haiku-4-5-20251001',
    'claude-opus-4-7',
  ])('are refused by %s, in the words that clients go by', async (name) => {
    const answer = await sent(name, said, system)
    expect(answer.status).toBe(400)
    expect(await messageOf(answer)).toBe("role 'system' is not supported on this model")
  })

  test.each<[string, object[]]>([
    ['messages.0: ', [system, said]],
    ['messages.2: ', [said, answered, system]],
    ['messages.1: ', [said, system, said]],
    ['messages.1: ', [said, system, system]],
    ['messages.1.content.0.type: ', [said, { ...system, content: [{ type: 'image' }] }]],
  ])('stand behind a user and before the assistant: %s', async (at, messages) => {
    const answer = await sent('claude-opus-5', ...messages)
    expect(answer.status).toBe(400)
    expect((await messageOf(answer)).startsWith(at)).toBe(true)
  })
})

describe('a request that Anthropic would refuse', () => {
  const whole = { model, max_tokens: 9, messages: user('hi') }
  const withBlock = (block: unknown) => ({ ...whole, messages: user([block]) })

  test.each<[string, unknown, string]>([
    ['no JSON', '{"model":', 'The body'],
    ['an array', '[]', 'body:'],
    ['no model', { ...whole, model: undefined }, 'model: Field required'],
    ['an empty model', { ...whole, model: '' }, 'model:'],
    ['no maximum', { ...whole, max_tokens: undefined }, 'max_tokens: Field required'],
    ['a maximum of null', { ...whole, max_tokens: null }, 'max_tokens: Expected'],
    ['a maximum of 0', { ...whole, max_tokens: 0 }, 'max_tokens:'],
    ['half a token', { ...whole, max_tokens: 0.5 }, 'max_tokens:'],
    ['no messages', { ...whole, messages: undefined }, 'messages: Field required'],
    ['empty messages', { ...whole, messages: [] }, 'messages:'],
    ['messages of text', { ...whole, messages: 'hi' }, 'messages:'],
    ['a message of text', { ...whole, messages: ['hi'] }, 'messages.0:'],
    ['a message of a tool', { ...whole, messages: [{ role: 'tool', content: 'hi' }] }, 'messages.0.role:'],
    ['no content', { ...whole, messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
    ['empty content', { ...whole, messages: user('') }, 'messages.0.content:'],
    ['no blocks', { ...whole, messages: user([]) }, 'messages.0.content:'],
    [
      'an empty answer before the end',
      { ...whole, messages: [{ role: 'assistant', content: '' }, ...user('hi')] },
      'messages.0.content:',
    ],
    ['a number as content', { ...whole, messages: user(5) }, 'messages.0.content:'],
    ['a block of text', withBlock('hi'), 'messages.0.content.0:'],
    ['a block without a type', withBlock({ text: 'hi' }), 'messages.0.content.0.type: Field required'],
    ['a block of OpenAI', withBlock({ type: 'image_url', image_url: {} }), 'messages.0.content.0.type:'],
    ['an empty text', withBlock({ type: 'text', text: '' }), 'messages.0.content.0.text.text:'],
    ['an image of nothing', withBlock({ type: 'image' }), 'messages.0.content.0.image.source: Field required'],
    ['a document of text', withBlock({ type: 'document', source: 'hi' }), 'messages.0.content.0.document.source:'],
    [
      'input as text',
      withBlock({ type: 'tool_use', id: 'a', name: 'b', input: '{}' }),
      'messages.0.content.0.tool_use.input:',
    ],
    [
      'a result of nothing',
      withBlock({ type: 'tool_result' }),
      'messages.0.content.0.tool_result.tool_use_id: Field required',
    ],
    [
      'a result that thinks',
      withBlock({ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'thinking' }] }),
      'messages.0.content.0.tool_result.content.0.type:',
    ],
    [
      'unsigned thinking',
      withBlock({ type: 'thinking', thinking: 'hm' }),
      'messages.0.content.0.thinking.signature: Field required',
    ],
    ['a system of numbers', { ...whole, system: 5 }, 'system:'],
    ['a system of images', { ...whole, system: [{ type: 'image', source: {} }] }, 'system.0.type:'],
    ['stream as text', { ...whole, stream: 'yes' }, 'stream:'],
  ])('for %s gets a 400 in its shape that names the member', async (_what, body, problem) => {
    const answer = await post('/v1/messages', body)
    expect(answer.status).toBe(400)
    const [entry] = await calls()
    expect(await answer.json()).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining(problem) },
      request_id: `req_${entry!.id}`,
    })
    expect(answer.headers.get('request-id')).toBe(`req_${entry!.id}`)
    expect(entry).toMatchObject({ finished: 'error', usage: { total_tokens: 0 } })
  })

  test.each<[string, unknown]>([
    [
      'every type of block',
      [
        ...user([
          { type: 'text', text: 'hi' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
        ]),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'eA==' },
            { type: 'tool_use', id: 'a', name: 'b', input: {} },
          ],
        },
        ...user([{ type: 'tool_result', tool_use_id: 'a' }]),
      ],
    ],
    ['the empty beginning of an answer', [...user('hi'), { role: 'assistant', content: '' }]],
  ])('but not for %s', async (_what, messages) => {
    expect((await post('/v1/messages', { ...whole, messages })).status).toBe(200)
  })

  test.each([
    ['POST', '/anthropic/v1/nothing', 404, 'not_found_error'],
    ['GET', '/anthropic/v1/messages', 405, 'invalid_request_error'],
    ['POST', '/anthropic/v1/models', 405, 'invalid_request_error'],
    ['POST', '/anthropic/messages', 404, 'not_found_error'],
  ])('%s %s gets a %i', async (method, path, status, type) => {
    const answer = await fetch(simulator.url + path, { method })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type },
      request_id: answer.headers.get('request-id'),
    })
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a schema for the answer', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } }
  const wanted = { city: 'simulated', days: 1 }

  test.each<[string, Members]>([
    ['output_config.format', { output_config: { format: { type: 'json_schema', schema } } }],
    ['output_format', { output_format: { type: 'json_schema', schema } }],
  ])('in %s is answered by the plainest JSON that fits it, whole and in pieces', async (_where, extra) => {
    const { content, usage } = await message('@sim out=9 Where?', extra)
    expect(JSON.parse(content[0]!.text!)).toEqual(wanted)
    expect(usage.output_tokens).toBe(9)
    const deltas = (await events('@sim out=9 Where?', extra)).filter(({ name }) => name === 'content_block_delta')
    expect(deltas).toHaveLength(9)
    expect(JSON.parse(deltas.map(({ delta }) => delta.text as string).join(''))).toEqual(wanted)
  })
})
