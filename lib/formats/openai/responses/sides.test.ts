import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import type { AnswerContext, AnswerEvent, AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'
import { readRequest } from '#lib/formats/openai/responses/read-request.ts'
import { eventsOf, responsesCaller } from '#lib/formats/openai/responses/sides.ts'

const context: AnswerContext = {
  callId: 'call_01',
  createdMs: 1_700_000_000_999,
  upstreamModel: 'upstream',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: true,
}
const hi: NeutralAnswer = {
  model: 'm-2026',
  parts: [{ kind: 'text', text: 'Hi' }],
  finish: 'stop',
  stopSequence: null,
  tokens: { input: 8, cached_read: 4, cache_write_5m: 2, output: 5, reasoning: 3 },
}

type Item = OpenAI.Responses.ResponseOutputItem
type Event = OpenAI.Responses.ResponseStreamEvent

const whole = (answer: Partial<NeutralAnswer>, extra: Partial<AnswerContext> = {}) =>
  JSON.parse(responsesCaller.writeAnswer({ ...hi, ...answer }, { ...context, ...extra })) as OpenAI.Responses.Response

function streamOf(events: Iterable<AnswerEvent>): string {
  const encoder = responsesCaller.streamEncoder(context)
  let text = ''
  for (const event of events) text += encoder.write(event)
  return text
}

function read(stream: string): Event[] {
  const events = stream.split('\n\n').slice(0, -1)
  return events.map((event) => {
    const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(event)!
    const read = JSON.parse(data!) as Event
    expect(read.type).toBe(name)
    return read
  })
}

describe('a whole answer', () => {
  test('is a response with everything that its type demands', () => {
    expect(whole({})).toEqual({
      id: 'resp_01',
      object: 'response',
      created_at: 1_700_000_000,
      completed_at: 1_700_000_009,
      status: 'completed',
      access_programs: null,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      model: 'm-2026',
      output: [
        {
          id: 'msg_01_0',
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Hi' }],
        },
      ],
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: 'default',
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      truncation: 'disabled',
      usage: {
        input_tokens: 14,
        input_tokens_details: { cache_write_tokens: 2, cached_tokens: 4 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 19,
      },
      user: null,
      metadata: {},
    })
  })

  test('repeats what was asked for', () => {
    const asked = {
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      temperature: 0.5,
      reasoning: { effort: 'low' },
      tools: [{ type: 'function', name: 'f' }],
    }
    expect(whole({}, { asked })).toMatchObject({
      ...asked,
      reasoning: { effort: 'low', summary: null },
      tools: [{ type: 'function', name: 'f', parameters: null, strict: null }],
    })
  })

  test('has the upstream’s name for the model where its provider says none, and no usage where that is not known', () => {
    expect(whole({ model: null, tokens: null })).toMatchObject({ model: 'upstream', usage: null })
  })

  const refusal: AnswerPart = { kind: 'refusal', text: 'No.' }
  test.each<[NeutralAnswer['finish'], AnswerPart[], string, string | null]>([
    ['stop', hi.parts as AnswerPart[], 'completed', null],
    ['stop sequence', hi.parts as AnswerPart[], 'completed', null],
    ['tool calls', [{ kind: 'tool call', id: 'c', name: 'f', arguments: '{}' }], 'completed', null],
    ['length', hi.parts as AnswerPart[], 'incomplete', 'max_output_tokens'],
    ['refusal', hi.parts as AnswerPart[], 'incomplete', 'content_filter'],
    ['refusal', [refusal], 'completed', null],
  ])('that ends by %s with %j is %s', (finish, parts, status, reason) => {
    const { status: written, incomplete_details } = whole({ finish, parts })
    expect([written, incomplete_details]).toEqual([status, reason && { reason }])
  })

  test('marks the item that the maximum cut, and no other', () => {
    const parts: AnswerPart[] = [
      { kind: 'text', text: 'I look.' },
      { kind: 'tool call', id: 'c1', name: 'f', arguments: '{}' },
      { kind: 'tool call', id: 'c2', name: 'f', arguments: '{"a' },
    ]
    expect(whole({ finish: 'length', parts }).output).toMatchObject([
      { type: 'message', status: 'completed' },
      { type: 'function_call', status: 'completed', call_id: 'c1' },
      { type: 'function_call', status: 'incomplete', call_id: 'c2', arguments: '{"a' },
    ])
  })
})

describe('a stream', () => {
  test('has the events of every item in order, numbered without a gap', () => {
    const parts: AnswerPart[] = [
      { kind: 'thinking', text: 'Hm.', signature: 'sig' },
      { kind: 'text', text: 'Yes.' },
      { kind: 'tool call', id: 'c1', name: 'f', arguments: '{}' },
    ]
    const events = read(streamOf(eventsOf({ ...hi, parts, finish: 'tool calls' })))
    expect(events.map(({ type }) => type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ])
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()])
  })

  test('of calls whose arguments come by turns keeps them apart', () => {
    const stream = streamOf([
      { kind: 'start', model: null, prompt: null },
      { kind: 'tool call', call: 0, id: 'c1', name: 'f' },
      { kind: 'tool call', call: 1, id: 'c2', name: 'g' },
      { kind: 'tool arguments', call: 1, json: '{"b":' },
      { kind: 'tool arguments', call: 0, json: '{"a":1}' },
      { kind: 'tool arguments', call: 1, json: '2}' },
      { kind: 'finish', reason: 'tool calls', stopSequence: null },
      { kind: 'end' },
    ])
    expect(fold(read(stream))).toMatchObject([
      { call_id: 'c1', name: 'f', arguments: '{"a":1}' },
      { call_id: 'c2', name: 'g', arguments: '{"b":2}' },
    ])
  })

  test('that fails says so in an event of its own', () => {
    const error = { status: 529, message: 'Busy.', param: null, code: 'overloaded_error' }
    const stream = streamOf([
      { kind: 'start', model: null, prompt: null },
      { kind: 'error', error },
    ])
    expect(read(stream).at(-1)).toEqual({
      type: 'error',
      sequence_number: 2,
      message: 'Busy.',
      param: null,
      code: 'overloaded_error',
      error: { message: 'Busy.', type: 'server_error', param: null, code: 'overloaded_error' },
    })
  })

  test('without an end has none', () => {
    const begun = [...eventsOf(hi)].slice(0, -1)
    expect(read(streamOf(begun)).map(({ type }) => type)).not.toContain('response.completed')
  })
})

test('a provider’s error has OpenAI’s shape', () => {
  const error = { status: 429, message: 'Slow.', param: 'input', code: 'rate_limit_error' }
  expect(JSON.parse(responsesCaller.writeError(error, context))).toEqual({
    error: { message: 'Slow.', type: 'requests', param: 'input', code: 'rate_limit_error' },
  })
})

/** Puts items together from what is added to them, as a client does. */
function fold(events: readonly Event[]): Item[] {
  const items: Item[] = []
  const messageAt = (index: number) => items[index] as OpenAI.Responses.ResponseOutputMessage
  const reasoningAt = (index: number) => items[index] as OpenAI.Responses.ResponseReasoningItem
  for (const event of events) {
    switch (event.type) {
      case 'response.output_item.added':
        items[event.output_index] = structuredClone(event.item)
        break
      case 'response.content_part.added':
        messageAt(event.output_index).content[event.content_index] = structuredClone(event.part) as never
        break
      case 'response.output_text.delta':
        ;(messageAt(event.output_index).content[event.content_index] as { text: string }).text += event.delta
        break
      case 'response.refusal.delta':
        ;(messageAt(event.output_index).content[event.content_index] as { refusal: string }).refusal += event.delta
        break
      case 'response.reasoning_summary_part.added':
        reasoningAt(event.output_index).summary[event.summary_index] = structuredClone(event.part)
        break
      case 'response.reasoning_summary_text.delta':
        reasoningAt(event.output_index).summary[event.summary_index]!.text += event.delta
        break
      case 'response.function_call_arguments.delta':
        ;(items[event.output_index] as { arguments: string }).arguments += event.delta
        break
      case 'response.output_item.done': {
        // What is done says again what has come, and adds how it ended.
        const { status, encrypted_content } = event.item as { status?: string; encrypted_content?: string }
        const come = { ...items[event.output_index]!, status, encrypted_content }
        if (!isDeepStrictEqual(JSON.parse(JSON.stringify(come)), event.item)) throw new Error(JSON.stringify(event))
        items[event.output_index] = event.item
        break
      }
      default:
    }
  }
  return items
}

describe('any answer', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
  const part: fc.Arbitrary<AnswerPart> = fc.oneof(
    fc.record({ kind: fc.constant('text' as const), text }),
    fc.record({ kind: fc.constant('refusal' as const), text }),
    fc.record({
      kind: fc.constant('thinking' as const),
      text,
      signature: fc.option(fc.base64String({ minLength: 4 })),
    }),
    fc.record({
      kind: fc.constant('thinking' as const),
      text: fc.constant(''),
      signature: fc.base64String({ minLength: 4 }),
    }),
    fc.record({ kind: fc.constant('hidden thinking' as const), data: fc.base64String({ minLength: 4 }) }),
    fc.record({
      kind: fc.constant('tool call' as const),
      id: fc.uuid(),
      name: text,
      arguments: fc.json(),
      signature: fc.option(fc.base64String({ minLength: 4 })),
    }),
  )
  /** Where one text follows another, a stream tells one. */
  const parts = fc
    .array(part, { maxLength: 8 })
    .map((all) => all.filter((one, i) => one.kind === 'tool call' || one.kind !== all[i - 1]?.kind))
  const finish = fc.constantFrom<NeutralAnswer['finish']>('stop', 'length', 'tool calls', 'refusal', 'stop sequence')
  const answers = fc.record<NeutralAnswer>({
    model: fc.option(text),
    parts,
    finish,
    stopSequence: fc.constant(null),
    tokens: fc.option(fc.record({ input: fc.nat(), output: fc.nat() })),
  })

  /** The same answer in smaller pieces. */
  function* torn(answer: NeutralAnswer, size: number): Generator<AnswerEvent> {
    for (const event of eventsOf(answer)) {
      if (event.kind !== 'text' && event.kind !== 'thinking' && event.kind !== 'refusal') yield event
      else
        for (let at = 0; at < event.text.length; at += size) yield { ...event, text: event.text.slice(at, at + size) }
    }
  }

  test('streams as what it is in one piece', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 5 }), (answer, size) => {
        const events = read(streamOf(torn(answer, size)))
        const last = events.at(-1) as OpenAI.Responses.ResponseCompletedEvent
        expect(last.response).toEqual(whole(answer))
        expect(last.type).toBe(`response.${last.response.status}`)
        expect(fold(events)).toEqual(last.response.output)
      }),
    )
  })

  test('comes back as what it was when the caller hands it in again', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const { turns } = readRequest({ model: 'm', input: whole(answer).output })
        const handedIn = turns
          .flatMap((turn): readonly object[] => turn.parts)
          .map((one) => ({ ...one, at: undefined }))
        const said = answer.parts.map((one) => {
          if (one.kind !== 'tool call' || one.signature) return one
          const { signature: _none, ...unsigned } = one
          return unsigned
        })
        expect(handedIn).toEqual(said.map((one) => ({ ...one, at: undefined })))
      }),
    )
  })

  test('is put together by the official client', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const body = streamOf(torn(answer, 3))
        const headers = { 'content-type': 'text/event-stream' }
        const client = new OpenAI({ apiKey: 'x', fetch: () => Promise.resolve(new Response(body, { headers })) })
        const final = await client.responses.stream({ model: 'm', input: 'x' }).finalResponse()
        expect(final.output).toMatchObject(whole(answer).output)
      }),
      { numRuns: 30 },
    )
  })
})
