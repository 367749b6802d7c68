import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAnswer } from '#lib/formats/anthropic/messages/read-answer.ts'
import { streamDecoder } from '#lib/formats/anthropic/messages/stream-decoder.ts'
import { streamEncoder } from '#lib/formats/anthropic/messages/stream-encoder.ts'
import { writeAnswer } from '#lib/formats/anthropic/messages/write-answer.ts'
import type { AnswerEvent, AnswerPart, Finish, NeutralAnswer } from '#lib/formats/neutral.ts'

type Json = Record<string, unknown>

const context = {
  callId: 'call_1',
  createdMs: 0,
  upstreamModel: 'gpt-5',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: true,
}
const start: AnswerEvent = { kind: 'start', model: null, prompt: null }
const finish: AnswerEvent = { kind: 'finish', reason: 'stop', stopSequence: null }
const text = (words: string): AnswerEvent => ({ kind: 'text', text: words })
const call = (number: number, signature?: string): AnswerEvent => ({
  kind: 'tool call',
  call: number,
  id: `id_${number}`,
  name: 'f',
  ...(signature ? { signature } : {}),
})
const args = (number: number, json: string): AnswerEvent => ({ kind: 'tool arguments', call: number, json })

function encoded(events: readonly AnswerEvent[]): string {
  const encoder = streamEncoder(context)
  return events.map((event) => encoder.write(event)).join('')
}

/** The data of each event, once its name is seen to be its type. */
function eventsIn(stream: string): Json[] {
  return stream
    .split('\n\n')
    .slice(0, -1)
    .map((event) => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event)!
      const json = JSON.parse(data!) as Json
      expect(json.type).toBe(name)
      return json
    })
}

/** What Anthropic's own clients make of a stream: a Message. Fails where blocks are not one after the other. */
function gathered(events: readonly Json[]): Json {
  let message: Json = {}
  const content: Json[] = []
  let open: number | null = null
  let json = ''
  for (const event of events) {
    if (event.type === 'message_start') message = event.message as Json
    if (event.type === 'content_block_start') {
      must(open === null && event.index === content.length)
      open = content.length
      json = ''
      content.push({ ...(event.content_block as Json) })
    }
    if (event.type === 'content_block_delta') {
      must(event.index === open)
      const block = content[open!]!
      const delta = event.delta as Json
      if (delta.type === 'text_delta') block.text = `${block.text as string}${delta.text as string}`
      if (delta.type === 'thinking_delta') block.thinking = `${block.thinking as string}${delta.thinking as string}`
      if (delta.type === 'signature_delta') block.signature = delta.signature
      if (delta.type === 'input_json_delta') json += delta.partial_json as string
    }
    if (event.type === 'content_block_stop') {
      must(event.index === open)
      if (json) content[open!]!.input = JSON.parse(json) as unknown
      open = null
    }
    if (event.type === 'message_delta') {
      must(open === null)
      const { usage, delta } = event as { usage: Json; delta: Json }
      message = { ...message, ...delta, usage: { ...(message.usage as Json), ...usage } }
    }
  }
  return { ...message, content }
}

function must(inOrder: boolean): void {
  if (!inOrder) throw new Error('Blocks do not come one after the other.')
}

/** Neutral events as the answer that they make. */
function folded(events: readonly AnswerEvent[]): NeutralAnswer {
  const parts: AnswerPart[] = []
  let answer: NeutralAnswer = { model: null, parts, finish: 'stop', stopSequence: null, tokens: null }
  const calls = new Map<number, number>()
  for (const event of events) {
    const last = parts.at(-1)
    if (event.kind === 'start') answer = { ...answer, model: event.model }
    if (event.kind === 'text' || event.kind === 'refusal') {
      if (last?.kind === event.kind) parts[parts.length - 1] = { ...last, text: last.text + event.text }
      else parts.push({ kind: event.kind, text: event.text })
    }
    if (event.kind === 'thinking') {
      if (last?.kind === 'thinking' && last.signature === null) {
        parts[parts.length - 1] = { ...last, text: last.text + event.text }
      } else parts.push({ kind: 'thinking', text: event.text, signature: null })
    }
    if (event.kind === 'signature') {
      if (last?.kind === 'thinking' && last.signature === null) {
        parts[parts.length - 1] = { ...last, signature: event.signature }
      } else parts.push({ kind: 'thinking', text: '', signature: event.signature })
    }
    if (event.kind === 'hidden thinking') parts.push(event)
    if (event.kind === 'tool call') {
      calls.set(event.call, parts.length)
      parts.push({ kind: 'tool call', id: event.id, name: event.name, arguments: '' })
    }
    if (event.kind === 'tool arguments') {
      const place = calls.get(event.call)!
      const called = parts[place] as Extract<AnswerPart, { kind: 'tool call' }>
      parts[place] = { ...called, arguments: called.arguments + event.json }
    }
    if (event.kind === 'finish') answer = { ...answer, finish: event.reason, stopSequence: event.stopSequence }
    if (event.kind === 'usage') answer = { ...answer, tokens: event.tokens }
  }
  return answer
}

const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const part = fc.oneof<fc.Arbitrary<AnswerPart>[]>(
  fc.record({ kind: fc.constant('text' as const), text: words }),
  fc.record({ kind: fc.constant('thinking' as const), text: words, signature: words }),
  fc.record({ kind: fc.constant('hidden thinking' as const), data: words }),
  fc.record({
    kind: fc.constant('tool call' as const),
    id: fc.stringMatching(/^[a-z0-9_]{1,8}$/),
    name: fc.constantFrom('f', 'g'),
    arguments: fc.dictionary(words, fc.jsonValue()).map((input) => JSON.stringify(JSON.parse(JSON.stringify(input)))),
  }),
)
const parts = fc
  .array(part, { maxLength: 6 })
  // Texts that touch are one text to a stream.
  .map((list) => list.filter(({ kind }, index) => kind !== 'text' || list[index - 1]?.kind !== 'text'))
const answers: fc.Arbitrary<NeutralAnswer> = fc.record({
  model: fc.constant('m'),
  parts,
  finish: fc.constantFrom<Finish>('stop', 'length', 'tool calls', 'refusal'),
  stopSequence: fc.constant(null),
  tokens: fc.record({ input: fc.nat(1000), output: fc.nat(1000) }),
})

/** The text in pieces of its own characters, cut where `cuts` says. */
function pieces(whole: string, cuts: readonly number[]): string[] {
  const chars = [...whole]
  const ends = [...new Set([...cuts.map((cut) => cut % (chars.length + 1)), chars.length])].toSorted((a, b) => a - b)
  return ends.map((end, index) => chars.slice(ends[index - 1] ?? 0, end).join('')).filter((piece) => piece !== '')
}

function eventsOf(answer: NeutralAnswer, cuts: readonly number[]): AnswerEvent[] {
  let calls = 0
  const said = answer.parts.flatMap((each): AnswerEvent[] => {
    if (each.kind === 'hidden thinking') return [each]
    if (each.kind === 'tool call') {
      const number = calls++
      const begun: AnswerEvent = { kind: 'tool call', call: number, id: each.id, name: each.name }
      return [begun, ...pieces(each.arguments, cuts).map((json) => args(number, json))]
    }
    const told = pieces(each.text, cuts).map((piece): AnswerEvent => ({ kind: each.kind, text: piece }))
    return each.kind === 'thinking' ? [...told, { kind: 'signature', signature: each.signature! }] : told
  })
  return [
    { kind: 'start', model: answer.model, prompt: null },
    ...said,
    { kind: 'finish', reason: answer.finish, stopSequence: answer.stopSequence },
    { kind: 'usage', tokens: answer.tokens! },
    { kind: 'end' },
  ]
}

describe('a stream of Anthropic’s', () => {
  test('that we write is the answer that we write whole, however it is cut', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat(50)), (answer, cuts) => {
        const stream = eventsIn(encoded(eventsOf(answer, cuts)))
        expect(gathered(stream)).toEqual({ ...(JSON.parse(writeAnswer(answer, context)) as Json), container: null })
      }),
    )
  })

  test('that we write, read again, is the same answer', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat(50)), (answer, cuts) => {
        const decoder = streamDecoder()
        const read = eventsIn(encoded(eventsOf(answer, cuts))).flatMap((event) =>
          decoder.read(JSON.stringify(event), event.type as string),
        )
        expect(folded(read)).toEqual(answer)
        expect(read.at(-1)).toEqual({ kind: 'end' })
        expect(readAnswer(JSON.parse(writeAnswer(answer, context)))).toEqual(answer)
      }),
    )
  })

  test('has its calls one after the other, however their arguments are mixed', () => {
    const steps = fc.array(fc.nat(2), { maxLength: 30 })
    fc.assert(
      fc.property(steps, (turns) => {
        const inputs = [{ a: 'one', b: [1, 2] }, {}, { c: { d: '}' } }]
        const left = inputs.map((input) => [...JSON.stringify(input)])
        const mixed = turns.flatMap((number) => {
          const char = left[number]!.shift()
          return char === undefined ? [] : [args(number, char)]
        })
        const rest = left.map((chars, number) => args(number, chars.join('')))
        const stream = encoded([start, call(0), call(1), call(2), ...mixed, ...rest, finish, { kind: 'end' }])
        expect(gathered(eventsIn(stream)).content).toMatchObject(inputs.map((input) => ({ type: 'tool_use', input })))
      }),
    )
  })
})

describe('a written stream', () => {
  const types = (stream: string): string[] => eventsIn(stream).map(({ type }) => type as string)

  test('has Anthropic’s events in Anthropic’s order', () => {
    const stream = encoded([start, text('Hel'), text('lo'), finish, { kind: 'end' }])
    expect(types(stream)).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  test('tells the prompt at its start where the provider did, and never nothing', () => {
    const usageAt = (event: AnswerEvent) => (eventsIn(encoded([event]))[0]!.message as Json).usage
    expect(usageAt({ kind: 'start', model: null, prompt: { input: 20, cached_read: 5 } })).toMatchObject({
      input_tokens: 20,
      cache_read_input_tokens: 5,
      output_tokens: 1,
    })
    expect(usageAt(start)).toMatchObject({ input_tokens: 21, output_tokens: 1 })
  })

  test('tells the last usage at its end, also where that comes after the finish', () => {
    const usage = (output: number): AnswerEvent => ({ kind: 'usage', tokens: { input: 20, output } })
    const stream = eventsIn(encoded([start, usage(1), text('a'), finish, usage(7), { kind: 'end' }]))
    expect(stream.at(-2)).toMatchObject({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 20, output_tokens: 7 },
    })
    expect(encoded([start, text('a'), finish, usage(7)])).not.toContain('message_delta')
  })

  test('writes a call as it comes, and the next once the one before is whole', () => {
    const encoder = streamEncoder(context)
    encoder.write(start)
    encoder.write(call(0))
    expect(encoder.write(args(0, '{"a":'))).toContain('{\\"a\\":')
    encoder.write(args(0, '1}'))
    expect(encoder.write(call(1))).toMatch(/content_block_stop[^]*"index":1,"content_block":/)
    expect(encoder.write(args(1, '{"b"'))).toContain('"index":1')
  })

  test('holds what comes while a call is torn, until its end', () => {
    const encoder = streamEncoder(context)
    encoder.write(start)
    encoder.write(call(0))
    encoder.write(args(0, '{"a":'))
    expect([encoder.write(text('Hm.')), encoder.write(call(1))]).toEqual(['', ''])
    expect(encoder.write(args(0, '1}'))).toMatch(/1\}[^]*content_block_stop[^]*Hm\.[^]*content_block_stop[^]*id_1/)
  })

  test('has the signature of Gemini’s in a block before its call', () => {
    const { content } = gathered(eventsIn(encoded([start, call(0, 'xyz'), args(0, '{}'), finish, { kind: 'end' }])))
    expect(content).toMatchObject([
      { type: 'redacted_thinking', data: 'gatehouse.tool_signature.xyz' },
      { type: 'tool_use', id: 'id_0', input: {} },
    ])
  })

  test('that holds a refusal ends as one', () => {
    const refusal: AnswerEvent = { kind: 'refusal', text: 'I cannot.' }
    expect(gathered(eventsIn(encoded([start, refusal, finish, { kind: 'end' }])))).toMatchObject({
      content: [{ type: 'text', text: 'I cannot.' }],
      stop_reason: 'refusal',
    })
  })

  test('makes no block of empty words', () => {
    expect(types(encoded([start, text(''), { kind: 'thinking', text: '' }]))).toEqual(['message_start', 'ping'])
  })

  test('tells a provider’s error as Anthropic does', () => {
    const error = { status: 529, message: 'Busy.', param: null, code: null }
    expect(eventsIn(encoded([start, text('a'), { kind: 'error', error }])).at(-1)).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: 'Busy.' },
      request_id: 'call_1',
    })
  })
})

describe('a read stream', () => {
  const read = (...events: Json[]): AnswerEvent[] => {
    const decoder = streamDecoder()
    return events.flatMap((event) => [...decoder.read(JSON.stringify(event), event.type as string)])
  }

  test('tells the prompt at its start and the whole at its end', () => {
    const message = {
      model: 'claude-opus-4-8',
      usage: { input_tokens: 9, cache_read_input_tokens: 5, output_tokens: 1 },
    }
    expect(
      read(
        { type: 'message_start', message },
        { type: 'ping' },
        {
          type: 'message_delta',
          delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
          usage: { output_tokens: 7 },
        },
        { type: 'message_stop' },
      ),
    ).toEqual([
      { kind: 'start', model: 'claude-opus-4-8', prompt: { input: 9, cached_read: 5 } },
      { kind: 'finish', reason: 'stop sequence', stopSequence: 'END' },
      { kind: 'usage', tokens: { input: 9, cached_read: 5, output: 7 } },
      { kind: 'end' },
    ])
  })

  test('has the whole input of a tool that takes nothing', () => {
    expect(
      read(
        { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} } },
        { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '' } },
        { type: 'content_block_stop', index: 0 },
      ),
    ).toEqual([{ kind: 'tool call', call: 0, id: 'a', name: 'f' }, args(0, '{}')])
  })

  test('counts its calls', () => {
    const begun = (index: number): Json[] => [
      {
        type: 'content_block_start',
        index,
        content_block: { type: 'tool_use', id: `id_${index}`, name: 'f', input: {} },
      },
      { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { type: 'content_block_stop', index },
    ]
    expect(read(...begun(0), ...begun(1))).toEqual([call(0), args(0, '{}'), call(1), args(1, '{}')])
  })

  test('says why the model refused, before it ends', () => {
    const delta = { stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Harm.' } }
    expect(read({ type: 'message_delta', delta })).toEqual([
      { kind: 'refusal', text: 'Harm.' },
      { kind: 'finish', reason: 'refusal', stopSequence: null },
    ])
  })

  test('tells an error, and passes over what it does not know', () => {
    expect(
      read(
        { type: 'content_block_start', index: 0, content_block: { type: 'new_block' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'new_delta' } },
        { type: 'new_event' },
        { type: 'error', error: { type: 'overloaded_error', message: 'Busy.' } },
      ),
    ).toEqual([{ kind: 'error', error: { status: 529, message: 'Busy.', param: null, code: 'overloaded_error' } }])
  })
})
