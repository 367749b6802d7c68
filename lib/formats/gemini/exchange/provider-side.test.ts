import { describe, expect, test } from 'vitest'
import { generateContentProvider } from '#lib/formats/gemini/exchange/provider-side.ts'
import type { NeutralRequest, Turn, WrittenRequest } from '#lib/formats/neutral.ts'

const hi: Turn = { role: 'user', parts: [{ kind: 'text', at: 'messages.0', text: 'hi' }] }
const nothing: NeutralRequest = { stream: false, system: [], turns: [hi], tools: [], named: {}, leftOut: [] }

const notCarried = (param: string): object => expect.objectContaining({ param }) as object

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
    expect(() => media(source, model)).toThrow(notCarried('messages.0.content.1'))
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
  ])('with %s are refused', (_what, turns, param) => expect(() => write({ turns })).toThrow(notCarried(param)))
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
  expect(() => write({ parallelToolCalls: false, tools: [tool], named })).toThrow(notCarried('parallel_tool_calls'))
  // Clients that force one function say so by habit.
  for (const toolChoice of [{ kind: 'any' }, { kind: 'tool', name: tool.name }] as const)
    expect(write({ parallelToolCalls: false, tools: [tool], toolChoice, named }).leftOut).toContain(
      'parallel_tool_calls',
    )
  expect(() =>
    write({ parallelToolCalls: false, tools: [tool, { ...tool, name: 'b' }], toolChoice: { kind: 'any' }, named }),
  ).toThrow(notCarried('parallel_tool_calls'))
  expect(() => write({ stop: [...'123456'], named })).toThrow(notCarried('stop'))
})
