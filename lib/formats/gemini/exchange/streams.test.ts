/** Gemini's streams, read and written. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateContentCaller } from '#lib/formats/gemini/exchange/caller-side.ts'
import { generateContentProvider } from '#lib/formats/gemini/exchange/provider-side.ts'
import type { AnswerEvent } from '#lib/formats/neutral.ts'

const { streamDecoder } = generateContentProvider
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

/** Events of a Gemini stream as JSON texts. */
function dataIn(stream: string): string[] {
  const events = stream.split('\r\n\r\n')
  expect(events.pop()).toBe('')
  return events.map((event) => {
    expect(event.startsWith('data: ')).toBe(true)
    return event.slice('data: '.length)
  })
}

function encoded(events: readonly AnswerEvent[]): string {
  const encoder = generateContentCaller.streamEncoder(context)
  return events.map((event) => encoder.write(event)).join('')
}

function decoded(all: readonly string[]): AnswerEvent[] {
  const decoder = streamDecoder()
  return all.flatMap((data) => decoder.read(data, undefined))
}

describe('a stream', () => {
  test('of a provider is read chunk by chunk', () => {
    const chunk = (candidates: object[], usage: object) =>
      JSON.stringify({ candidates, usageMetadata: usage, modelVersion: 'm', responseId: 'r' })
    const called = { functionCall: { name: 'look', args: { a: 1 } }, thoughtSignature: 'c2ln' }
    const events = decoded([
      chunk([candidate(undefined, { text: 'hm', thought: true })], { promptTokenCount: 7 }),
      chunk([candidate(undefined, { text: 'Well.' })], { promptTokenCount: 7, candidatesTokenCount: 1 }),
      chunk([candidate('STOP', called, { text: '' })], usageMetadata),
    ])
    expect(events).toEqual([
      { kind: 'start', model: 'm', prompt: { input: 7 } },
      { kind: 'thinking', text: 'hm' },
      { kind: 'usage', tokens: { input: 7 } },
      { kind: 'text', text: 'Well.' },
      { kind: 'usage', tokens: { input: 7, output: 1 } },
      { kind: 'tool call', call: 0, id: 'call_r_0', name: 'look', signature: 'c2ln' },
      { kind: 'tool arguments', call: 0, json: '{"a":1}' },
      { kind: 'finish', reason: 'tool calls', stopSequence: null },
      { kind: 'usage', tokens },
    ])
  })

  test('of a provider that ends after its calls has ended by them', () => {
    const events = decoded([
      JSON.stringify({ candidates: [candidate(undefined, { functionCall: { name: 'a' } })] }),
      JSON.stringify({ candidates: [candidate(undefined, { functionCall: { name: 'b' } })] }),
      JSON.stringify({ candidates: [candidate('STOP', { text: '' })] }),
    ])
    expect(events.filter(({ kind }) => kind === 'tool call')).toMatchObject([
      { call: 0, id: 'call__0' },
      { call: 1, id: 'call__1' },
    ])
    expect(events.at(-1)).toMatchObject({ kind: 'finish', reason: 'tool calls' })
  })

  test('of a provider may fail, and what is no chunk is no event', () => {
    const error = { code: 503, message: 'Overloaded.', status: 'UNAVAILABLE' }
    expect(decoded([JSON.stringify({ error })])).toEqual([
      { kind: 'error', error: { status: 503, message: 'Overloaded.', param: null, code: 'UNAVAILABLE' } },
    ])
    expect(() => decoded(['{"torn'])).toThrow()
    expect(() => decoded(['{"choices":[]}'])).toThrow()
  })

  test('for a caller has calls whole, the end and the usage in its last chunk, and no other mark', () => {
    const chunks = dataIn(
      encoded([
        { kind: 'start', model: 'm', prompt: null },
        { kind: 'text', text: 'Hi' },
        { kind: 'tool call', call: 0, id: 'a', name: 'look' },
        { kind: 'tool call', call: 1, id: 'b', name: 'go', signature: 'c2ln' },
        { kind: 'tool arguments', call: 1, json: '{"b"' },
        { kind: 'tool arguments', call: 0, json: '{"a":1}' },
        { kind: 'tool arguments', call: 1, json: ':2}' },
        { kind: 'finish', reason: 'tool calls', stopSequence: null },
        { kind: 'usage', tokens },
        { kind: 'end' },
      ]),
    ).map((data) => JSON.parse(data) as object)
    const content = (...parts: object[]) => ({ candidates: [{ content: { parts, role: 'model' }, index: 0 }] })
    const ids = { modelVersion: 'm', responseId: '7' }
    expect(chunks).toEqual([
      { ...content({ text: 'Hi' }), ...ids },
      {
        ...content(
          { functionCall: { id: 'a', name: 'look', args: { a: 1 } } },
          { functionCall: { id: 'b', name: 'go', args: { b: 2 } }, thoughtSignature: 'c2ln' },
        ),
        ...ids,
      },
      {
        candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
        usageMetadata,
        ...ids,
      },
    ])
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(saying, { minLength: 1, maxLength: 8 }), (sayings) => {
        const said = sayings.flatMap((one, i) => one(sayings.slice(0, i).filter((before) => isCall(before(0))).length))
        const events: AnswerEvent[] = [
          { kind: 'start', model: 'm', prompt: null },
          ...said,
          { kind: 'finish', reason: isCall(said) ? 'tool calls' : 'stop', stopSequence: null },
          { kind: 'usage', tokens },
        ]
        const stream = encoded([...events, { kind: 'end' }])
        expect(decoded(dataIn(stream))).toEqual(events)
      }),
    )
  })
})

function isCall(events: readonly AnswerEvent[]): boolean {
  return events.some(({ kind }) => kind === 'tool call')
}

const text = fc.string({ minLength: 1 })
const name = fc.stringMatching(/^[a-z]{1,8}$/)
const signature = fc.constantFrom('c2ln', null)

/** Something that a model says; a call has a number. */
type Saying = (call: number) => AnswerEvent[]
const saying: fc.Arbitrary<Saying> = fc.oneof(
  text.map((said): Saying => () => [{ kind: 'text', text: said }]),
  text.map((said): Saying => () => [{ kind: 'thinking', text: said }]),
  text.map((said): Saying => () => [
    { kind: 'thinking', text: said },
    { kind: 'signature', signature: 'c2ln' },
  ]),
  fc
    .tuple(name, name, fc.dictionary(name, fc.jsonValue()), signature)
    .map(([id, called, args, signed]): Saying => (call) => [
      { kind: 'tool call', call, id, name: called, signature: signed },
      { kind: 'tool arguments', call, json: JSON.stringify(args) },
    ]),
)
