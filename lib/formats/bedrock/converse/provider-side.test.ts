/** What Bedrock's Converse is asked, and what is made of its answers. */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import { describe, expect, test } from 'vitest'
import { converseCaller, converseProvider } from '#lib/formats/bedrock/converse/sides.ts'
import { writeFrame } from '#lib/formats/bedrock/frames.ts'
import {
  NotCarried,
  type AnswerEvent,
  type AnswerPart,
  type NeutralRequest,
  type Turn,
  type WriteTarget,
} from '#lib/formats/neutral.ts'

const target: WriteTarget = {
  model: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
  outputMaximum: null,
  outputAllowed: 8_000,
}
const nova = { ...target, model: 'amazon.nova-pro-v1:0' }
const at = 'x'
const user = (...parts: Extract<Turn, { role: 'user' }>['parts']): Turn => ({ role: 'user', parts })
const own = (...parts: AnswerPart[]): Turn => ({ role: 'assistant', parts: parts.map((part) => ({ ...part, at })) })
const hi = user({ kind: 'text', at, text: 'hi' })
const plain: NeutralRequest = { stream: false, system: [], turns: [hi], tools: [], named: {}, leftOut: [] }
const tool = { at: 'tools.0', name: 'look', description: null, schema: null, strict: null }
const write = (request: Partial<NeutralRequest>, to = target) =>
  converseProvider.writeRequest({ ...plain, ...request }, to)

function refused(request: Partial<NeutralRequest>, to = target): string {
  try {
    write(request, to)
  } catch (error) {
    if (error instanceof NotCarried) return error.param
    throw error
  }
  return 'nothing'
}

describe('a request', () => {
  test('of nothing but a text is nothing more', () => {
    expect(write({})).toEqual({ body: { messages: [{ role: 'user', content: [{ text: 'hi' }] }] }, leftOut: [] })
  })

  test('has its settings where Converse has them, and Claude’s own beside', () => {
    const { body } = write(
      {
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stop: ['END'],
        tools: [{ ...tool, description: 'Looks.', strict: true, cache: '1h' }],
        toolChoice: { kind: 'any' },
        output: { kind: 'schema', name: 'parcel', description: 'One.', schema: { type: 'object' }, strict: true },
        system: [{ kind: 'text', at, text: 'Be brief.', cache: '5m' }],
      },
      { ...target, outputMaximum: 99 },
    )
    expect(body).toMatchObject({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
      inferenceConfig: { maxTokens: 99, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
      additionalModelRequestFields: { top_k: 40 },
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'look',
              description: 'Looks.',
              inputSchema: { json: { type: 'object', properties: {} } },
              strict: true,
            },
          },
          { cachePoint: { type: 'default', ttl: '1h' } },
        ],
        toolChoice: { any: {} },
      },
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { schema: '{"type":"object"}', name: 'parcel', description: 'One.' } },
        },
      },
    })
  })

  test('lets Claude think as its model is told to: within a budget that is below the maximum, or with an effort', () => {
    const reasoning = { kind: 'effort', effort: 'medium' } as const
    expect(write({ reasoning }).body).toMatchObject({
      inferenceConfig: { maxTokens: 8_000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 4_000 } },
    })
    const { body } = write({ reasoning }, { ...target, model: 'global.anthropic.claude-opus-4-7-v1:0' })
    expect(body).toMatchObject({
      additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      outputConfig: { effort: 'medium' },
    })
    expect(body).not.toHaveProperty('inferenceConfig')
  })

  test('has its parts as blocks: results first, no blank texts, documents under names of their own', () => {
    const bill = {
      kind: 'document',
      at,
      name: 'bill_1.pdf',
      source: { kind: 'bytes', mediaType: 'application/pdf', base64: 'BBBB' },
    } as const
    const { body, leftOut } = write({
      turns: [
        user(
          { kind: 'text', at, text: '  ' },
          bill,
          { ...bill, at: 'second' },
          { kind: 'image', at, detail: 'low', source: { kind: 'bytes', mediaType: 'image/webp', base64: 'AAAA' } },
        ),
        own(
          { kind: 'thinking', text: 'Hm.', signature: 'c2ln' },
          { kind: 'hidden thinking', data: 'c2VjcmV0' },
          { kind: 'tool call', id: 'call 1', name: 'look', arguments: '{"a":1}' },
        ),
        user(
          { kind: 'text', at, text: 'Go on.' },
          {
            kind: 'tool result',
            at,
            id: 'call 1',
            name: null,
            failed: true,
            content: [{ kind: 'text', at, text: 'no' }],
          },
        ),
      ],
    })
    const document = (name: string) => ({ document: { format: 'pdf', name, source: { bytes: 'BBBB' } } })
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          document('bill-1-pdf'),
          document('bill-1-pdf (2)'),
          { image: { format: 'webp', source: { bytes: 'AAAA' } } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
          { reasoningContent: { redactedContent: 'c2VjcmV0' } },
          { toolUse: { toolUseId: 'id_call_20_1', name: 'look', input: { a: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'id_call_20_1', content: [{ text: 'no' }], status: 'error' } },
          { text: 'Go on.' },
        ],
      },
    ])
    expect(leftOut).toEqual(['x.detail'])
  })

  test('does without hints and thoughts that Bedrock cannot trust, and names them', () => {
    const { leftOut } = write(
      {
        endUser: 'ada',
        named: { endUser: 'user' },
        tools: [{ ...tool, cache: '5m' }],
        turns: [
          hi,
          own({ kind: 'thinking', text: 'Hm.', signature: null }, { kind: 'hidden thinking', data: 'of another!' }),
          hi,
        ],
      },
      nova,
    )
    expect(leftOut).toEqual(['user', 'tools.0', 'x', 'x'])
  })

  test('takes four marks of Claude’s cache and leaves out more', () => {
    const texts = Array.from({ length: 6 }, (_, i) => ({ kind: 'text', at: `t${i}`, text: 'x', cache: '5m' }) as const)
    const { body, leftOut } = write({ turns: [user(...texts)] })
    expect(JSON.stringify(body).split('cachePoint')).toHaveLength(5)
    expect(leftOut).toEqual(['t4', 't5'])
  })

  test('names no tools where none may be called', () => {
    expect(write({ tools: [tool], toolChoice: { kind: 'none' } }).body).not.toHaveProperty('toolConfig')
    const called = own({ kind: 'tool call', id: 'a', name: 'look', arguments: '{}' })
    expect(refused({ tools: [tool], toolChoice: { kind: 'none' }, turns: [hi, called, hi] })).toBe('toolChoice')
  })

  test.each<[Partial<NeutralRequest>, WriteTarget, string]>([
    [{ seed: 4, named: { seed: 'seed' } }, target, 'seed'],
    [{ frequencyPenalty: 1 }, target, 'frequencyPenalty'],
    [{ temperature: 1.5 }, target, 'temperature'],
    [{ parallelToolCalls: false, tools: [tool] }, target, 'parallelToolCalls'],
    [{ output: { kind: 'json' } }, target, 'output'],
    [{ topK: 4 }, nova, 'topK'],
    [{ reasoning: { kind: 'effort', effort: 'low' } }, nova, 'reasoning'],
    [{ turns: [user({ kind: 'image', at: 'img', source: { kind: 'url', url: 'https://a/b.png' } })] }, target, 'img'],
    [
      { turns: [user({ kind: 'image', at: 'img', source: { kind: 'bytes', mediaType: 'image/bmp', base64: '' } })] },
      target,
      'img',
    ],
  ])('with %j is refused by name', (request, to, param) => {
    expect(refused(request, to)).toBe(param)
  })

  test('comes back as it was, where a Converse caller’s is read', () => {
    const turns = [
      hi,
      own(
        { kind: 'thinking', text: 'Hm.', signature: 'c2ln' },
        { kind: 'text', text: 'Well.' },
        { kind: 'tool call', id: 't1', name: 'look', arguments: '{"a":1}' },
      ),
      user({
        kind: 'tool result',
        at,
        id: 't1',
        name: 'look',
        failed: false,
        content: [{ kind: 'text', at, text: 'ok' }],
      }),
    ]
    const settings = { temperature: 0.5, stop: ['END'], topK: 3, toolChoice: { kind: 'tool', name: 'look' } } as const
    const { body } = write({ ...settings, turns, tools: [{ ...tool, schema: { type: 'object' } }] })
    const again = converseCaller.readRequest(body, { model: 'claude', stream: false })
    expect(again).toMatchObject(settings)
    expect(JSON.parse(JSON.stringify(again.turns).replaceAll(/"at":"[^"]*"/g, '"at":"x"'))).toEqual(turns)
  })
})

const usage = { inputTokens: 7, outputTokens: 8, totalTokens: 15 }

describe('an answer', () => {
  test('in one piece is read part by part', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
      { reasoningContent: { redactedContent: 'c2VjcmV0' } },
      { text: 'Well.' },
      { citationsContent: { content: [{ text: 'Cited.' }], citations: [] } },
      { toolUse: { toolUseId: 't1', name: 'look', input: { a: 1 } } },
      { newKind: {} },
    ]
    expect(
      converseProvider.readAnswer({
        output: { message: { role: 'assistant', content } },
        stopReason: 'tool_use',
        usage,
      }),
    ).toEqual({
      model: null,
      parts: [
        { kind: 'thinking', text: 'Hm.', signature: 'c2ln' },
        { kind: 'hidden thinking', data: 'c2VjcmV0' },
        { kind: 'text', text: 'Well.' },
        { kind: 'text', text: 'Cited.' },
        { kind: 'tool call', id: 't1', name: 'look', arguments: '{"a":1}' },
      ],
      finish: 'tool calls',
      stopSequence: null,
      tokens: { input: 7, output: 8 },
    })
  })

  test.each([null, 'text', {}, { output: {} }, { output: { message: {} } }])('%j is none', (body) => {
    expect(converseProvider.readAnswer(body)).toBeNull()
  })

  test.each([
    ['guardrail_intervened', 'refusal'],
    ['content_filtered', 'refusal'],
    ['model_context_window_exceeded', 'length'],
    ['of_tomorrow', 'stop'],
  ])('that ends by %s ends by %s', (stopReason, finish) => {
    expect(converseProvider.readAnswer({ output: { message: { content: [] } }, stopReason })).toMatchObject({ finish })
  })

  /** The neutral events of these frames, torn into pieces of so many bytes. */
  function decoded(frames: readonly Buffer[], size: number) {
    const events: AnswerEvent[] = []
    let unreadable = 0
    const decoder = converseProvider.streamDecoder()
    const cutter = converseProvider.framing({
      event: (data, name) => events.push(...decoder.read(data, name)),
      unreadable: () => (unreadable += 1),
    })
    const bytes = Buffer.concat(frames)
    for (let from = 0; from < bytes.length; from += size) cutter.feed(bytes.subarray(from, from + size))
    cutter.end()
    return { events, unreadable }
  }

  const event = (name: string, payload: object) => writeFrame('event', name, payload)
  const delta = (contentBlockIndex: number, content: object) =>
    event('contentBlockDelta', { contentBlockIndex, delta: content })
  const start = (contentBlockIndex: number, id: string) =>
    event('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId: id, name: 'look' } } })

  test.each([1, 13, 100_000])('in frames is read event by event, torn every %i bytes', (size) => {
    const frames = [
      event('messageStart', { role: 'assistant' }),
      delta(0, { reasoningContent: { text: 'Hm.' } }),
      delta(0, { reasoningContent: { signature: 'c2ln' } }),
      delta(1, { reasoningContent: { redactedContent: 'c2VjcmV0' } }),
      delta(2, { text: 'Wéll.' }),
      event('contentBlockStop', { contentBlockIndex: 2 }),
      start(3, 't1'),
      delta(3, { toolUse: { input: '{"a":1}' } }),
      event('contentBlockStop', { contentBlockIndex: 3 }),
      start(4, 't2'),
      delta(4, { toolUse: { input: '' } }),
      event('contentBlockStop', { contentBlockIndex: 4 }),
      event('ofTomorrow', { a: 1 }),
      event('messageStop', { stopReason: 'tool_use' }),
      event('metadata', { usage, metrics: { latencyMs: 4 } }),
    ]
    expect(decoded(frames, size)).toEqual({
      events: [
        { kind: 'start', model: null, prompt: null },
        { kind: 'thinking', text: 'Hm.' },
        { kind: 'signature', signature: 'c2ln' },
        { kind: 'hidden thinking', data: 'c2VjcmV0' },
        { kind: 'text', text: 'Wéll.' },
        { kind: 'tool call', call: 0, id: 't1', name: 'look' },
        { kind: 'tool arguments', call: 0, json: '{"a":1}' },
        { kind: 'tool call', call: 1, id: 't2', name: 'look' },
        { kind: 'tool arguments', call: 1, json: '{}' },
        { kind: 'finish', reason: 'tool calls', stopSequence: null },
        { kind: 'usage', tokens: { input: 7, output: 8 } },
        { kind: 'end' },
      ],
      unreadable: 0,
    })
  })

  test('that is torn off, or garbled, is told to be unreadable', () => {
    const frame = event('messageStart', { role: 'assistant' })
    expect(decoded([frame.subarray(0, 40)], 7)).toEqual({ events: [], unreadable: 1 })
    const garbled = Buffer.from(frame)
    garbled[frame.length - 1]! ^= 1
    expect(decoded([garbled], 7)).toEqual({ events: [], unreadable: 1 })
  })

  test.each([
    ['throttlingException', 429],
    ['validationException', 400],
    ['modelStreamErrorException', 502],
    ['internalServerException', 500],
    ['ofTomorrowException', 500],
  ])('that ends with %s is an error of %i', (name, status) => {
    const { events } = decoded([writeFrame('exception', name, { message: 'No.' })], 7)
    expect(events).toEqual([{ kind: 'error', error: { status, message: 'No.', param: null, code: name } }])
  })

  test('that ends with an error that is no exception of Bedrock’s is one too, in its own words', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'No.' }
    const typed = Object.entries(headers).map(([key, value]) => [key, { type: 'string' as const, value }])
    const codec = new EventStreamCodec(toUtf8, fromUtf8)
    const frame = codec.encode({ headers: Object.fromEntries(typed), body: new Uint8Array() })
    expect(decoded([Buffer.from(frame)], 7).events).toMatchObject([
      { kind: 'error', error: { status: 500, message: 'No.' } },
    ])
  })
})
