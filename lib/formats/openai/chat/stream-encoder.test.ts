import fc from 'fast-check'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import type { AnswerContext, AnswerEvent, NeutralAnswer } from '#lib/formats/neutral.ts'
import { streamEncoder } from '#lib/formats/openai/chat/stream-encoder.ts'
import { writeAnswer } from '#lib/formats/openai/chat/write-answer.ts'

const context: AnswerContext = {
  callId: 'call_01HZX',
  createdMs: 1_795_000_000_999,
  upstreamModel: 'upstream',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: false,
}
const start: AnswerEvent = { kind: 'start', model: 'm-2026', prompt: null }
const stop: AnswerEvent = { kind: 'finish', reason: 'stop', stopSequence: null }
const usage: AnswerEvent = { kind: 'usage', tokens: { input: 8, output: 5 } }
const end: AnswerEvent = { kind: 'end' }

function encode(events: readonly AnswerEvent[], wantsUsage = false): string {
  const encoder = streamEncoder({ ...context, wantsUsage })
  return events.map((event) => encoder.write(event)).join('')
}

type Chunk = { choices: { delta: object; finish_reason: string | null }[]; usage?: object | null }

function chunksOf(stream: string): Chunk[] {
  return stream
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Chunk)
}

describe('a stream', () => {
  test('is written to the letter', () => {
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: 'chatcmpl-01HZX',
      created: 1_795_000_000,
      object: 'chat.completion.chunk',
      model: 'm-2026',
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    })
    const stream = encode([start, { kind: 'text', text: 'Hi' }, stop, usage, end])
    expect(chunksOf(stream)).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hi' }),
      chunk({}, 'stop'),
    ])
    expect(stream).toMatch(/^(data: \{.+\}\n\n){3}data: \[DONE\]\n\n$/)
  })

  test('whose usage is asked for tells it last, and null before', () => {
    const chunks = chunksOf(encode([start, usage, { kind: 'text', text: 'Hi' }, stop, usage, end], true))
    expect(chunks.map((chunk) => chunk.usage)).toEqual([
      null,
      null,
      null,
      expect.objectContaining({ prompt_tokens: 8 }),
    ])
    expect(chunks.at(-1)!.choices).toEqual([])
  })

  test('whose usage nobody knows has no event of it', () => {
    expect(chunksOf(encode([start, stop, end], true))).toHaveLength(2)
  })

  test('of thoughts hands each on at once, and its block when it is signed', () => {
    const chunks = chunksOf(
      encode([
        start,
        { kind: 'thinking', text: 'H' },
        { kind: 'thinking', text: 'm' },
        { kind: 'signature', signature: 'sig' },
        { kind: 'hidden thinking', data: 'xyz' },
      ]),
    )
    expect(chunks.slice(1).map(({ choices }) => choices[0]!.delta)).toEqual([
      { reasoning_content: 'H' },
      { reasoning_content: 'm' },
      { thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: 'sig' }] },
      { thinking_blocks: [{ type: 'redacted_thinking', data: 'xyz' }] },
    ])
  })

  test('has in a signed block only the thought that was signed', () => {
    const stream = encode([
      start,
      { kind: 'thinking', text: 'Hm' },
      { kind: 'text', text: 'Yes' },
      { kind: 'thinking', text: 'Oh' },
      { kind: 'signature', signature: 'sig' },
    ])
    expect(chunksOf(stream).at(-1)!.choices[0]!.delta).toEqual({
      thinking_blocks: [{ type: 'thinking', thinking: 'Oh', signature: 'sig' }],
    })
  })

  test('of calls counts them', () => {
    const chunks = chunksOf(
      encode([
        start,
        { kind: 'tool call', call: 0, id: 'c1', name: 'look', signature: 'sig' },
        { kind: 'tool arguments', call: 0, json: '{}' },
        { kind: 'tool call', call: 1, id: 'c2', name: 'wait' },
      ]),
    )
    expect(chunks.slice(1).map(({ choices }) => choices[0]!.delta)).toEqual([
      {
        tool_calls: [
          {
            index: 0,
            id: 'c1',
            type: 'function',
            function: { name: 'look', arguments: '' },
            extra_content: { google: { thought_signature: 'sig' } },
          },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      { tool_calls: [{ index: 1, id: 'c2', type: 'function', function: { name: 'wait', arguments: '' } }] },
    ])
  })

  test('that fails ends with an error and no mark of its end', () => {
    const error = { status: 529, message: 'Overloaded.', param: null, code: 'overloaded_error' }
    const stream = encode([start, { kind: 'error', error }])
    expect(chunksOf(stream).at(-1)).toEqual({
      error: { message: 'Overloaded.', type: 'server_error', param: null, code: 'overloaded_error' },
    })
    expect(stream).not.toContain('[DONE]')
  })
})

describe("OpenAI's client", () => {
  /** Text that is never whole in one event. */
  const pieces = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 })
  const said = fc.record({
    texts: fc.array(pieces, { maxLength: 1 }),
    calls: fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), json: pieces }), { maxLength: 3 }),
  })

  function eventsOf({ texts, calls }: { texts: string[][]; calls: { name: string; json: string[] }[] }): AnswerEvent[] {
    const begun = calls.map(({ name }, call): AnswerEvent => ({ kind: 'tool call', call, id: `c${call}`, name }))
    return [
      start,
      ...texts.flat().map((text): AnswerEvent => ({ kind: 'text', text })),
      ...begun,
      ...calls.flatMap(({ json }, call) =>
        json.map((part): AnswerEvent => ({ kind: 'tool arguments', call, json: part })),
      ),
      { kind: 'finish', reason: calls.length > 0 ? 'tool calls' : 'stop', stopSequence: null },
      usage,
      end,
    ]
  }

  test('gathers a stream, however it is split, to what the whole answer says', async () => {
    await fc.assert(
      fc.asyncProperty(said, async ({ texts, calls }) => {
        const stream = encode(eventsOf({ texts, calls }), true)
        const client = new OpenAI({
          apiKey: 'none',
          fetch: async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
        })
        const gathered = await client.chat.completions
          .stream({ model: 'm', messages: [], stream_options: { include_usage: true } })
          .finalChatCompletion()

        const whole: NeutralAnswer = {
          model: 'm-2026',
          parts: [
            ...texts.map((text) => ({ kind: 'text', text: text.join('') }) as const),
            ...calls.map(
              ({ name, json }, call) =>
                ({ kind: 'tool call', id: `c${call}`, name, arguments: json.join('') }) as const,
            ),
          ],
          finish: calls.length > 0 ? 'tool calls' : 'stop',
          stopSequence: null,
          tokens: { input: 8, output: 5 },
        }
        const { content, tool_calls } = gathered.choices[0]!.message
        const expected = JSON.parse(writeAnswer(whole, context)) as OpenAI.ChatCompletion
        const { message, finish_reason } = expected.choices[0]!
        expect(content ?? '').toBe(message.content ?? '')
        expect(tool_calls ?? []).toMatchObject(message.tool_calls ?? [])
        expect(gathered.choices[0]!.finish_reason).toBe(finish_reason)
        expect(gathered).toMatchObject({ id: expected.id, created: expected.created, usage: expected.usage })
      }),
      { numRuns: 50 },
    )
  })
})
