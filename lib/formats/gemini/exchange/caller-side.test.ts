import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateContentCaller } from '#lib/formats/gemini/exchange/caller-side.ts'
import { NotCarried, type NeutralRequest } from '#lib/formats/neutral.ts'

const addressed = { model: 'gemini-2.5-flash', stream: false }
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
const read = (body: object): NeutralRequest => generateContentCaller.readRequest({ contents, ...body }, addressed)
const notCarried = (param: string): object => expect.objectContaining({ name: 'Error', param }) as object
const config = (generationConfig: object): NeutralRequest => read({ generationConfig })

test('a request is read with its instructions, its turns and its settings', () => {
  expect(
    read({
      systemInstruction: { parts: [{ text: 'be kind' }] },
      generationConfig: {
        temperature: 0.5,
        top_p: 0.9,
        topK: '40',
        seed: 7,
        presencePenalty: 1,
        frequencyPenalty: -1,
        maxOutputTokens: 64,
        stopSequences: ['END'],
        candidateCount: 1,
        responseModalities: ['TEXT'],
      },
    }),
  ).toEqual({
    stream: false,
    system: [{ kind: 'text', at: 'systemInstruction.parts.0', text: 'be kind' }],
    turns: [{ role: 'user', parts: [{ kind: 'text', at: 'contents.0.parts.0', text: 'hi' }] }],
    tools: [],
    leftOut: [],
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    presencePenalty: 1,
    frequencyPenalty: -1,
    outputMaximum: 64,
    stop: ['END'],
    named: {
      temperature: 'generationConfig.temperature',
      topP: 'generationConfig.topP',
      topK: 'generationConfig.topK',
      seed: 'generationConfig.seed',
      presencePenalty: 'generationConfig.presencePenalty',
      frequencyPenalty: 'generationConfig.frequencyPenalty',
      outputMaximum: 'generationConfig.maxOutputTokens',
      stop: 'generationConfig.stopSequences',
    },
  })
})

describe('functions', () => {
  const declare = (...functionDeclarations: object[]) => ({ tools: [{ functionDeclarations }] })
  const two = declare({ name: 'a', description: 'x' }, { name: 'b' })
  const choice = (functionCallingConfig: object) => read({ ...two, toolConfig: { functionCallingConfig } })

  test('have their schemas, in whose words they are written', () => {
    const schema = { type: 'object', properties: {} }
    const body = {
      tools: {
        function_declarations: [
          { name: 'a', parametersJsonSchema: schema },
          { name: 'b', parameters: { type: 'OBJECT' } },
          { name: 'c' },
        ],
      },
    }
    expect(read(body).tools.map((tool) => tool.schema)).toEqual([schema, { type: 'object' }, null])
  })

  test.each([
    [{ mode: 'AUTO' }, { kind: 'auto' }],
    [{ mode: 'NONE' }, { kind: 'none' }],
    [{ mode: 'ANY' }, { kind: 'any' }],
    [
      { mode: 'ANY', allowedFunctionNames: ['a'] },
      { kind: 'tool', name: 'a' },
    ],
    [{ mode: 'ANY', allowed_function_names: ['b', 'a'] }, { kind: 'any' }],
    [{}, { kind: 'auto' }],
  ])('are called as %j says', (functionCallingConfig, expected) => {
    const request = choice(functionCallingConfig)
    expect([request.toolChoice, request.tools[0]!.strict]).toEqual([expected, null])
  })

  test('that are validated keep to their schemas', () => {
    const request = choice({ mode: 'VALIDATED' })
    expect([request.toolChoice, request.tools.map(({ strict }) => strict)]).toEqual([{ kind: 'auto' }, [true, true]])
  })

  test('are refused where some of them may be called and others not', () => {
    const three = declare({ name: 'a' }, { name: 'b' }, { name: 'c' })
    const toolConfig = { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a', 'b'] } }
    expect(() => read({ ...three, toolConfig })).toThrow(
      notCarried('toolConfig.functionCallingConfig.allowedFunctionNames'),
    )
  })
})

test.each([
  [{ responseMimeType: 'text/plain' }, undefined],
  [{ responseMimeType: 'application/json' }, { kind: 'json' }],
  [
    { responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' } },
    { kind: 'schema', name: 'response', description: null, schema: { type: 'object' }, strict: null },
  ],
  [
    { responseMimeType: 'application/json', _responseJsonSchema: { type: 'object' } },
    { kind: 'schema', name: 'response', description: null, schema: { type: 'object' }, strict: null },
  ],
])('%j asks for the form %j', (fields, output) => expect(config(fields).output).toEqual(output))

test.each([
  [{ thinkingBudget: 0 }, { kind: 'off' }],
  [{ thinkingBudget: -1 }, { kind: 'adaptive' }],
  [{ thinking_budget: 512 }, { kind: 'budget', tokens: 512 }],
  [{ thinkingLevel: 'low' }, { kind: 'effort', effort: 'low' }],
  [{ thinkingLevel: 'XHIGH' }, { kind: 'effort', effort: 'xhigh' }],
  [{ includeThoughts: true }, undefined],
])('%j is thinking of %j', (thinkingConfig, reasoning) =>
  expect(config({ thinkingConfig }).reasoning).toEqual(reasoning),
)

test('hints are left out, and named', () => {
  const parts = [{ text: 'x', partMetadata: {} }]
  const said = [{ role: 'model', parts: [{ text: 'y', thoughtSignature: 'c2ln' }] }]
  expect(
    read({ labels: { a: 'b' }, store: false, safetySettings: [], contents: [{ parts }, ...said] }).leftOut,
  ).toEqual(['labels', 'store', 'contents.0.parts.0.partMetadata', 'contents.1.parts.0.thoughtSignature'])
})

test.each<[string, object]>([
  ['safetySettings', { safetySettings: [{ category: 'x', threshold: 'y' }] }],
  ['cachedContent', { cachedContent: 'cachedContents/1' }],
  ['serviceTier', { serviceTier: 'flex' }],
  ['newField', { new_field: 1 }],
  ['tools.0.googleSearch', { tools: [{ googleSearch: {} }] }],
  ['tools.0.functionDeclarations.0.response', { tools: [{ functionDeclarations: [{ name: 'a', response: {} }] }] }],
  ['toolConfig.retrievalConfig', { toolConfig: { retrievalConfig: {} } }],
  ['generationConfig.candidateCount', { generationConfig: { candidateCount: 2 } }],
  ['generationConfig.responseModalities', { generationConfig: { responseModalities: ['IMAGE'] } }],
  ['generationConfig.responseLogprobs', { generationConfig: { responseLogprobs: true } }],
  ['generationConfig.speechConfig', { generationConfig: { speechConfig: {} } }],
  ['generationConfig.responseMimeType', { generationConfig: { responseMimeType: 'text/x.enum' } }],
  [
    'generationConfig.thinkingConfig.thinkingBudget',
    { generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'LOW' } } },
  ],
  ['contents.0.role', { contents: [{ role: 'system', parts: [{ text: 'x' }] }] }],
  ['contents.0.parts.0', { contents: [{ parts: [{}] }] }],
  ['contents.0.parts.0', { contents: [{ parts: [{ text: 'x', functionResponse: { id: 'x' } }] }] }],
  ['contents.0.parts.0', { contents: [{ role: 'model', parts: [{ text: 'x', functionCall: { name: 'x' } }] }] }],
  [
    'contents.0.parts.0.inlineData.mimeType',
    { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: 'A' } }] }] },
  ],
  ['contents.0.parts.0.videoMetadata', { contents: [{ parts: [{ text: 'x', videoMetadata: {} }] }] }],
  ['contents.0.parts.0.executableCode', { contents: [{ role: 'model', parts: [{ executableCode: {} }] }] }],
  [
    'contents.0.parts.0.functionResponse',
    { contents: [{ parts: [{ functionResponse: { name: 'x', response: {} } }] }] },
  ],
  [
    'contents.0.parts.0.thought_signature',
    { contents: [{ role: 'model', parts: [{ text: 'x', thoughtSignature: 'a', thought_signature: 'b' }] }] },
  ],
  ['systemInstruction.parts.0.inlineData', { systemInstruction: { parts: [{ inlineData: {} }] } }],
])('%s has no place and is refused by name', (param, body) => expect(() => read(body)).toThrow(notCarried(param)))

test('a stream is carried as events alone, and a caller that wants an array is told which parameter asks for them', () => {
  const stream = (query: string) => generateContentCaller.readRequest({ contents }, { model: 'x', stream: true, query })
  expect(() => stream('key=x')).toThrow(notCarried('alt'))
  expect(stream('key=x&alt=sse').stream).toBe(true)
})

test('any body is read or refused by name', () => {
  const names = [
    'contents',
    'parts',
    'text',
    'functionCall',
    'functionResponse',
    'name',
    'generationConfig',
    'tools',
    'role',
  ]
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue({ maxDepth: 0 }),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('tree')),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), tree), (body) => {
      const outcome = readOrRefuse(body)
      expect(outcome instanceof NotCarried || Array.isArray(outcome.turns)).toBe(true)
    }),
  )
})

function readOrRefuse(body: Record<string, unknown>): NeutralRequest | NotCarried {
  try {
    return generateContentCaller.readRequest(body, addressed)
  } catch (error) {
    if (error instanceof NotCarried) return error
    throw error
  }
}
