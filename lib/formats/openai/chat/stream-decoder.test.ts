import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerContext, AnswerEvent, AnswerPart, NeutralAnswer } from '#lib/formats/neutral.ts'
import { readAnswer } from '#lib/formats/openai/chat/read-answer.ts'
import { streamDecoder } from '#lib/formats/openai/chat/stream-decoder.ts'
import { streamEncoder } from '#lib/formats/openai/chat/stream-encoder.ts'
import { writeAnswer } from '#lib/formats/openai/chat/write-answer.ts'

function decode(...data: unknown[]): AnswerEvent[] {
  const decoder = streamDecoder()
  return data.flatMap((json) => decoder.read(typeof json === 'string' ? json : JSON.stringify(json), undefined))
}

const chunk = (delta: object, finish_reason: string | null = null, rest: object = {}) => ({
  id: 'chatcmpl-1',
  model: 'm-2026',
  choices: [{ index: 0, delta, finish_reason }],
  ...rest,
})
const usage = { prompt_tokens: 8, completion_tokens: 5 }
const start: AnswerEvent = { kind: 'start', model: 'm-2026', prompt: null }
const finish = (reason: string, stopSequence: string | null = null) => ({ kind: 'finish', reason, stopSequence })
const spent: AnswerEvent = { kind: 'usage', tokens: { input: 8, output: 5 } }
const calls = (...tool_calls: object[]) => chunk({ tool_calls })

describe('a stream', () => {
  test('of OpenAI is read event by event', () => {
    expect(
      decode(
        chunk({ role: 'assistant', content: '', refusal: null }),
        chunk({ content: 'Hi' }),
        chunk({}, 'stop'),
        { ...chunk({}), choices: [], usage },
        '[DONE]',
      ),
    ).toEqual([start, { kind: 'text', text: 'Hi' }, finish('stop'), spent, { kind: 'end' }])
  })

  test('that tells its usage with the last words is read', () => {
    expect(decode(chunk({ content: 'Hi' }, 'length', { usage }))).toEqual([
      start,
      { kind: 'text', text: 'Hi' },
      finish('length'),
      spent,
    ])
  })

  test('begins with the answer, not with what Azure says of the prompt', () => {
    const filtered = { id: '', model: '', choices: [], prompt_filter_results: [] }
    expect(decode(filtered, chunk({ content: 'Hi' }))).toEqual([start, { kind: 'text', text: 'Hi' }])
  })

  test.each<[object, object[]]>([
    [{ reasoning_content: 'Hm' }, [{ kind: 'thinking', text: 'Hm' }]],
    [{ reasoning: 'Hm' }, [{ kind: 'thinking', text: 'Hm' }]],
    [
      { reasoning_content: 'Hm', thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: '' }] },
      [{ kind: 'thinking', text: 'Hm' }],
    ],
    [{ thinking_blocks: [{ type: 'thinking', thinking: 'Hm' }] }, [{ kind: 'thinking', text: 'Hm' }]],
    [
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'sig' }] },
      [{ kind: 'signature', signature: 'sig' }],
    ],
    [{ thinking_blocks: [{ type: 'redacted_thinking', data: 'xyz' }] }, [{ kind: 'hidden thinking', data: 'xyz' }]],
    [{ content: [{ type: 'text', text: 'Hi' }] }, [{ kind: 'text', text: 'Hi' }]],
    [{ refusal: 'No.' }, [{ kind: 'refusal', text: 'No.' }]],
    [{ content: null }, []],
  ])('with %j says %j', (delta, events) => {
    expect(decode(chunk(delta))).toEqual([start, ...events])
  })

  test.each([
    [[chunk({ content: 'x' }, 'stop')], finish('stop')],
    [[chunk({}, 'length')], finish('length')],
    [[chunk({}, 'content_filter')], finish('refusal')],
    [[chunk({ refusal: 'No.' }), chunk({}, 'stop')], finish('refusal')],
    [[calls({ index: 0, id: 'c', function: { name: 'f' } }), chunk({}, 'stop')], finish('tool calls')],
    [[calls({ index: 0, id: 'c', function: { name: 'f' } }), chunk({}, 'tool_calls')], finish('tool calls')],
    [
      [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }] }],
      finish('stop sequence', 'END'),
    ],
  ])('of %j ends as it should', (chunks, expected) => {
    expect(decode(...chunks).at(-1)).toEqual(expected)
  })

  test('that never says why it stopped has stopped', () => {
    expect(decode(chunk({ content: 'Hi' }), '[DONE]').slice(-2)).toEqual([finish('stop'), { kind: 'end' }])
  })

  test('says only once that it has ended', () => {
    const events = decode(chunk({ content: 'Hi' }, 'stop'), chunk({ content: '?' }, 'stop'), '[DONE]')
    expect(events.filter(({ kind }) => kind === 'finish')).toHaveLength(1)
    expect(events.filter(({ kind }) => kind === 'text')).toHaveLength(1)
  })

  test('of several answers has the first', () => {
    const second = { choices: [{ index: 1, delta: { content: 'B' }, finish_reason: 'stop' }] }
    expect(decode(chunk({ content: 'A' }), second)).toEqual([start, { kind: 'text', text: 'A' }])
  })

  test.each([
    [{ error: { message: 'Slow.', type: 'rate_limit', code: 429 } }, { status: 429, message: 'Slow.' }],
    [
      { object: 'error', message: 'Broken.', code: 400 },
      { status: 400, message: 'Broken.' },
    ],
    [chunk({ content: '' }, 'error'), { status: 500 }],
    [chunk({}, 'insufficient_system_resource'), { status: 500 }],
  ])('that fails with %j says so', (data, error) => {
    expect(decode(data).at(-1)).toMatchObject({ kind: 'error', error })
  })

  test.each([
    '{"choices":[{"del',
    '5',
    '"x"',
    '{"choices":[{"delta":{"content":5}}]}',
    '{"choices":[{"delta":{"tool_calls":["f"]}}]}',
  ])('with %s cannot be read', (data) => {
    expect(() => decode(data)).toThrow()
  })
})

describe('calls of tools', () => {
  const opened = (call: number, id: string, name: string) => ({ kind: 'tool call', call, id, name })
  const written = (call: number, json: string) => ({ kind: 'tool arguments', call, json })

  test.each<[string, object[], object[]]>([
    [
      'counted by index, as OpenAI does',
      [
        calls({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
        calls({ index: 0, function: { arguments: '{' } }),
        calls({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
        calls({ index: 0, function: { arguments: '}' } }, { index: 1, function: { arguments: '{}' } }),
      ],
      [opened(0, 'a', 'f'), written(0, '{'), opened(1, 'b', 'g'), written(0, '}'), written(1, '{}')],
    ],
    [
      'of which each piece repeats id and name',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '}' } }),
      ],
      [opened(0, 'a', 'f'), written(0, '{'), written(0, '}')],
    ],
    [
      'whose later pieces have an empty id',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
        calls({ index: 0, id: '', function: { name: '', arguments: '}' } }),
      ],
      [opened(0, 'a', 'f'), written(0, '{'), written(0, '}')],
    ],
    [
      'without an index, told apart by their ids, as Google does',
      [
        calls({ id: 'a', function: { name: 'f', arguments: '{' } }),
        calls({ function: { arguments: '}' } }),
        calls({ id: 'b', function: { name: 'f', arguments: '{}' } }),
      ],
      [opened(0, 'a', 'f'), written(0, '{'), written(0, '}'), opened(1, 'b', 'f'), written(1, '{}')],
    ],
    [
      'that all have the index 0',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, id: 'b', function: { name: 'g', arguments: '{' } }),
        calls({ index: 0, function: { arguments: '}' } }),
      ],
      [opened(0, 'a', 'f'), written(0, '{}'), opened(1, 'b', 'g'), written(1, '{'), written(1, '}')],
    ],
    [
      'with neither index nor id, each whole',
      [calls({ function: { name: 'f', arguments: { a: 1 } } }, { function: { name: 'f', arguments: '{}' } })],
      [opened(0, 'call_chatcmpl1_0', 'f'), written(0, '{"a":1}'), opened(1, 'call_chatcmpl1_1', 'f'), written(1, '{}')],
    ],
    [
      'whose thoughts Google has signed',
      [
        calls({
          id: 'a',
          function: { name: 'f', arguments: '' },
          extra_content: { google: { thought_signature: 'sig' } },
        }),
      ],
      [{ ...opened(0, 'a', 'f'), signature: 'sig' }],
    ],
  ])('%s are read', (_name, chunks, events) => {
    expect(decode(...chunks)).toEqual([start, ...events])
  })
})

/** Puts a streamed answer together. */
function gather(events: readonly AnswerEvent[]): NeutralAnswer {
  const parts: AnswerPart[] = []
  const callAt: number[] = []
  let answer: NeutralAnswer = { model: null, parts, finish: 'stop', stopSequence: null, tokens: null }
  let open = false
  for (const event of events) {
    const last = parts.at(-1)
    switch (event.kind) {
      case 'start':
        answer = { ...answer, model: event.model }
        break
      case 'text':
      case 'refusal':
        if (last?.kind === event.kind) parts[parts.length - 1] = { ...last, text: last.text + event.text }
        else parts.push({ kind: event.kind, text: event.text })
        break
      case 'thinking':
        if (last?.kind === 'thinking' && open) parts[parts.length - 1] = { ...last, text: last.text + event.text }
        else parts.push({ kind: 'thinking', text: event.text, signature: null })
        open = true
        break
      case 'signature':
        if (last?.kind === 'thinking' && open) parts[parts.length - 1] = { ...last, signature: event.signature }
        open = false
        break
      case 'hidden thinking':
        parts.push({ kind: 'hidden thinking', data: event.data })
        break
      case 'tool call': {
        const { call, kind, ...made } = event
        callAt[call] = parts.push({ kind, ...made, arguments: '' }) - 1
        break
      }
      case 'tool arguments': {
        const made = parts[callAt[event.call]!] as Extract<AnswerPart, { kind: 'tool call' }>
        parts[callAt[event.call]!] = { ...made, arguments: made.arguments + event.json }
        break
      }
      case 'finish':
        answer = { ...answer, finish: event.reason, stopSequence: event.stopSequence }
        break
      case 'usage':
        answer = { ...answer, tokens: event.tokens }
        break
    }
  }
  return answer
}

describe('a streamed answer', () => {
  const context: AnswerContext = {
    callId: 'call_1',
    createdMs: 0,
    upstreamModel: 'up',
    nowMs: () => 1_700_000_009_000,
    promptTokensEstimate: 21,
    wantsUsage: true,
  }
  const pieces = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 })
  const streamed = fc.record({
    thoughts: fc.array(fc.record({ text: pieces, signature: fc.string({ minLength: 1 }) }), { maxLength: 2 }),
    unsigned: fc.option(pieces),
    hidden: fc.array(fc.string({ minLength: 1 }), { maxLength: 1 }),
    text: fc.option(pieces),
    refusal: fc.option(pieces),
    calls: fc.array(fc.record({ name: fc.string({ minLength: 1 }), json: pieces }), { maxLength: 3 }),
  })

  const events = streamed.map(({ thoughts, unsigned, hidden, text, refusal, calls: made }): AnswerEvent[] => {
    const signed = thoughts.flatMap(({ text: words, signature }): AnswerEvent[] => [
      ...words.map((word) => ({ kind: 'thinking', text: word }) as const),
      { kind: 'signature', signature },
    ])
    // A provider signs its thoughts or does not.
    const thought = unsigned?.map((word) => ({ kind: 'thinking', text: word }) as const)
    const hid = hidden.map((data) => ({ kind: 'hidden thinking', data }) as const)
    return [
      start,
      ...(thought ?? [...signed, ...hid]),
      ...(text ?? []).map((word) => ({ kind: 'text', text: word }) as const),
      ...(refusal ?? []).map((word) => ({ kind: 'refusal', text: word }) as const),
      ...made.map(({ name }, call) => ({ kind: 'tool call', call, id: `c${call}`, name }) as const),
      ...made.flatMap(({ json }, call) => json.map((part) => ({ kind: 'tool arguments', call, json: part }) as const)),
      {
        kind: 'finish',
        reason: refusal ? 'refusal' : made.length > 0 ? 'tool calls' : 'stop',
        stopSequence: null,
      },
      spent,
      { kind: 'end' },
    ]
  })

  function throughTheWire(sent: readonly AnswerEvent[]): AnswerEvent[] {
    const encoder = streamEncoder(context)
    const data = sent.flatMap((event) => String(encoder.write(event)).split('\n\n')).filter((event) => event !== '')
    return decode(...data.map((event) => event.slice('data: '.length)))
  }

  test('is, however it was split, what the whole answer is', () => {
    fc.assert(
      fc.property(events, (sent) => {
        const whole = gather(sent)
        expect(gather(throughTheWire(sent))).toEqual(whole)
        expect(readAnswer(JSON.parse(writeAnswer(whole, context)))).toEqual(whole)
      }),
    )
  })
})

test('any JSON at all is read or refused as a chunk', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (delta) => {
      try {
        return decode({ choices: [{ delta }] }).length > 0
      } catch (error) {
        return error instanceof Error
      }
    }),
  )
})
