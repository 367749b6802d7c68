import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateContentCaller } from '#lib/formats/gemini/exchange/caller-side.ts'
import { generateContentProvider } from '#lib/formats/gemini/exchange/provider-side.ts'
import { NotCarried, type NeutralRequest, type Turn, type WrittenRequest } from '#lib/formats/neutral.ts'

const hi: Turn = { role: 'user', parts: [{ kind: 'text', at: 'messages.0', text: 'hi' }] }
const nothing: NeutralRequest = { stream: false, system: [], turns: [hi], tools: [], named: {}, leftOut: [] }

function write(
  request: Partial<NeutralRequest>,
  model = 'gemini-2.5-flash',
  outputMaximum: number | null = null,
): WrittenRequest {
  return generateContentProvider.writeRequest(
    { ...nothing, ...request },
    { model, outputMaximum, outputAllowed: 1_000 },
  )
}
const configOf = (request: Partial<NeutralRequest>, model?: string) => write(request, model).body.generationConfig

function refused(run: () => unknown): string | null {
  try {
    run()
    return null
  } catch (error) {
    return error instanceof NotCarried ? error.param : null
  }
}

test('a request is written with no more than it asks for', () => {
  expect(write({})).toEqual({ body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }, leftOut: [] })
})

test('instructions, settings and the output maximum stand where Google reads them', () => {
  const settings = { temperature: 0, topP: 1, topK: 4, seed: 7, frequencyPenalty: 1, presencePenalty: 2, stop: ['END'] }
  expect(write({ ...settings, system: [{ kind: 'text', at: 's', text: 'be kind' }] }, undefined, 64).body).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    systemInstruction: { parts: [{ text: 'be kind' }] },
    generationConfig: {
      maxOutputTokens: 64,
      temperature: 0,
      topP: 1,
      topK: 4,
      seed: 7,
      frequencyPenalty: 1,
      presencePenalty: 2,
      stopSequences: ['END'],
    },
  })
})

describe('media', () => {
  type Source =
    | { kind: 'bytes'; mediaType: string; base64: string }
    | { kind: 'url'; url: string }
    | { kind: 'file'; id: string }
  const media = (source: Source, model?: string) => {
    const part = { kind: 'image', at: 'messages.0.content.1', source } as const
    const { contents } = write({ turns: [{ role: 'user', parts: [part] }] }, model).body as {
      contents: { parts: object[] }[]
    }
    return contents[0]!.parts[0]
  }

  test('goes inline, or by an address that shows its type', () => {
    expect(media({ kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' })).toEqual({
      inlineData: { mimeType: 'image/png', data: 'AAAA' },
    })
    const url = 'https://x.test/a/b.JPG?size=1#x'
    expect(media({ kind: 'url', url })).toEqual({ fileData: { mimeType: 'image/jpeg', fileUri: url } })
  })

  test.each([
    [{ kind: 'url', url: 'https://x.test/picture' }, 'gemini-2.5-flash'],
    [{ kind: 'url', url: 'https://x.test/' }, 'gemini-2.5-flash'],
    [{ kind: 'url', url: 'http://x.test/a.png' }, 'gemini-2.5-flash'],
    [{ kind: 'url', url: 'https://x.test/a.png' }, 'gemini-2.0-flash'],
    [{ kind: 'file', id: 'file_1' }, 'gemini-2.5-flash'],
  ] as const)('from %j is refused for %s', (source, model) => {
    expect(refused(() => media(source, model))).toBe('messages.0.content.1')
  })
})

describe('tools', () => {
  const call = { kind: 'tool call', at: 'a', id: 'call_1', name: 'look', arguments: '{"a":1}' } as const
  const result = { kind: 'tool result', at: 'r', id: 'call_1', name: null, content: [], failed: false } as const
  const contents = (turns: Turn[], model?: string) => write({ turns }, model).body.contents as { parts: object[] }[]
  const answered = (text: string, failed: boolean) => {
    const parts = [{ ...result, content: [{ kind: 'text', at: 'r', text }], failed }] as const
    return contents([
      { role: 'assistant', parts: [call] },
      { role: 'user', parts },
    ])[1]!.parts[0]
  }

  test.each([
    ['fine', false, { output: 'fine' }],
    ['[1]', false, { output: '[1]' }],
    ['{"a":1}', false, { a: 1 }],
    ['{torn', false, { output: '{torn' }],
    ['no', true, { error: 'no' }],
    ['{"a":1}', true, { error: { a: 1 } }],
  ])('gave %s (failed: %s)', (text, failed, response) => {
    expect(answered(text, failed)).toEqual({ functionResponse: { id: 'call_1', name: 'look', response } })
  })

  test('are declared by JSON Schema', () => {
    const tool = { at: 't', name: 'look', description: 'x', schema: { type: 'object' }, strict: null }
    expect(write({ tools: [tool, { ...tool, name: 'go', description: null, schema: null }] }).body.tools).toEqual([
      {
        functionDeclarations: [
          { name: 'look', description: 'x', parametersJsonSchema: { type: 'object' } },
          { name: 'go' },
        ],
      },
    ])
  })

  test.each([
    [undefined, null, undefined],
    [{ kind: 'auto' }, null, undefined],
    [{ kind: 'auto' }, true, { mode: 'VALIDATED' }],
    [{ kind: 'none' }, null, { mode: 'NONE' }],
    [{ kind: 'any' }, true, { mode: 'ANY' }],
    [{ kind: 'tool', name: 'look' }, null, { mode: 'ANY', allowedFunctionNames: ['look'] }],
  ] as const)('are chosen by %j (strict: %s)', (toolChoice, strict, functionCallingConfig) => {
    const tools = [{ at: 't', name: 'look', description: null, schema: null, strict }]
    const { toolConfig } = write({ tools, ...(toolChoice ? { toolChoice } : {}) }).body
    expect(toolConfig).toEqual(functionCallingConfig && { functionCallingConfig })
  })

  test('that were called are signed; from Gemini 3 on the first of a turn in any case', () => {
    const said = (model: string, signature: string | null) =>
      contents([{ role: 'assistant', parts: [{ ...call, signature }, call] }], model)[0]!.parts
    const part = { functionCall: { id: 'call_1', name: 'look', args: { a: 1 } } }
    expect(said('gemini-2.5-pro', null)).toEqual([part, part])
    expect(said('gemini-3.1-pro', 'c2ln')).toEqual([{ ...part, thoughtSignature: 'c2ln' }, part])
    const instead = { ...part, thoughtSignature: 'skip_thought_signature_validator' }
    expect(said('gemini-3.1-pro', null)).toEqual([instead, part])
    expect(said('gemini-flash-latest', null)).toEqual([instead, part])
  })

  test.each<[string, Turn[], string]>([
    ['torn arguments', [{ role: 'assistant', parts: [{ ...call, arguments: '{"a":' }] }], 'a'],
    ['a result of no call', [{ role: 'user', parts: [result] }], 'r'],
    [
      'a picture as a result',
      [
        { role: 'assistant', parts: [call] },
        {
          role: 'user',
          parts: [{ ...result, content: [{ kind: 'image', at: 'p', source: { kind: 'url', url: 'x' } }] }],
        },
      ],
      'p',
    ],
    [
      'another provider’s thoughts',
      [{ role: 'assistant', parts: [{ kind: 'hidden thinking', at: 'h', data: 'x' }] }],
      'h',
    ],
  ])('with %s are refused', (_what, turns, param) => expect(refused(() => write({ turns }))).toBe(param))
})

describe('thinking', () => {
  const effort = (of: 'minimal' | 'low' | 'medium' | 'high' | 'max') => ({ kind: 'effort', effort: of }) as const
  test.each([
    ['gemini-2.5-flash', { kind: 'off' }, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', { kind: 'adaptive' }, { thinkingBudget: -1 }],
    ['gemini-2.5-flash', { kind: 'budget', tokens: 512 }, { thinkingBudget: 512 }],
    ['gemini-2.5-flash', effort('minimal'), { thinkingBudget: 1_024 }],
    ['gemini-2.5-flash', effort('medium'), { thinkingBudget: 8_192 }],
    ['gemini-2.5-flash', effort('max'), { thinkingBudget: 24_576 }],
    ['gemini-2.5-pro', effort('max'), { thinkingBudget: 32_768 }],
    ['gemini-3-flash-preview', effort('minimal'), { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.1-pro', effort('minimal'), { thinkingLevel: 'LOW' }],
    ['gemini-3.1-pro', effort('max'), { thinkingLevel: 'HIGH' }],
    ['gemini-3.1-pro', { kind: 'adaptive' }, undefined],
    ['gemini-3.1-pro', { kind: 'budget', tokens: 512 }, { thinkingBudget: 512 }],
    ['gemini-flash-latest', effort('low'), { thinkingLevel: 'LOW' }],
    ['gemini-2.0-flash', { kind: 'off' }, undefined],
  ] as const)('of %s: %j', (model, reasoning, thinkingConfig) => {
    expect(configOf({ reasoning }, model)).toEqual(thinkingConfig && { thinkingConfig })
  })

  test.each([
    ['gemini-2.5-pro', { kind: 'off' }],
    ['gemini-3-flash', { kind: 'off' }],
    ['gemini-2.0-flash', effort('low')],
  ] as const)('of %s cannot be %j', (model, reasoning) => {
    expect(refused(() => write({ reasoning, named: { reasoning: 'reasoning_effort' } }, model))).toBe(
      'reasoning_effort',
    )
  })

  test('is shown where it is asked for and there is any', () => {
    expect(configOf({ showThinking: true })).toEqual({ thinkingConfig: { includeThoughts: true } })
    expect(configOf({ showThinking: false })).toBeUndefined()
    expect(configOf({ showThinking: true }, 'gemini-2.0-flash')).toBeUndefined()
  })
})

test('an answer in JSON keeps to its schema, which takes the description', () => {
  const json = { responseMimeType: 'application/json' }
  const form = { kind: 'schema', name: 'x', schema: { type: 'object' }, strict: true } as const
  expect(configOf({ output: { kind: 'text' } })).toBeUndefined()
  expect(configOf({ output: { kind: 'json' } })).toEqual(json)
  expect(configOf({ output: { ...form, description: null } })).toEqual({
    ...json,
    responseJsonSchema: { type: 'object' },
  })
  expect(configOf({ output: { ...form, description: 'd' } })).toEqual({
    ...json,
    responseJsonSchema: { description: 'd', type: 'object' },
  })
})

test('hints are left out, and named; settings without a place are refused', () => {
  const tool = { at: 'tools.0', name: 'x', description: null, schema: null, strict: null, cache: '1h' } as const
  const part = {
    kind: 'image',
    at: 'messages.0',
    source: { kind: 'bytes', mediaType: 'image/png', base64: '' },
    detail: 'low',
    name: 'a',
    cache: '5m',
  } as const
  expect(
    write({ tools: [tool], turns: [{ role: 'user', parts: [part] }], endUser: 'u', named: { endUser: 'user' } })
      .leftOut,
  ).toEqual(['tools.0.cache_control', 'user', 'messages.0.cache_control', 'messages.0.detail', 'messages.0.name'])
  const named = { parallelToolCalls: 'parallel_tool_calls', stop: 'stop' }
  expect(write({ parallelToolCalls: false, named }).leftOut).toEqual([])
  expect(refused(() => write({ parallelToolCalls: false, tools: [tool], named }))).toBe('parallel_tool_calls')
  expect(refused(() => write({ stop: [...'123456'], named }))).toBe('stop')
})

test('what is written is read as what it was', () => {
  const text = fc.string({ minLength: 1 })
  const name = fc.stringMatching(/^[a-z]{1,8}$/)
  const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
  const settings = fc.record(
    {
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      topK: fc.nat(100),
      seed: fc.integer(),
      stop: fc.array(text, { minLength: 1, maxLength: 5 }),
      toolChoice: fc.constantFrom({ kind: 'any' } as const, { kind: 'none' } as const),
      showThinking: fc.constant(true),
      output: fc.constantFrom({ kind: 'json' } as const),
    },
    { requiredKeys: [] },
  )
  const exchange = fc.record({
    asked: text,
    thought: maybe(text),
    answered: text,
    called: maybe(fc.tuple(name, fc.dictionary(name, fc.jsonValue()), text)),
  })
  fc.assert(
    fc.property(
      settings,
      fc.array(exchange, { minLength: 1, maxLength: 4 }),
      fc.array(text, { maxLength: 2 }),
      (set, exchanges, system) => {
        const at = ''
        const turns = exchanges.flatMap(({ asked, thought, answered, called }, i): Turn[] => [
          { role: 'user', parts: [{ kind: 'text', at, text: asked }] },
          {
            role: 'assistant',
            parts: [
              ...(thought ? [{ kind: 'thinking', at, text: thought, signature: 'c2ln' } as const] : []),
              { kind: 'text', at, text: answered },
              ...(called
                ? [
                    {
                      kind: 'tool call',
                      at,
                      id: `id_${i}`,
                      name: called[0],
                      arguments: JSON.stringify(called[1]),
                      signature: null,
                    } as const,
                  ]
                : []),
            ],
          },
          ...(called
            ? ([
                {
                  role: 'user',
                  parts: [
                    {
                      kind: 'tool result',
                      at,
                      id: `id_${i}`,
                      name: called[0],
                      content: [{ kind: 'text', at, text: `> ${called[2]}` }],
                      failed: i % 2 === 1,
                    },
                  ],
                },
              ] as Turn[])
            : []),
        ])
        const request = {
          ...nothing,
          ...set,
          turns: joined(turns),
          system: system.map((one) => ({ kind: 'text', at, text: one }) as const),
        }
        const { body } = write(request)
        const read = generateContentCaller.readRequest(body, { model: 'x', stream: false })
        expect(placeless({ ...read, named: {} })).toEqual(placeless(request))
      },
    ),
  )
})

/** A result and the next question are one turn. */
function joined(turns: readonly Turn[]): Turn[] {
  return turns.reduce<Turn[]>((all, turn) => {
    const last = all.at(-1)
    if (last?.role === 'user' && turn.role === 'user')
      return [...all.slice(0, -1), { role: 'user', parts: [...last.parts, ...turn.parts] }]
    return [...all, turn]
  }, [])
}

function placeless(request: object): unknown {
  return JSON.parse(JSON.stringify(request, (key, value: unknown) => (key === 'at' ? undefined : value)))
}
