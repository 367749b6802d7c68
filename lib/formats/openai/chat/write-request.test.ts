import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinTurns, type NeutralRequest, NotCarried, type Turn, type WriteTarget } from '#lib/formats/neutral.ts'
import { readRequest } from '#lib/formats/openai/chat/read-request.ts'
import { writeRequest } from '#lib/formats/openai/chat/write-request.ts'

const target: WriteTarget = { model: 'some-model', outputMaximum: null, outputAllowed: 1_000 }

function request(fields: Partial<NeutralRequest> = {}): NeutralRequest {
  const turns: Turn[] = [{ role: 'user', parts: [{ kind: 'text', text: 'Hello', at: 'a' }] }]
  return { stream: false, system: [], turns, tools: [], named: {}, leftOut: [], ...fields }
}

const hello = { model: 'some-model', messages: [{ role: 'user', content: 'Hello' }] }
const tool = { at: 't', name: 'look', description: null, schema: null, strict: null }

describe('a setting', () => {
  test.each<[Partial<NeutralRequest>, object]>([
    [{}, {}],
    [{ stream: true }, { stream: true, stream_options: { include_usage: true } }],
    [{ temperature: 0 }, { temperature: 0 }],
    [{ topP: 0.5 }, { top_p: 0.5 }],
    [{ seed: 7 }, { seed: 7 }],
    [{ frequencyPenalty: 1 }, { frequency_penalty: 1 }],
    [{ presencePenalty: 1 }, { presence_penalty: 1 }],
    [{ stop: ['a'] }, { stop: ['a'] }],
    [{ output: { kind: 'text' } }, { response_format: { type: 'text' } }],
    [{ output: { kind: 'json' } }, { response_format: { type: 'json_object' } }],
    [
      { output: { kind: 'schema', name: 'n', description: null, schema: { type: 'object' }, strict: null } },
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } },
    ],
    [
      { output: { kind: 'schema', name: 'n', description: 'd', schema: {}, strict: false } },
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', description: 'd', schema: {}, strict: false },
        },
      },
    ],
    [{ reasoning: { kind: 'off' } }, { reasoning_effort: 'none' }],
    [{ reasoning: { kind: 'adaptive' } }, { reasoning_effort: 'medium' }],
    [{ reasoning: { kind: 'effort', effort: 'minimal' } }, { reasoning_effort: 'minimal' }],
    [{ reasoning: { kind: 'effort', effort: 'low' } }, { reasoning_effort: 'low' }],
    [{ reasoning: { kind: 'effort', effort: 'medium' } }, { reasoning_effort: 'medium' }],
    [{ reasoning: { kind: 'effort', effort: 'high' } }, { reasoning_effort: 'high' }],
    [{ reasoning: { kind: 'effort', effort: 'max' } }, { reasoning_effort: 'xhigh' }],
    [{ reasoning: { kind: 'budget', tokens: 1_024 } }, { reasoning_effort: 'low' }],
    [{ reasoning: { kind: 'budget', tokens: 4_096 } }, { reasoning_effort: 'low' }],
    [{ reasoning: { kind: 'budget', tokens: 4_097 } }, { reasoning_effort: 'medium' }],
    [{ reasoning: { kind: 'budget', tokens: 16_384 } }, { reasoning_effort: 'medium' }],
    [{ reasoning: { kind: 'budget', tokens: 16_385 } }, { reasoning_effort: 'high' }],
    [{ toolChoice: { kind: 'any' }, parallelToolCalls: false }, {}],
  ])('of %j is written as %j', (fields, written) => {
    expect(writeRequest(request(fields), target)).toEqual({ body: { ...hello, ...written }, leftOut: [] })
  })

  test.each<[NeutralRequest['toolChoice'], unknown]>([
    [{ kind: 'auto' }, 'auto'],
    [{ kind: 'none' }, 'none'],
    [{ kind: 'any' }, 'required'],
    [
      { kind: 'tool', name: 'look' },
      { type: 'function', function: { name: 'look' } },
    ],
  ])('of the choice %j among tools is written as %j', (toolChoice, tool_choice) => {
    const { body } = writeRequest(request({ tools: [tool], toolChoice: toolChoice!, parallelToolCalls: false }), target)
    expect(body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'look' } }],
      tool_choice,
      parallel_tool_calls: false,
    })
  })

  test('of top k has no place, and is refused as the caller calls it', () => {
    const asked = request({ topK: 5, named: { topK: 'generationConfig.topK' } })
    expect(() => writeRequest(asked, target)).toThrow('generationConfig.topK cannot be carried')
  })

  test('of whether thoughts are shown is left out and named', () => {
    const asked = request({ showThinking: true, named: { showThinking: 'thinking.display' } })
    expect(writeRequest(asked, target).leftOut).toEqual(['thinking.display'])
  })

  test.each([
    ['gpt-5', 'u'.repeat(64), true],
    ['gpt-5', 'u'.repeat(65), false],
    ['mistral-large', 'u', false],
  ])('of the end user is a hint that %s gets where it takes it', (model, endUser, taken) => {
    const asked = request({ endUser, named: { endUser: 'metadata.user_id' } })
    const { body, leftOut } = writeRequest(asked, { ...target, model })
    expect(body.user).toBe(taken ? endUser : undefined)
    expect(leftOut).toEqual(taken ? [] : ['metadata.user_id'])
  })

  test.each([
    ['gpt-4o-mini', 'max_completion_tokens'],
    ['gpt-5', 'max_completion_tokens'],
    ['openai/gpt-6-astra', 'max_completion_tokens'],
    ['ft:gpt-4o:team::id', 'max_completion_tokens'],
    ['o3-mini', 'max_completion_tokens'],
    ['gpt-oss-120b', 'max_tokens'],
    ['openai/gpt-oss-20b', 'max_tokens'],
    ['deepseek-chat', 'max_tokens'],
    ['llama3.1:8b', 'max_tokens'],
    ['some-model', 'max_tokens'],
  ])('of the output maximum is for %s written as %s', (model, name) => {
    const { body } = writeRequest(request({ outputMaximum: 1 }), { ...target, model, outputMaximum: 50 })
    expect(body).toEqual({ ...hello, model, [name]: 50 })
  })

  test.each([
    ['gpt-4o', undefined],
    ['chatgpt-4o-latest', undefined],
    ['gpt-5.2', 'none'],
    ['qwen3', 'none'],
  ])('of no reasoning is for %s written as %s', (model, effort) => {
    const { body } = writeRequest(request({ reasoning: { kind: 'off' } }), { ...target, model })
    expect(body.reasoning_effort).toBe(effort)
  })
})

describe('a conversation', () => {
  const at = 'x'
  const messagesOf = (turns: Turn[], model = 'some-model') => {
    const { body, leftOut } = writeRequest(request({ turns }), { ...target, model })
    return { messages: body.messages, leftOut }
  }
  const user = (...parts: Extract<Turn, { role: 'user' }>['parts']): Turn => ({ role: 'user', parts })
  const assistant = (...parts: Extract<Turn, { role: 'assistant' }>['parts']): Turn => ({ role: 'assistant', parts })
  const text = (words: string) => ({ kind: 'text', text: words, at }) as const

  test('has its instructions first, in one message', () => {
    const { body } = writeRequest(request({ system: [text('a')] }), target)
    expect(body.messages).toEqual([{ role: 'system', content: 'a' }, ...hello.messages])
    const { body: two } = writeRequest(request({ system: [text('a'), text('b')] }), target)
    expect(two.messages).toMatchObject([
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'user' },
    ])
  })

  test('has images and documents in their places', () => {
    const { messages } = messagesOf([
      user(
        text('a'),
        { kind: 'image', at, source: { kind: 'url', url: 'https://x/y.png' }, detail: 'low' },
        { kind: 'image', at, source: { kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' } },
        {
          kind: 'document',
          at,
          source: { kind: 'bytes', mediaType: 'application/pdf', base64: 'AAAA' },
          name: 'a.pdf',
        },
        { kind: 'document', at, source: { kind: 'bytes', mediaType: 'application/pdf', base64: 'AAAA' } },
        { kind: 'document', at, source: { kind: 'bytes', mediaType: 'text/plain', base64: 'AAAA' } },
      ),
    ])
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
          { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
          { type: 'file', file: { filename: 'document.txt', file_data: 'data:text/plain;base64,AAAA' } },
        ],
      },
    ])
  })

  test('has a message for each result of a tool, in the order of the turn', () => {
    const result = { kind: 'tool result', name: 'look', failed: false, at } as const
    const { messages, leftOut } = messagesOf([
      user(
        text('Look:'),
        { ...result, id: 'c1', content: [text('Sun')] },
        { ...result, id: 'c2', content: [] },
        { ...result, id: 'c3', content: [text('a'), text('b')], failed: true, at: 'messages.2.content.2' },
        text('And?'),
      ),
    ])
    expect(messages).toEqual([
      { role: 'user', content: 'Look:' },
      { role: 'tool', tool_call_id: 'c1', content: 'Sun' },
      { role: 'tool', tool_call_id: 'c2', content: '' },
      {
        role: 'tool',
        tool_call_id: 'c3',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'user', content: 'And?' },
    ])
    expect(leftOut).toEqual(['messages.2.content.2.is_error'])
  })

  test('has what the assistant said and called', () => {
    const { messages } = messagesOf([
      assistant(
        text('I look.'),
        { kind: 'tool call', id: 'c1', name: 'look', arguments: '{"a":1}', at },
        { kind: 'tool call', id: 'c2', name: 'wait', arguments: '', at },
      ),
      assistant({ kind: 'refusal', text: 'No.', at }),
    ])
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
          { id: 'c2', type: 'function', function: { name: 'wait', arguments: '{}' } },
        ],
      },
      { role: 'assistant', content: null, refusal: 'No.' },
    ])
  })

  test.each<[string, string | null, string | undefined]>([
    ['deepseek-reasoner', null, 'Hm.'],
    ['moonshotai/Kimi-K2', null, 'Hm.'],
    ['zai-org/GLM-5', null, 'Hm.'],
    ['deepseek-reasoner', 'sig', ''],
    ['gpt-5', null, undefined],
    ['mistral-large', null, undefined],
  ])('hands a thought back to %s, signed %s, as %s', (model, signature, reasoning_content) => {
    const thinking = { kind: 'thinking', text: 'Hm.', signature, at: 'messages.1.content.0' } as const
    const { messages, leftOut } = messagesOf([assistant(thinking, text('Yes.'))], model)
    expect(messages).toEqual([
      { role: 'assistant', content: 'Yes.', ...(reasoning_content !== undefined && { reasoning_content }) },
    ])
    expect(leftOut).toEqual(reasoning_content ? [] : ['messages.1.content.0'])
  })

  test('has no message for a turn of hidden thoughts alone', () => {
    const { messages, leftOut } = messagesOf([assistant({ kind: 'hidden thinking', data: 'x', at: 'm.1' })])
    expect(messages).toEqual([])
    expect(leftOut).toEqual(['m.1'])
  })

  test.each([
    ['gemini-3-pro', { google: { thought_signature: 'sig' } }, []],
    ['some-model', undefined, ['m.1.signature']],
  ])('hands the signature of a call back to %s as %j', (model, extra_content, left) => {
    const call = { kind: 'tool call', id: 'c', name: 'look', arguments: '{}', signature: 'sig', at: 'm.1' } as const
    const { messages, leftOut } = messagesOf([assistant(call)], model)
    expect(messages).toMatchObject([{ tool_calls: [extra_content ? { extra_content } : {}] }])
    expect(JSON.stringify(messages).includes('extra_content')).toBe(extra_content !== undefined)
    expect(leftOut).toEqual(left)
  })

  test('loses marks of what may be cached, and names each', () => {
    const cached = { ...text('a'), cache: '5m' } as const
    const result = { kind: 'tool result', id: 'c', name: null, failed: false, cache: '5m' } as const
    const { leftOut } = writeRequest(
      request({
        system: [{ ...cached, at: 'system.0' }],
        tools: [{ ...tool, at: 'tools.0', cache: '1h' }],
        turns: [
          user({ ...cached, at: 'messages.0.content.0' }),
          assistant({ ...cached, at: 'messages.1.content.0' }),
          user({
            ...result,
            at: 'messages.2.content.0',
            content: [{ ...cached, at: 'messages.2.content.0.content.0' }],
          }),
        ],
      }),
      target,
    )
    expect(leftOut.toSorted()).toEqual([
      'messages.0.content.0.cache_control',
      'messages.1.content.0.cache_control',
      'messages.2.content.0.cache_control',
      'messages.2.content.0.content.0.cache_control',
      'system.0.cache_control',
      'tools.0.cache_control',
    ])
  })

  const bytes = { kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' } as const
  test.each<[string, Extract<Turn, { role: 'user' }>['parts'][number]]>([
    ['p.1', { kind: 'image', at: 'p.1', source: { kind: 'file', id: 'f' } }],
    ['p.1', { kind: 'document', at: 'p.1', source: { kind: 'file', id: 'f' } }],
    ['p.1', { kind: 'document', at: 'p.1', source: { kind: 'url', url: 'https://x/a.pdf' } }],
    ['p.1.detail', { kind: 'document', at: 'p.1', source: bytes, detail: 'low' }],
    [
      'p.1.content.0',
      {
        kind: 'tool result',
        at: 'p.1',
        id: 'c',
        name: null,
        failed: false,
        content: [{ kind: 'image', at: 'p.1.content.0', source: bytes }],
      },
    ],
  ])('is refused as %s where it has no place: %j', (param, part) => {
    expect(() => messagesOf([user(part)])).toThrow(
      expect.objectContaining({ constructor: NotCarried, param }) as unknown as Error,
    )
  })
})

describe('a request that this wire can carry', () => {
  const at = fc.constant('somewhere')
  const words = fc.string({ minLength: 1 })
  const text = fc.record({ kind: fc.constant('text' as const), text: words, at })
  const base64 = fc.base64String({ minLength: 4 })
  const url = fc.webUrl({ validSchemes: ['https', 'http'] })
  const image = fc.record(
    {
      kind: fc.constant('image' as const),
      at,
      source: fc.oneof(
        fc.record({ kind: fc.constant('url' as const), url }),
        fc.record({ kind: fc.constant('bytes' as const), mediaType: fc.constant('image/png'), base64 }),
      ),
      detail: fc.constantFrom('low' as const, 'high' as const, 'auto' as const),
    },
    { requiredKeys: ['kind', 'at', 'source'] },
  )
  const document = fc.record({
    kind: fc.constant('document' as const),
    at,
    source: fc.record({ kind: fc.constant('bytes' as const), mediaType: fc.constant('application/pdf'), base64 }),
    name: words,
  })
  const said = fc
    .tuple(
      fc.array(fc.record({ kind: fc.constant('thinking' as const), text: words, signature: fc.constant(null), at }), {
        maxLength: 1,
      }),
      fc.array(text, { maxLength: 2 }),
      fc.array(fc.record({ kind: fc.constant('refusal' as const), text: words, at }), { maxLength: 1 }),
      fc.array(
        fc.record({
          kind: fc.constant('tool call' as const),
          id: fc.constant(''),
          name: words,
          arguments: words,
          at,
        }),
        { maxLength: 3 },
      ),
    )
    .filter(([, texts, refusals, calls]) => texts.length + refusals.length + calls.length > 0)

  type CallPart = Extract<Extract<Turn, { role: 'assistant' }>['parts'][number], { kind: 'tool call' }>
  const exchange = fc.tuple(
    fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 }),
    said,
    fc.array(text),
  )

  /** Turns in which each call has its own id, and its result in the turn after it. */
  const turns = fc.array(exchange, { minLength: 1, maxLength: 4 }).map((exchanges) =>
    joinTurns(
      exchanges.flatMap(([asked, [thoughts, texts, refusals, calls], outcome], number): Turn[] => {
        const made: CallPart[] = calls.map((call, index) => ({ ...call, id: `c${number}_${index}` }))
        const content = outcome.length === 0 ? [{ kind: 'text', text: '', at: 'somewhere' } as const] : outcome
        const results = made.map(({ id, name }) => {
          return { kind: 'tool result', id, name, content, failed: false, at: 'somewhere' } as const
        })
        return [
          { role: 'user', parts: asked },
          { role: 'assistant', parts: [...thoughts, ...texts, ...refusals, ...made] },
          ...(results.length > 0 ? [{ role: 'user', parts: results } as const] : []),
        ]
      }),
    ),
  )
  const schema = fc.dictionary(words, fc.jsonValue().map(withoutMinusZero))
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const settings = fc.record({
    toolChoice: optional(
      fc.oneof(
        fc.record({ kind: fc.constantFrom('auto' as const, 'none' as const, 'any' as const) }),
        fc.record({ kind: fc.constant('tool' as const), name: words }),
      ),
    ),
    parallelToolCalls: optional(fc.constant(false)),
    outputMaximum: optional(fc.integer({ min: 1 })),
    temperature: optional(fc.constantFrom(0, 0.7, 2)),
    topP: optional(fc.constantFrom(0.1, 1)),
    seed: optional(fc.nat()),
    frequencyPenalty: optional(fc.constantFrom(-2, 1)),
    presencePenalty: optional(fc.constantFrom(-2, 1)),
    stop: optional(fc.array(words, { minLength: 1, maxLength: 4 })),
    output: optional(
      fc.oneof(
        fc.record({ kind: fc.constantFrom('text' as const, 'json' as const) }),
        fc.record({
          kind: fc.constant('schema' as const),
          name: words,
          description: fc.option(words),
          schema,
          strict: fc.option(fc.boolean()),
        }),
      ),
    ),
    reasoning: optional(
      fc.oneof(
        fc.record({ kind: fc.constant('off' as const) }),
        fc.record({
          kind: fc.constant('effort' as const),
          effort: fc.constantFrom(
            'minimal' as const,
            'low' as const,
            'medium' as const,
            'high' as const,
            'xhigh' as const,
          ),
        }),
      ),
    ),
    endUser: optional(fc.string({ minLength: 1, maxLength: 64 })),
  })
  const tools = fc.array(
    fc.record({
      at,
      name: words,
      description: fc.option(words),
      schema: fc.option(schema),
      strict: fc.option(fc.boolean()),
    }),
    { minLength: 1, maxLength: 3 },
  )
  const requests = fc
    .record({ settings, stream: fc.boolean(), system: fc.array(text, { maxLength: 2 }), turns, tools })
    .map(({ settings: chosen, ...rest }) => ({ ...given(chosen), ...rest, named: {}, leftOut: [] }) as NeutralRequest)

  test('is the same once it is written and read again', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom('gpt-6', 'deepseek-v4'), (any, model) => {
        const asked = model === 'gpt-6' ? withoutThoughts(any) : withoutEndUser(any)
        const written = writeRequest(asked, { model, outputMaximum: asked.outputMaximum ?? null, outputAllowed: 1 })
        expect(written.leftOut).toEqual([])
        const overTheWire = JSON.parse(JSON.stringify(written.body)) as Record<string, unknown>
        expect(placeless(readRequest(overTheWire))).toEqual(placeless(asked))
      }),
    )
  })

  function withoutThoughts(asked: NeutralRequest): NeutralRequest {
    const spoken = (part: { readonly kind: string }) => part.kind !== 'thinking'
    const kept = asked.turns.map((turn) => ({ ...turn, parts: turn.parts.filter(spoken) }) as Turn)
    return { ...asked, turns: kept }
  }

  function withoutEndUser({ endUser: _, ...asked }: NeutralRequest): NeutralRequest {
    return asked
  }

  function given(settingsAsked: object): object {
    return Object.fromEntries(Object.entries(settingsAsked).filter(([, value]) => value !== undefined))
  }

  /** JSON has one zero. */
  function withoutMinusZero(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value)) as unknown
  }

  /** Without where things stood and what they were called, which is another on each wire. */
  function placeless({ named: _, ...asked }: NeutralRequest): unknown {
    return JSON.parse(JSON.stringify(asked, (name, value: unknown) => (name === 'at' ? undefined : value)))
  }
})
