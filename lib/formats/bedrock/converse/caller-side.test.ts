/** What Converse's callers ask for, in neutral terms, and how they are answered. */
import { describe, expect, test } from 'vitest'
import { converseCaller } from '#lib/formats/bedrock/converse/sides.ts'
import { invokeCaller } from '#lib/formats/bedrock/invoke/caller-side.ts'
import { NotCarried, type AnswerEvent, type NeutralAnswer } from '#lib/formats/neutral.ts'
import { chunksIn, eventFrames } from '#lib/testing/event-frames.ts'

const addressed = { model: 'claude', stream: false }
const context = {
  callId: 'call_7',
  createdMs: 0,
  nowMs: () => 12,
  promptTokensEstimate: 21,
  upstreamModel: 'upstream',
  wantsUsage: true,
}
const base64 = (text: string) => Buffer.from(text).toString('base64')
const hi = [{ role: 'user', content: [{ text: 'hi' }] }]
const read = (body: object) => converseCaller.readRequest({ messages: hi, ...body }, addressed)

function refused(body: object): string {
  try {
    read(body)
  } catch (error) {
    if (error instanceof NotCarried) return error.param
    throw error
  }
  return 'nothing'
}

describe('a request', () => {
  test('has its settings under neutral names, and knows what their caller calls them', () => {
    const request = converseCaller.readRequest(
      {
        messages: hi,
        inferenceConfig: { maxTokens: 9, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
        additionalModelRequestFields: { top_k: 40, thinking: { type: 'enabled', budget_tokens: 2048 } },
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: { jsonSchema: { schema: '{"type":"object"}', name: 'parcel' } },
          },
        },
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: 'look',
                description: 'Looks.',
                inputSchema: { json: { type: 'object' } },
                strict: true,
              },
            },
            { cachePoint: { type: 'default', ttl: '1h' } },
          ],
          toolChoice: { tool: { name: 'look' } },
        },
      },
      { model: 'claude', stream: true },
    )
    expect(request).toMatchObject({
      stream: true,
      outputMaximum: 9,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stop: ['END'],
      reasoning: { kind: 'budget', tokens: 2048 },
      output: { kind: 'schema', name: 'parcel', schema: { type: 'object' } },
      toolChoice: { kind: 'tool', name: 'look' },
      tools: [{ name: 'look', description: 'Looks.', schema: { type: 'object' }, strict: true, cache: '1h' }],
      named: {
        outputMaximum: 'inferenceConfig.maxTokens',
        topK: 'additionalModelRequestFields.top_k',
        reasoning: 'additionalModelRequestFields.thinking',
        output: 'outputConfig.textFormat',
        toolChoice: 'toolConfig.toolChoice',
      },
      leftOut: [],
    })
  })

  test('has its texts, pictures, documents, thoughts, calls and results, each with its place', () => {
    const { system, turns } = read({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'Look.' },
            { image: { format: 'png', source: { bytes: 'AAAA' } } },
            { document: { format: 'pdf', name: 'Bill', source: { bytes: 'BBBB' } } },
            { document: { name: 'Note', source: { text: 'Dear' } } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
            { reasoningContent: { redactedContent: base64('hidden ✓') } },
            { toolUse: { toolUseId: 't1', name: 'look', input: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't1', status: 'error', content: [{ json: { b: 2 } }, { text: 'x' }] } },
            { cachePoint: { type: 'default' } },
          ],
        },
      ],
    })
    expect(system).toEqual([{ kind: 'text', at: 'system.0', text: 'Be brief.', cache: '5m' }])
    expect(turns).toMatchObject([
      {
        role: 'user',
        parts: [
          { kind: 'text', at: 'messages.0.content.0', text: 'Look.' },
          { kind: 'image', source: { kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' } },
          { kind: 'document', name: 'Bill', source: { mediaType: 'application/pdf', base64: 'BBBB' } },
          { kind: 'document', name: 'Note', source: { mediaType: 'text/plain', base64: base64('Dear') } },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { kind: 'thinking', text: 'Hm.', signature: 'c2ln' },
          { kind: 'hidden thinking', data: 'hidden ✓' },
          { kind: 'tool call', id: 't1', name: 'look', arguments: '{"a":1}' },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            kind: 'tool result',
            at: 'messages.2.content.0',
            id: 't1',
            name: 'look',
            failed: true,
            content: [{ text: '{"b":2}' }, { text: 'x' }],
            cache: '5m',
          },
        ],
      },
    ])
  })

  const content = (block: object) => ({ messages: [{ role: 'user', content: [block] }] })

  test.each([
    [{ newField: 1 }, 'newField'],
    [{ guardrailConfig: { guardrailIdentifier: 'g' } }, 'guardrailConfig'],
    [{ promptVariables: { a: { text: 'b' } } }, 'promptVariables'],
    [{ additionalModelResponseFieldPaths: ['/stop_sequence'] }, 'additionalModelResponseFieldPaths'],
    [{ additionalModelRequestFields: { reasoning_config: {} } }, 'additionalModelRequestFields.reasoning_config'],
    [{ inferenceConfig: { topK: 4 } }, 'inferenceConfig.topK'],
    [{ toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } }, 'toolConfig.tools.0.systemTool'],
    [{ system: [{ guardContent: { text: { text: 'x' } } }] }, 'system.0.guardContent'],
    [content({ video: { format: 'mp4', source: { bytes: 'AAAA' } } }), 'messages.0.content.0.video'],
    [
      content({ image: { format: 'png', source: { s3Location: { uri: 's3://a/b' } } } }),
      'messages.0.content.0.image.source.s3Location',
    ],
    [
      content({ document: { name: 'a', source: { text: 'x' }, citations: { enabled: true } } }),
      'messages.0.content.0.document.citations.enabled',
    ],
    [
      content({ toolResult: { toolUseId: 'a', content: [{ video: {} }] } }),
      'messages.0.content.0.toolResult.content.0.video',
    ],
    [{ messages: [...hi, { role: 'assistant', content: [{ text: 'Well' }] }] }, 'messages.1'],
    [
      {
        outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '[1]' } } } },
      },
      'outputConfig.textFormat.structure.jsonSchema.schema',
    ],
  ])('with %j is refused by the path of what has no place', (body, path) => {
    expect(refused(body)).toBe(path)
  })

  test('does without hints, and names them', () => {
    const { leftOut } = read({
      requestMetadata: { team: 'x' },
      performanceConfig: { latency: 'optimized' },
      serviceTier: { type: 'flex' },
      additionalModelRequestFields: { anthropic_beta: ['context-1m-2025-08-07'] },
      system: [{ cachePoint: { type: 'default' } }, { text: 'Be brief.' }],
    })
    expect(leftOut.toSorted()).toEqual([
      'additionalModelRequestFields.anthropic_beta',
      'performanceConfig.latency',
      'requestMetadata',
      'serviceTier',
      'system.0',
    ])
  })

  test('of Anthropic’s body is read as a message, its stream told by the address', () => {
    const body = {
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['x'],
      max_tokens: 9,
      messages: hi.map(() => ({ role: 'user', content: 'hi' })),
    }
    expect(invokeCaller.readRequest(body, { model: 'claude', stream: true })).toMatchObject({
      stream: true,
      outputMaximum: 9,
      leftOut: ['anthropic_beta'],
    })
  })
})

const answer: NeutralAnswer = {
  model: 'm',
  parts: [
    { kind: 'thinking', text: 'Hm.', signature: 'c2ln' },
    { kind: 'hidden thinking', data: 'hidden ✓' },
    { kind: 'text', text: 'Well.' },
    { kind: 'tool call', id: 't1', name: 'look', arguments: '{"a":1}', signature: 'xyz' },
  ],
  finish: 'tool calls',
  stopSequence: null,
  tokens: { input: 7, cached_read: 2, cache_write_1h: 1, output: 8 },
}
const usage = {
  inputTokens: 7,
  outputTokens: 8,
  totalTokens: 18,
  cacheReadInputTokens: 2,
  cacheWriteInputTokens: 1,
  cacheDetails: [{ ttl: '1h', inputTokens: 1 }],
}

describe('an answer', () => {
  test('is written as Converse’s clients read it, and its thoughts come back as they went', () => {
    const written = JSON.parse(converseCaller.writeAnswer(answer, context)) as {
      output: { message: { content: object[] } }
    }
    expect(written).toMatchObject({ stopReason: 'tool_use', usage, metrics: { latencyMs: 12 } })
    const { message } = written.output
    expect(message.content.at(-1)).toEqual({ toolUse: { toolUseId: 't1', name: 'look', input: { a: 1 } } })
    const result = { role: 'user', content: [{ toolResult: { toolUseId: 't1', content: [] } }] }
    const { turns, leftOut } = read({ messages: [...hi, message, result] })
    expect(turns[1]).toMatchObject({ role: 'assistant', parts: answer.parts })
    expect(leftOut).toEqual([])
  })

  test.each([
    ['stop', 'end_turn'],
    ['stop sequence', 'stop_sequence'],
    ['length', 'max_tokens'],
    ['refusal', 'content_filtered'],
  ] as const)('that ends by %s ends by %s', (finish, stopReason) => {
    expect(JSON.parse(converseCaller.writeAnswer({ ...answer, finish }, context))).toMatchObject({ stopReason })
  })

  const events: AnswerEvent[] = [
    { kind: 'start', model: 'm', prompt: null },
    { kind: 'thinking', text: 'Hm.' },
    { kind: 'signature', signature: 'c2ln' },
    { kind: 'hidden thinking', data: 'hidden ✓' },
    { kind: 'text', text: 'Well' },
    { kind: 'text', text: '.' },
    { kind: 'tool call', call: 0, id: 't1', name: 'look' },
    { kind: 'tool call', call: 1, id: 't2', name: 'see' },
    { kind: 'tool arguments', call: 1, json: '{}' },
    { kind: 'tool arguments', call: 0, json: '{"a":' },
    { kind: 'tool arguments', call: 0, json: '1}' },
    { kind: 'finish', reason: 'tool calls', stopSequence: null },
    { kind: 'usage', tokens: answer.tokens! },
    { kind: 'end' },
  ]

  test('streams as frames, block after block, also where the provider’s calls come side by side', () => {
    const encoder = converseCaller.streamEncoder(context)
    const frames = eventFrames(Buffer.concat(events.map((event) => encoder.write(event) as Buffer)))
    const delta = (contentBlockIndex: number, content: object) => [
      'contentBlockDelta',
      { contentBlockIndex, delta: content },
    ]
    const stop = (contentBlockIndex: number) => ['contentBlockStop', { contentBlockIndex }]
    const begin = (contentBlockIndex: number, toolUse: object) => [
      'contentBlockStart',
      { contentBlockIndex, start: { toolUse } },
    ]
    expect(frames.map(({ name, payload }) => [name, payload])).toEqual([
      ['messageStart', { role: 'assistant' }],
      delta(0, { reasoningContent: { text: 'Hm.' } }),
      delta(0, { reasoningContent: { signature: 'c2ln' } }),
      stop(0),
      delta(1, { reasoningContent: { redactedContent: base64('hidden ✓') } }),
      stop(1),
      delta(2, { text: 'Well' }),
      delta(2, { text: '.' }),
      stop(2),
      begin(3, { toolUseId: 't1', name: 'look' }),
      delta(3, { toolUse: { input: '{"a":' } }),
      delta(3, { toolUse: { input: '1}' } }),
      stop(3),
      begin(4, { toolUseId: 't2', name: 'see' }),
      delta(4, { toolUse: { input: '{}' } }),
      stop(4),
      ['messageStop', { stopReason: 'tool_use' }],
      ['metadata', { usage, metrics: { latencyMs: 12 } }],
    ])
  })

  test('in Anthropic’s events goes inside frames, without pings', () => {
    const encoder = invokeCaller.streamEncoder(context)
    const frames = eventFrames(Buffer.concat(events.map((event) => encoder.write(event) as Buffer)))
    const types = chunksIn(frames).map(({ type }) => type)
    expect(types).toHaveLength(frames.length)
    expect([types[0], types.at(-1), types.includes('ping')]).toEqual(['message_start', 'message_stop', false])
  })

  test.each([converseCaller, invokeCaller])('that fails in the midst ends with an exception', (side) => {
    const error = { status: 429, message: 'Later.', param: null, code: null }
    const frame = side.streamEncoder(context).write({ kind: 'error', error }) as Buffer
    expect(eventFrames(frame)).toEqual([
      { type: 'exception', name: 'throttlingException', payload: { message: 'Later.' } },
    ])
    expect(JSON.parse(side.writeError(error, context))).toEqual({ __type: 'ThrottlingException', message: 'Later.' })
  })
})
