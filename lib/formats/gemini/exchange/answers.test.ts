/** Gemini's whole answers and errors, read and written. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateContentCaller } from '#lib/formats/gemini/exchange/caller-side.ts'
import { generateContentProvider } from '#lib/formats/gemini/exchange/provider-side.ts'
import type { AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'

const { readAnswer, readError } = generateContentProvider
const context = {
  callId: 'call_7',
  createdMs: 0,
  upstreamModel: 'upstream',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: true,
}
const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 3, thoughtsTokenCount: 5, totalTokenCount: 15 }
const tokens = { input: 7, output: 8, reasoning: 5 }
const candidate = (finishReason: string | undefined, ...parts: object[]) => ({
  content: { parts, role: 'model' },
  finishReason,
})
const answer = (finishReason: string, ...parts: object[]) => ({
  candidates: [candidate(finishReason, ...parts)],
  usageMetadata,
  modelVersion: 'gemini-2.5-flash',
  responseId: 'r-1',
})

describe('a provider’s answer', () => {
  test('is read with its thoughts, its text, its calls and its usage', () => {
    const thought = { text: 'hm', thought: true, thoughtSignature: 'c2ln' }
    const called = { functionCall: { id: 'x', name: 'look', args: { a: 1 } }, thoughtSignature: 'Y2FsbA==' }
    expect(readAnswer(answer('STOP', thought, { text: 'Well.', thoughtSignature: 'x' }, called))).toEqual({
      model: 'gemini-2.5-flash',
      parts: [
        { kind: 'thinking', text: 'hm', signature: 'c2ln' },
        { kind: 'text', text: 'Well.' },
        { kind: 'tool call', id: 'x', name: 'look', arguments: '{"a":1}', signature: 'Y2FsbA==' },
      ],
      finish: 'tool calls',
      stopSequence: null,
      tokens,
    })
  })

  test('gives calls without ids the same ones whenever it is read', () => {
    const read = () =>
      readAnswer(answer('STOP', { functionCall: { name: 'a' } }, { functionCall: { name: 'a' } }))!.parts
    expect(read().map((part) => part.kind === 'tool call' && [part.id, part.arguments])).toEqual([
      ['call_r-1_0', '{}'],
      ['call_r-1_1', '{}'],
    ])
    expect(read()).toEqual(read())
  })

  test.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'refusal'],
    ['RECITATION', 'refusal'],
    ['MALFORMED_FUNCTION_CALL', 'refusal'],
    ['A_REASON_OF_TOMORROW', 'refusal'],
  ])('that ended by %s ended by %s', (reason, finish) => {
    expect(readAnswer(answer(reason, { text: 'x' }))!.finish).toBe(finish)
  })

  test('says what Google says of a block, of the answer and of the prompt', () => {
    const cut = { candidates: [{ finishReason: 'SAFETY', finishMessage: 'Not this.' }] }
    expect(readAnswer(cut)).toMatchObject({ parts: [{ kind: 'refusal', text: 'Not this.' }], finish: 'refusal' })
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }
    expect(readAnswer(blocked)).toMatchObject({
      parts: [{ kind: 'refusal', text: 'The prompt was blocked: PROHIBITED_CONTENT.' }],
      finish: 'refusal',
    })
  })

  test.each([null, [], 'text', {}, { error: { code: 400 } }, { choices: [] }])('is none: %j', (body) => {
    expect(readAnswer(body)).toBeNull()
  })
})

describe('an answer for a Gemini caller', () => {
  const whole: NeutralAnswer = {
    model: null,
    parts: [{ kind: 'text', text: 'Hi' }],
    finish: 'stop',
    stopSequence: null,
    tokens: { input: 1, cached_read: 2, cache_write_5m: 4, audio_input: 8, output: 8, reasoning: 5, audio_output: 1 },
  }
  const write = (differences: Partial<NeutralAnswer>) =>
    JSON.parse(generateContentCaller.writeAnswer({ ...whole, ...differences }, context)) as { candidates: object[] }

  test('has Google’s shape and counts', () => {
    expect(write({})).toEqual({
      candidates: [{ content: { parts: [{ text: 'Hi' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: {
        promptTokenCount: 15,
        cachedContentTokenCount: 2,
        candidatesTokenCount: 4,
        thoughtsTokenCount: 5,
        totalTokenCount: 24,
      },
      modelVersion: 'upstream',
      responseId: '7',
    })
  })

  test.each([
    ['stop sequence', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['tool calls', 'STOP'],
    ['refusal', 'SAFETY'],
  ] as const)('that ended by %s says %s', (finish, finishReason) => {
    expect(write({ finish }).candidates[0]).toMatchObject({ finishReason })
  })

  test('has calls whole, and none that the maximum has torn', () => {
    const call = { kind: 'tool call', id: 'x', name: 'look', signature: null } as const
    const parts = [
      { ...call, arguments: '{"a":1}' },
      { ...call, arguments: '{"a":' },
    ]
    expect(write({ parts }).candidates[0]).toMatchObject({
      content: { parts: [{ functionCall: { id: 'x', name: 'look', args: { a: 1 } } }, { functionCall: { args: {} } }] },
    })
  })
})

test('what only another provider can read goes to a Gemini caller and back', () => {
  const data = 'secret+thought=='
  const written = generateContentCaller.writeAnswer(
    { model: null, parts: [{ kind: 'hidden thinking', data }], finish: 'stop', stopSequence: null, tokens: null },
    context,
  )
  const { content } = (JSON.parse(written) as { candidates: { content: object }[] }).candidates[0]!
  const { turns } = generateContentCaller.readRequest({ contents: [content] }, { model: 'x', stream: false })
  expect(turns[0]!.parts).toMatchObject([{ kind: 'hidden thinking', data }])
})

const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: fc.string({ minLength: 1 }) }),
  fc.record({
    kind: fc.constant('thinking' as const),
    text: fc.string({ minLength: 1 }),
    signature: fc.constantFrom('c2ln', null),
  }),
  fc.record({
    kind: fc.constant('tool call' as const),
    id: fc.stringMatching(/^[a-z]{1,8}$/),
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    arguments: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.jsonValue()).map((args) => JSON.stringify(args)),
    signature: fc.constantFrom('c2ln', null),
  }),
)

test('a whole answer is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      const finish = parts.some(({ kind }) => kind === 'tool call') ? 'tool calls' : 'stop'
      const whole = { model: 'm', parts, finish, stopSequence: null, tokens } as const
      const written = generateContentCaller.writeAnswer(whole, context)
      expect(readAnswer(JSON.parse(written))).toEqual(JSON.parse(JSON.stringify(whole)))
    }),
  )
})

describe('an error', () => {
  const error = { status: 400, message: 'Wrong.', param: 'contents', code: 'INVALID_ARGUMENT' }

  test('goes to a caller in Google’s shape, and is read from it, in an array too', () => {
    const body = JSON.parse(generateContentCaller.writeError(error, context)) as object
    expect(body).toMatchObject({ error: { code: 400, message: 'Wrong.', status: 'INVALID_ARGUMENT' } })
    expect(readError(400, body)).toEqual(error)
    expect(readError(400, [body])).toEqual(error)
    const event = generateContentCaller.streamEncoder(context).write({ kind: 'error', error })
    expect(event).toBe(`data: ${JSON.stringify(body)}\r\n\r\n`)
  })

  test('without a body says its status', () => {
    expect(readError(502, undefined)).toMatchObject({ status: 502, message: expect.stringContaining('502') as string })
  })
})
