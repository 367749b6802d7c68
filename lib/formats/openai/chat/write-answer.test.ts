import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerContext, NeutralAnswer } from '#lib/formats/neutral.ts'
import { readAnswer } from '#lib/formats/openai/chat/read-answer.ts'
import { usageOf, writeAnswer } from '#lib/formats/openai/chat/write-answer.ts'
import { tokensOf } from '#lib/formats/openai/usage.ts'

const context: AnswerContext = {
  callId: 'call_01HZX',
  createdMs: 1_795_000_000_999,
  upstreamModel: 'upstream',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: false,
}

function answer(fields: Partial<NeutralAnswer> = {}): NeutralAnswer {
  return { model: 'm-2026', parts: [], finish: 'stop', stopSequence: null, tokens: null, ...fields }
}

type Written = { choices: { message: Record<string, unknown>; finish_reason: string }[]; [field: string]: unknown }
const write = (fields: Partial<NeutralAnswer>) => JSON.parse(writeAnswer(answer(fields), context)) as Written

describe('an answer', () => {
  test('is written to the letter', () => {
    expect(
      write({ parts: [{ kind: 'text', text: 'Hi' }], tokens: { input: 8, cached_read: 4, output: 5, reasoning: 2 } }),
    ).toEqual({
      id: 'chatcmpl-01HZX',
      object: 'chat.completion',
      created: 1_795_000_000,
      model: 'm-2026',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 12,
        completion_tokens: 5,
        total_tokens: 17,
        prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 0 },
      },
    })
  })

  test.each<[NeutralAnswer['parts'], object]>([
    [[], { content: '', refusal: null }],
    [[{ kind: 'refusal', text: 'No.' }], { content: null, refusal: 'No.' }],
    [
      [
        { kind: 'text', text: 'a' },
        { kind: 'text', text: 'b' },
      ],
      { content: 'ab', refusal: null },
    ],
    [
      [
        { kind: 'thinking', text: 'Hm', signature: 'sig' },
        { kind: 'hidden thinking', data: 'xyz' },
        { kind: 'text', text: 'Yes' },
      ],
      {
        content: 'Yes',
        refusal: null,
        reasoning_content: 'Hm',
        thinking_blocks: [
          { type: 'thinking', thinking: 'Hm', signature: 'sig' },
          { type: 'redacted_thinking', data: 'xyz' },
        ],
      },
    ],
    [
      [
        { kind: 'thinking', text: 'Hm', signature: null },
        { kind: 'text', text: 'Yes' },
      ],
      { content: 'Yes', refusal: null, reasoning_content: 'Hm' },
    ],
    [
      [
        { kind: 'tool call', id: 'c1', name: 'look', arguments: '{"a":1}' },
        { kind: 'tool call', id: 'c2', name: 'wait', arguments: '{}', signature: 'sig' },
      ],
      {
        content: null,
        refusal: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
          {
            id: 'c2',
            type: 'function',
            function: { name: 'wait', arguments: '{}' },
            extra_content: { google: { thought_signature: 'sig' } },
          },
        ],
      },
    ],
  ])('of %j has the message %j', (parts, message) => {
    expect(write({ parts }).choices[0]!.message).toEqual({ role: 'assistant', ...message })
  })

  test.each([
    ['stop', 'stop'],
    ['stop sequence', 'stop'],
    ['length', 'length'],
    ['tool calls', 'tool_calls'],
    ['refusal', 'content_filter'],
  ] as const)('that ended by %s ends with %s', (finish, reason) => {
    expect(write({ finish }).choices[0]!.finish_reason).toBe(reason)
  })

  test('of no named model has the upstream model, and of no known usage none', () => {
    const written = write({ model: null })
    expect(written.model).toBe('upstream')
    expect(written).not.toHaveProperty('usage')
  })

  const words = fc.string({ minLength: 1 })
  const parts = fc
    .record({
      thoughts: fc.array(
        fc.oneof(
          fc.record({ kind: fc.constant('thinking' as const), text: words, signature: words }),
          fc.record({ kind: fc.constant('hidden thinking' as const), data: words }),
        ),
      ),
      text: fc.array(fc.record({ kind: fc.constant('text' as const), text: words }), { maxLength: 1 }),
      calls: fc.array(
        fc.record({ kind: fc.constant('tool call' as const), id: words, name: words, arguments: fc.string() }),
      ),
    })
    .map(({ thoughts, text, calls }) => [...thoughts, ...text, ...calls])

  test('is the same once it is written and read again', () => {
    fc.assert(
      fc.property(parts, fc.nat(10_000), fc.nat(10_000), (said, input, output) => {
        const finish = said.some(({ kind }) => kind === 'tool call') ? 'tool calls' : 'stop'
        const whole = answer({ parts: said, finish, tokens: { input, output } })
        expect(readAnswer(JSON.parse(writeAnswer(whole, context)))).toEqual(whole)
      }),
    )
  })
})

describe('usage', () => {
  test('counts what was cached and written into the prompt, as OpenAI does', () => {
    expect(usageOf({ input: 1, cached_read: 2, cache_write_5m: 4, cache_write_1h: 8, output: 3 })).toEqual({
      prompt_tokens: 15,
      completion_tokens: 3,
      total_tokens: 18,
      prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 12, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    })
  })

  test('is the same vector once it is written and read again', () => {
    const counts = fc.record({
      input: fc.nat(10_000),
      cached_read: fc.nat(10_000),
      cache_write_5m: fc.nat(10_000),
      audio_input: fc.nat(10_000),
      output: fc.nat(10_000),
      audio_output: fc.nat(10_000),
    })
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (tokens, share) => {
        const whole = { ...tokens, reasoning: Math.floor(tokens.output * share) }
        expect({ ...zeros, ...tokensOf(usageOf(whole)) }).toEqual(whole)
      }),
    )
  })

  // The vector leaves zeros out.
  const zeros = { cached_read: 0, cache_write_5m: 0, audio_input: 0, audio_output: 0, reasoning: 0 }
})
