import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'
import { chunksIn, eventFrames } from '#lib/testing/event-frames.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' }))
afterAll(() => simulator.close())

const model = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const calls = async () => (await (await fetch(`${simulator.url}/_sim/calls`)).json()) as CallEntry[]

function post(action: string, body: unknown, name = model): Promise<Response> {
  const address = `${simulator.url}/bedrock/model/${encodeURIComponent(name)}/${action}`
  return fetch(address, { method: 'POST', body: JSON.stringify(body) })
}

const said = (text: string, members: object = {}) => ({ messages: [{ role: 'user', content: [{ text }] }], ...members })
const asked = (text: string, members: object = {}) => ({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: text }],
  ...members,
})
const framesOf = async (answer: Response) => eventFrames(new Uint8Array(await answer.arrayBuffer()))

const weather = {
  tools: [
    {
      toolSpec: {
        name: 'weather',
        inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
      },
    },
  ],
}

describe('a conversation', () => {
  test('is answered in one piece, and counted as the journal counts it', async () => {
    const answer = await post(
      'converse',
      said('@sim in=40 out=5 cached=10 cache_write=4 hi', { system: [{ text: 'Be brief.' }] }),
    )
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      metrics: { latencyMs: 1 },
      output: { message: { role: 'assistant', content: [{ text: 'This is a simulated ' }] } },
      stopReason: 'end_turn',
      usage: {
        inputTokens: 26,
        outputTokens: 5,
        totalTokens: 45,
        cacheReadInputTokens: 10,
        cacheWriteInputTokens: 4,
        cacheDetails: [{ inputTokens: 4, ttl: '5m' }],
      },
    })
    const [call] = await calls()
    expect(call).toMatchObject({
      id: answer.headers.get('x-amzn-requestid'),
      provider: 'bedrock',
      model,
      usage: { prompt_tokens: 40, completion_tokens: 5 },
    })
  })

  test('streams in frames: the thoughts, the answer, why it ended, and its usage last', async () => {
    const answer = await post('converse-stream', said('@sim in=40 out=8 reasoning=3 hi'))
    expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
    const frames = await framesOf(answer)
    expect(frames.every(({ type }) => type === 'event')).toBe(true)
    expect(frames.map(({ name }) => name)).toEqual([
      'messageStart',
      ...Array(2).fill('contentBlockDelta'),
      'contentBlockStop',
      ...Array(5).fill('contentBlockDelta'),
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    expect(frames.at(-2)!.payload).toEqual({ stopReason: 'end_turn' })
    expect(frames.at(-1)!.payload).toMatchObject({ usage: { inputTokens: 40, outputTokens: 8, totalTokens: 48 } })
  })

  test('calls a tool, whose arguments a stream spreads over its frames, and stops when it has answered', async () => {
    const whole = (await (await post('converse', said('@sim tool hi', { toolConfig: weather }))).json()) as object
    expect(whole).toMatchObject({
      output: { message: { content: [{ toolUse: { name: 'weather', input: { city: 'simulated' } } }] } },
      stopReason: 'tool_use',
    })
    const frames = await framesOf(await post('converse-stream', said('@sim tool hi', { toolConfig: weather })))
    expect(frames[1]).toMatchObject({ name: 'contentBlockStart', payload: { start: { toolUse: { name: 'weather' } } } })
    const input = frames.map(
      ({ payload }) => (payload.delta as { toolUse?: { input: string } } | undefined)?.toolUse?.input ?? '',
    )
    expect(JSON.parse(input.join(''))).toEqual({ city: 'simulated' })
    const messages = [
      ...said('@sim tool hi').messages,
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't1', name: 'weather', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 't1', content: [{ json: { degrees: 4 } }] } }] },
    ]
    expect(await (await post('converse', { messages, toolConfig: weather })).json()).toMatchObject({
      stopReason: 'end_turn',
    })
  })

  test('is the JSON that a schema asks for, and a schema that is no JSON is refused', async () => {
    const formed = (schema: string) =>
      said('@sim out=30 hi', {
        outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema } } } },
      })
    const answer = await post('converse', formed(JSON.stringify(weather.tools[0]!.toolSpec.inputSchema.json)))
    const { output } = (await answer.json()) as { output: { message: { content: { text: string }[] } } }
    expect(JSON.parse(output.message.content[0]!.text)).toEqual({ city: expect.any(String) as string })
    expect((await post('converse', formed('{"type":'))).status).toBe(400)
  })

  test('ends at the caller’s maximum', async () => {
    const answer = await post('converse', said('@sim out=50 hi', { inferenceConfig: { maxTokens: 3 } }))
    expect(await answer.json()).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 3 } })
  })

  test.each(['split', 'crlf', 'huge'])('reads the same with garbage=%s', async (garbage) => {
    const frames = await framesOf(await post('converse-stream', said(`@sim out=3 garbage=${garbage} hi`)))
    expect(frames.map(({ name }) => name)).toEqual([
      'messageStart',
      ...Array(3).fill('contentBlockDelta'),
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
  })
})

describe('Anthropic’s own body', () => {
  test('is answered as Anthropic answers', async () => {
    const answer = await post('invoke', asked('@sim in=40 out=5 hi'))
    expect(await answer.json()).toMatchObject({ type: 'message', model, usage: { input_tokens: 40, output_tokens: 5 } })
  })

  test('streams Anthropic’s events inside frames, with Bedrock’s own counts in the last', async () => {
    const frames = await framesOf(await post('invoke-with-response-stream', asked('@sim in=40 out=3 hi')))
    const events = chunksIn(frames)
    expect(events.map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      ...Array(3).fill('content_block_delta'),
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(events.at(-1)).toMatchObject({
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 40, outputTokenCount: 3 },
    })
  })
})

describe('a refusal', () => {
  test.each([
    ['converse', { messages: [] }, 400, 'ValidationException'],
    ['converse', said(' '), 400, 'ValidationException'],
    ['converse-stream', said('hi', { inferenceConfig: { maxTokens: 0 } }), 400, 'ValidationException'],
    ['invoke', { ...asked('hi'), anthropic_version: undefined }, 400, 'ValidationException'],
    ['invoke', asked('hi', { model }), 400, 'ValidationException'],
    ['invoke', asked('hi', { max_tokens: undefined }), 400, 'ValidationException'],
    ['converse', said('@sim error=429 hi'), 429, 'ThrottlingException'],
    ['converse-stream', said('@sim error=503 hi'), 503, 'ServiceUnavailableException'],
    ['nothing', said('hi'), 404, 'ResourceNotFoundException'],
  ])('of %s %j is a %i that a header names', async (action, body, status, name) => {
    const answer = await post(action, body)
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, name])
    expect(await answer.json()).toEqual({ message: expect.any(String) as string })
  })
})

describe('InvokeModel for other makers', () => {
  const blocks = [{ role: 'user', content: [{ text: '@sim in=40 out=5 hi' }] }]
  const makers = [
    ['us.amazon.nova-lite-v1:0', { messages: blocks, inferenceConfig: { maxTokens: 3 } }],
    ['meta.llama3-8b-instruct-v1:0', { prompt: '@sim in=40 out=5 hi', max_gen_len: 3 }],
    ['mistral.mistral-7b-instruct-v0:2', { prompt: '@sim in=40 out=5 hi', max_tokens: 3 }],
    [
      'mistral.pixtral-large-2502-v1:0',
      { messages: [{ role: 'user', content: '@sim in=40 out=5 hi' }], max_tokens: 3 },
    ],
    ['amazon.titan-text-lite-v1', { inputText: '@sim in=40 out=5 hi', textGenerationConfig: { maxTokenCount: 3 } }],
  ] as const

  test.each(makers)('%s has an answer of its own, and its counts in the head', async (name, body) => {
    const answer = await post('invoke', body, name)
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('This is a si') as string])
    expect(answer.headers.get('x-amzn-bedrock-input-token-count')).toBe('40')
    expect(answer.headers.get('x-amzn-bedrock-output-token-count')).toBe('3')
    expect((await calls()).at(-1)!.usage).toMatchObject({ prompt_tokens: 40, completion_tokens: 3 })
  })

  test.each(makers)('%s has a stream of its own, and Bedrock’s counts in its last event', async (name, body) => {
    const events = chunksIn(await framesOf(await post('invoke-with-response-stream', body, name)))
    expect(events.at(-1)).toMatchObject({
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 40, outputTokenCount: 3 },
    })
    expect(events).toHaveLength(4)
  })

  test('embeds', async () => {
    const titan = await post('invoke', { inputText: '@sim in=7 hi', dimensions: 256 }, 'amazon.titan-embed-text-v2:0')
    expect(await titan.json()).toEqual({ embedding: expect.any(Array) as unknown, inputTextTokenCount: 7 })
    const cohere = await post('invoke', { texts: ['a', 'b'], input_type: 'search_query' }, 'cohere.embed-english-v3')
    expect(await cohere.json()).toMatchObject({ texts: ['a', 'b'], response_type: 'embeddings_floats' })
    expect(cohere.headers.get('x-amzn-bedrock-input-token-count')).toBe('2')
  })

  test.each([
    ['meta.llama3-8b-instruct-v1:0', { prompt: 'hi', max_tokens: 3 }],
    ['us.amazon.nova-lite-v1:0', { messages: blocks, max_tokens: 3 }],
    ['amazon.titan-embed-text-v2:0', { inputText: 'hi', textGenerationConfig: {} }],
  ])('%s refuses a field of another maker’s', async (name, body) => {
    expect((await post('invoke', body, name)).status).toBe(400)
  })
})
