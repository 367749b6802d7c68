import { describe, expect, test } from 'vitest'
import { bedrock } from '#lib/formats/bedrock/format.ts'
import { writeFrame } from '#lib/formats/bedrock/frames.ts'
import type { AnswerReader } from '#lib/formats/contract.ts'

const usage = {
  inputTokens: 20,
  outputTokens: 8,
  totalTokens: 43,
  cacheReadInputTokens: 10,
  cacheWriteInputTokens: 5,
  cacheDetails: [
    { ttl: '1h', inputTokens: 2 },
    { ttl: '5m', inputTokens: 3 },
  ],
}
const tokens = { input: 20, cached_read: 10, cache_write_5m: 3, cache_write_1h: 2, output: 8 }

const event = (name: string, payload: object) => writeFrame('event', name, payload)
const chunk = (inner: object) =>
  event('chunk', { bytes: Buffer.from(JSON.stringify(inner)).toString('base64'), p: 'abc' })

const conversation = [
  event('messageStart', { role: 'assistant' }),
  event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello, world' } }),
  event('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{}' } } }),
  event('messageStop', { stopReason: 'end_turn' }),
  event('metadata', { usage, metrics: { latencyMs: 4 }, trace: { promptRouter: { invokedModelId: 'arn:x/y' } } }),
]
const message = [
  chunk({
    type: 'message_start',
    message: { model: 'claude-sonnet-4-5', usage: { input_tokens: 20, output_tokens: 1 } },
  }),
  chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello, world' } }),
  chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 8 } }),
  chunk({ type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 21, outputTokenCount: 9 } }),
]

/** The reader after these bytes, torn into pieces of so many. */
function read(reader: AnswerReader, bytes: Buffer, size = bytes.length): AnswerReader {
  const passed: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) passed.push(reader.push(bytes.subarray(at, at + size)))
  passed.push(reader.end())
  expect(Buffer.concat(passed)).toEqual(bytes)
  return reader
}

describe('the usage', () => {
  test('of a conversation in one piece is beside its output', () => {
    const body = Buffer.from(JSON.stringify({ output: { message: { content: [{ text: 'Hi there' }] } }, usage }))
    const reading = read(bedrock.readAnswer('converse', false, false), body, 7).reading()
    expect(reading).toMatchObject({ tokens, modelServed: null, complete: true })
  })

  test.each([1, 7, 100_000])('of a streamed conversation is in its last frame, torn every %i bytes', (size) => {
    const reading = read(bedrock.readAnswer('converse', true, false), Buffer.concat(conversation), size).reading()
    expect(reading).toEqual({ tokens, promptTokens: null, modelServed: 'arn:x/y', complete: true, outputSeen: 4 })
  })

  test.each([1, 7, 100_000])(
    'of Anthropic’s stream is in the events that the frames carry, torn every %i bytes',
    (size) => {
      const reading = read(bedrock.readAnswer('invoke', true, false), Buffer.concat(message), size).reading()
      expect(reading).toMatchObject({
        tokens: { input: 20, output: 8 },
        modelServed: 'claude-sonnet-4-5',
        complete: true,
      })
    },
  )

  test('of a stream that tells none of Anthropic’s is what Bedrock counted', () => {
    const reading = read(bedrock.readAnswer('invoke', true, false), message.at(-1)!).reading()
    expect(reading.tokens).toEqual({ input: 21, output: 9 })
  })

  test('of a conversation that breaks off is counted from its text', () => {
    const reading = read(bedrock.readAnswer('converse', true, false), Buffer.concat(conversation.slice(0, 2))).reading()
    expect(reading).toMatchObject({ tokens: null, complete: false, outputSeen: 3 })
  })

  test('of a message that breaks off is the prompt’s, and what was counted', () => {
    const reading = read(bedrock.readAnswer('invoke', true, false), Buffer.concat(message.slice(0, 2))).reading()
    expect(reading).toMatchObject({ tokens: null, promptTokens: { input: 20 }, complete: false, outputSeen: 3 })
  })

  test.each([
    { ...usage, inputTokens: -1 },
    { ...usage, outputTokens: 1e12 },
    { ...usage, cacheWriteInputTokens: 1 },
    { outputTokens: 4 },
  ])('%j is not to be billed', (wrong) => {
    const reader = read(bedrock.readAnswer('converse', true, false), event('metadata', { usage: wrong }))
    expect(reader.reading().tokens).toBeNull()
  })
})

describe('the usage of InvokeModel’s other makers', () => {
  const whole = (body: object, headers = {}) =>
    read(bedrock.readAnswer('invoke', false, false, headers), Buffer.from(JSON.stringify(body)), 7).reading()

  test.each([
    [
      'Nova',
      { output: {}, usage: { inputTokens: 20, outputTokens: 8, cacheReadInputTokenCount: 10 } },
      { input: 20, cached_read: 10, output: 8 },
    ],
    ['Llama', { generation: '"prompt_token_count":1', prompt_token_count: 20, generation_token_count: 8 }, {}],
    ['Titan', { inputTextTokenCount: 20, results: [{ tokenCount: 8, outputText: 'hi' }] }, {}],
    ['a chat', { choices: [{ message: { content: 'hi' } }], usage: { prompt_tokens: 20, completion_tokens: 8 } }, {}],
    ['Titan’s embeddings', { embedding: Array(4_000).fill(0.123), inputTextTokenCount: 20 }, { input: 20, output: 0 }],
  ])('%s stands in the answer', (_maker, body, tokens) => {
    expect(whole(body).tokens).toEqual({ input: 20, output: 8, ...tokens })
  })

  const outputs = { outputs: [{ text: 'Hello, world', stop_reason: 'stop' }] }

  test('stands in the head where the answer has no place for it', () => {
    const told = { 'x-amzn-bedrock-input-token-count': '20', 'x-amzn-bedrock-output-token-count': '8' }
    expect(whole(outputs, told).tokens).toEqual({ input: 20, output: 8 })
    const cached = { ...told, 'x-amzn-bedrock-cache-read-input-token-count': '4' }
    expect(whole(outputs, cached).tokens).toEqual({ input: 20, output: 8, cached_read: 4 })
    expect(whole({ embeddings: [] }, { 'x-amzn-bedrock-input-token-count': '20' }).tokens).toEqual({
      input: 20,
      output: 0,
    })
  })

  test('that nobody tells is not made up, but for the output that was seen', () => {
    expect(whole(outputs)).toMatchObject({ tokens: null, outputSeen: 3 })
    expect(whole(outputs, { 'x-amzn-bedrock-input-token-count': '-2' }).tokens).toBeNull()
  })

  const streams = [
    ['Nova', { contentBlockDelta: { delta: { text: 'Hello, world' } } }, { metadata: { usage: {} } }],
    ['Llama', { generation: 'Hello, world', stop_reason: null }, { generation: '', stop_reason: 'stop' }],
    ['Mistral', outputs, outputs],
    ['a chat', { choices: [{ delta: { content: 'Hello, world' } }] }, { choices: [{ delta: {} }] }],
    ['Titan', { outputText: 'Hello, world', index: 0 }, { outputText: '', completionReason: 'FINISH' }],
  ] as const
  test.each(streams)('%s is in the last frame of a stream', (_maker, piece, last) => {
    const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 20, outputTokenCount: 8 } }
    const bytes = Buffer.concat([chunk(piece), chunk({ ...last, ...metrics })])
    const reading = read(bedrock.readAnswer('invoke', true, false), bytes, 7).reading()
    expect(reading).toMatchObject({ tokens: { input: 20, output: 8 }, complete: true })
    const torn = read(bedrock.readAnswer('invoke', true, false), chunk(piece)).reading()
    expect(torn).toMatchObject({ tokens: null, outputSeen: 3, complete: false })
  })
})
