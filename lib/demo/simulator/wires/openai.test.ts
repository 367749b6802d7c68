import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

let simulator: Simulator
let client: OpenAI

beforeAll(async () => {
  simulator = await startSimulator()
  client = new OpenAI({ baseURL: `${simulator.url}/openai/v1`, apiKey: 'sk-anything', maxRetries: 0 })
})
afterAll(() => simulator.close())

const user = (content: string) => [{ role: 'user' as const, content }]
const model = 'gpt-4o-mini'

const weather: OpenAI.Chat.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
const clock: OpenAI.Chat.ChatCompletionTool = { type: 'function', function: { name: 'get_time' } }

describe('a plain chat with the official client', () => {
  test('is answered with text and usage', async () => {
    const answer = await client.chat.completions.create({ model, messages: user('hello') })
    expect(answer.object).toBe('chat.completion')
    expect(answer.model).toBe(model)
    expect(answer.choices).toHaveLength(1)
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant' } })
    expect(answer.choices[0]!.message.content).toMatch(/^This is a simulated answer/)
    expect(answer.usage).toMatchObject({ prompt_tokens: 2 + 3 + 3, completion_tokens: 16, total_tokens: 24 })
  })

  test('gets the same answer to the same request, under another id', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => client.chat.completions.create({ model, messages: user('hello') })),
    )
    expect(one!.choices).toEqual(two!.choices)
    expect(one!.usage).toEqual(two!.usage)
    expect(one!.id).not.toBe(two!.id)
  })

  test('counts UTF-8 bytes of all messages but not the options', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [
        { role: 'system', content: 'Sei brief' },
        { role: 'user', content: [{ type: 'text', text: '@sim out=2 größer' }] },
      ],
    })
    expect(answer.usage!.prompt_tokens).toBe(Math.ceil((9 + 8) / 4) + 2 * 3 + 3)
  })

  test('takes tokens as the options say, details inside their wholes', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: user('@sim in=1000 out=50 cached=600 cache_write=100 reasoning=20 hi'),
    })
    expect(answer.usage).toMatchObject({
      prompt_tokens: 1000,
      completion_tokens: 50,
      total_tokens: 1050,
      prompt_tokens_details: { cached_tokens: 600, cache_write_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 20 },
    })
    expect(answer.choices[0]!.message.content).toHaveLength(30 * 4)
  })

  test.each(['max_tokens', 'max_completion_tokens'])('ends at %s with reason length', async (maximum) => {
    const answer = await client.chat.completions.create({
      model,
      messages: user('@sim out=20'),
      [maximum]: 5,
    } as OpenAI.Chat.ChatCompletionCreateParamsNonStreaming)
    expect(answer.choices[0]!.finish_reason).toBe('length')
    expect(answer.usage!.completion_tokens).toBe(5)
  })

  test('gets n choices, all of them billed', async () => {
    const answer = await client.chat.completions.create({ model, n: 3, messages: user('@sim out=10 reasoning=4') })
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1, 2])
    expect(new Set(answer.choices.map((choice) => choice.message.content)).size).toBe(3)
    expect(answer.usage).toMatchObject({
      completion_tokens: 30,
      completion_tokens_details: { reasoning_tokens: 12 },
    })
  })

  test('says nothing about usage with usage=none', async () => {
    const answer = await client.chat.completions.create({ model, messages: user('@sim usage=none') })
    expect(answer).not.toHaveProperty('usage')
  })
})

describe('a streamed chat with the official client', () => {
  async function collect(extra: Partial<OpenAI.Chat.ChatCompletionCreateParamsStreaming>) {
    const stream = await client.chat.completions.create({ model, messages: user('hi'), ...extra, stream: true })
    const chunks: OpenAI.Chat.ChatCompletionChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return chunks
  }
  const textOf = (chunks: OpenAI.Chat.ChatCompletionChunk[], index = 0) =>
    chunks
      .flatMap((chunk) => chunk.choices)
      .filter((choice) => choice.index === index)
      .map((choice) => choice.delta.content ?? '')
      .join('')

  test('has the plain answer in single tokens, and no usage unless asked', async () => {
    const chunks = await collect({})
    const plain = await client.chat.completions.create({ model, messages: user('hi') })
    expect(textOf(chunks)).toBe(plain.choices[0]!.message.content)
    expect(chunks).toHaveLength(1 + 16 + 1)
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true)
  })

  test('ends with a usage chunk when it was asked for, null in all others', async () => {
    const chunks = await collect({
      messages: user('@sim in=40 out=10 cached=8'),
      stream_options: { include_usage: true },
    })
    const last = chunks.pop()!
    expect(last.choices).toEqual([])
    expect(last.usage).toMatchObject({ prompt_tokens: 40, completion_tokens: 10, total_tokens: 50 })
    expect(chunks.every((chunk) => chunk.usage === null)).toBe(true)
  })

  test('has no usage chunk with usage=none', async () => {
    const chunks = await collect({ messages: user('@sim usage=none'), stream_options: { include_usage: true } })
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
    expect(chunks.every((chunk) => chunk.usage === null)).toBe(true)
  })

  test('puts `chunk` tokens into an event', async () => {
    const chunks = await collect({ messages: user('@sim out=10 chunk=4') })
    const contents = chunks.map((chunk) => chunk.choices[0]!.delta.content).filter(Boolean)
    expect(contents.map((content) => content!.length / 4)).toEqual([4, 4, 2])
  })

  test('ends at the maximum with reason length', async () => {
    const chunks = await collect({ messages: user('@sim out=10'), max_completion_tokens: 3 })
    expect(textOf(chunks)).toHaveLength(12)
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('length')
  })

  test('gives every choice its own text', async () => {
    const chunks = await collect({ n: 2, messages: user('@sim out=16') })
    expect(textOf(chunks, 0)).toMatch(/^This is a simulated answer/)
    expect(textOf(chunks, 1)).toMatch(/^Each token/)
  })

  test('keeps its pace', async () => {
    const startedMs = performance.now()
    const stream = await client.chat.completions.create({
      model,
      messages: user('@sim out=6 ttft=80 gap=20'),
      stream: true,
    })
    const arrivals: number[] = []
    for await (const chunk of stream) {
      if (chunk.choices[0]!.delta.content) arrivals.push(performance.now() - startedMs)
    }
    expect(arrivals[0]).toBeGreaterThanOrEqual(78)
    expect(arrivals.at(-1)).toBeGreaterThanOrEqual(80 + 5 * 20 - 2)
    expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThanOrEqual(70)
  })
})

describe('a chat with tools', () => {
  const ask = (content: string, extra: Partial<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming> = {}) =>
    client.chat.completions.create({ model, messages: user(content), tools: [clock, weather], ...extra })

  test.each([
    ['@sim tool', 'get_time', '{}'],
    ['@sim tool=1', 'get_time', '{}'],
    ['@sim tool=get_weather', 'get_weather', '{"city":"simulated"}'],
  ])('%s calls %s', async (content, name, args) => {
    const { choices, usage } = await ask(content)
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [{ type: 'function', function: { name, arguments: args } }] },
    })
    expect(usage!.completion_tokens).toBe(16)
  })

  test.each([
    ['without being steered', 'hello', {}],
    ['when the request has none', '@sim tool', { tools: undefined }],
    ['when the caller forbids it', '@sim tool', { tool_choice: 'none' as const }],
    [
      'when a tool has answered',
      '@sim tool',
      {
        messages: [
          ...user('@sim tool'),
          {
            role: 'assistant' as const,
            tool_calls: [{ id: 'a', type: 'function' as const, function: { name: 'get_time', arguments: '{}' } }],
          },
          { role: 'tool' as const, tool_call_id: 'a', content: 'noon' },
        ],
      },
    ],
  ])('answers with text %s', async (_when, content, extra) => {
    const { choices } = await ask(content, extra)
    expect(choices[0]!.finish_reason).toBe('stop')
    expect(choices[0]!.message.tool_calls).toBeUndefined()
  })

  test('obeys tool_choice', async () => {
    const forced = await ask('hello', { tool_choice: { type: 'function', function: { name: 'get_weather' } } })
    const required = await ask('hello', { tool_choice: 'required' })
    expect(forced.choices[0]!.message.tool_calls).toMatchObject([{ function: { name: 'get_weather' } }])
    expect(required.choices[0]!.message.tool_calls).toMatchObject([{ function: { name: 'get_time' } }])
  })

  test('streams the call, which the client puts together', async () => {
    const stream = client.chat.completions.stream({
      model,
      messages: user('@sim tool=get_weather out=9 chunk=2'),
      tools: [weather],
      stream_options: { include_usage: true },
    })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]!.message.tool_calls).toMatchObject([
      { function: { name: 'get_weather', arguments: '{"city":"simulated"}' } },
    ])
    expect(final.choices[0]!.finish_reason).toBe('tool_calls')
    expect(final.usage!.completion_tokens).toBe(9)
  })

  test('is torn in its arguments by the maximum', async () => {
    const { choices, usage } = await ask('@sim tool=get_weather out=20', { max_tokens: 10 })
    expect(choices[0]!.finish_reason).toBe('length')
    expect(choices[0]!.message.tool_calls).toMatchObject([{ function: { arguments: '{"city":"s' } }])
    expect(usage!.completion_tokens).toBe(10)
  })
})

describe('embeddings with the official client', () => {
  const embed = (extra: Partial<OpenAI.EmbeddingCreateParams> = {}) =>
    client.embeddings.create({ model: 'text-embedding-3-small', input: 'parcel', ...extra })

  test('come as base64 by default, with the same numbers as floats', async () => {
    const [base64, float] = await Promise.all([embed(), embed({ encoding_format: 'float' })])
    expect(base64.data[0]!.embedding).toHaveLength(1536)
    expect([...base64.data[0]!.embedding]).toEqual(float.data[0]!.embedding)
  })

  test('are base64 on the wire when asked', async () => {
    const answer = await embed({ encoding_format: 'base64' })
    const text = answer.data[0]!.embedding as unknown as string
    expect(Buffer.from(text, 'base64')).toHaveLength(1536 * 4)
  })

  test('have the dimensions that were asked for, and length 1', async () => {
    const answer = await embed({ dimensions: 256, encoding_format: 'float' })
    const vector = answer.data[0]!.embedding
    expect(vector).toHaveLength(256)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
  })

  test('have 3072 dimensions for the large model', async () => {
    const answer = await embed({ model: 'text-embedding-3-large' })
    expect(answer.data[0]!.embedding).toHaveLength(3072)
  })

  test('depend on the text and keep the order of the inputs', async () => {
    const [single, many] = await Promise.all([embed(), embed({ input: ['van', 'parcel'] })])
    expect(many.data.map((row) => row.index)).toEqual([0, 1])
    expect(many.data[1]!.embedding).toEqual(single.data[0]!.embedding)
    expect(many.data[0]!.embedding).not.toEqual(single.data[0]!.embedding)
  })

  test.each<[OpenAI.EmbeddingCreateParams['input'], number]>([
    ['parcel', 2],
    [['parcel', 'van'], 3],
    [[1, 2, 3], 3],
    [[[1, 2, 3], [4]], 4],
    ['@sim in=500 parcel', 500],
    ['@sim ttft=1 parcel', 2],
  ])('of %j are billed as %i prompt tokens', async (input, tokens) => {
    const { usage } = await embed({ input })
    expect(usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens })
  })

  test('fail when they are told to', async () => {
    await expect(embed({ input: '@sim error=500' })).rejects.toBeInstanceOf(OpenAI.InternalServerError)
  })
})

describe('models with the official client', () => {
  test('are listed', async () => {
    const ids: string[] = []
    for await (const entry of client.models.list()) ids.push(entry.id)
    expect(ids).toEqual(expect.arrayContaining(['gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small']))
  })

  test('are found by name', async () => {
    expect(await client.models.retrieve('gpt-4o')).toMatchObject({ id: 'gpt-4o', object: 'model' })
  })

  test('that are unknown are not found', async () => {
    const error = await client.models.retrieve('gpt-0').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ code: 'model_not_found' })
  })
})

describe('errors with the official client', () => {
  const fail = (content: string) =>
    client.chat.completions.create({ model, messages: user(content) }).catch((thrown: unknown) => thrown)

  test.each([
    [400, OpenAI.BadRequestError, 'invalid_request_error', null],
    [401, OpenAI.AuthenticationError, 'invalid_request_error', 'invalid_api_key'],
    [403, OpenAI.PermissionDeniedError, 'invalid_request_error', 'unsupported_country_region_territory'],
    [404, OpenAI.NotFoundError, 'invalid_request_error', 'model_not_found'],
    [429, OpenAI.RateLimitError, 'requests', 'rate_limit_exceeded'],
    [500, OpenAI.InternalServerError, 'server_error', null],
    [503, OpenAI.InternalServerError, 'server_error', null],
  ])('error=%i is the class of that status', async (status, type, errorType, code) => {
    const error = await fail(`@sim error=${status}`)
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ status, type: errorType, code })
  })

  test('retry_after is a header of the error', async () => {
    const error = (await fail('@sim error=429 retry_after=7')) as InstanceType<typeof OpenAI.APIError>
    expect(error.headers?.get('retry-after')).toBe('7')
  })

  test('without retry_after there is no such header', async () => {
    const error = (await fail('@sim error=429')) as InstanceType<typeof OpenAI.APIError>
    expect(error.headers?.get('retry-after')).toBeNull()
  })
})

describe('a request that OpenAI would refuse', () => {
  const messages = user('hi')
  test.each([
    ['not JSON', '/chat/completions', '{"model":', null],
    ['no body', '/chat/completions', '', null],
    ['an array', '/chat/completions', '[]', null],
    ['null', '/chat/completions', 'null', null],
    ['no model', '/chat/completions', { messages }, 'model'],
    ['no messages', '/chat/completions', { model }, 'messages'],
    ['empty messages', '/chat/completions', { model, messages: [] }, 'messages'],
    ['a message of text', '/chat/completions', { model, messages: ['hi'] }, 'messages[0]'],
    ['a maximum of 0', '/chat/completions', { model, messages, max_tokens: 0 }, 'max_tokens'],
    ['a maximum of text', '/chat/completions', { model, messages, max_tokens: '5' }, 'max_tokens'],
    ['half a choice', '/chat/completions', { model, messages, n: 0.5 }, 'n'],
    ['stream as text', '/chat/completions', { model, messages, stream: 'yes' }, 'stream'],
    ['stream_options without stream', '/chat/completions', { model, messages, stream_options: {} }, 'stream_options'],
    ['no input', '/embeddings', { model }, 'input'],
    ['an empty input', '/embeddings', { model, input: '' }, 'input'],
    ['too many inputs', '/embeddings', { model, input: Array(2049).fill('x') }, 'input'],
    ['an unknown encoding', '/embeddings', { model, input: 'x', encoding_format: 'hex' }, 'encoding_format'],
    ['too many dimensions', '/embeddings', { model, input: 'x', dimensions: 9999 }, 'dimensions'],
  ])('for %s gets a 400 in its shape that names the member', async (_what, path, body, param) => {
    const answer = await fetch(`${simulator.url}/openai/v1${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param,
        code: expect.toSatisfy(isTextOrNull),
      },
    })
  })

  test.each([
    ['POST', '/openai/v1/nothing', 404],
    ['GET', '/openai/v1/chat/completions', 405],
    ['POST', '/openai/v1/models', 405],
    ['GET', '/openai/v1', 404],
    ['GET', '/', 404],
  ])('%s %s gets a %i', async (method, path, status) => {
    const answer = await fetch(simulator.url + path, { method })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { message: expect.any(String) } })
  })
})

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
