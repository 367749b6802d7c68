import { describe, expect, test } from 'vitest'
import { readAnswer } from '#lib/formats/anthropic/messages/read-answer.ts'
import { readRequest } from '#lib/formats/anthropic/messages/read-request.ts'
import { writeAnswer } from '#lib/formats/anthropic/messages/write-answer.ts'
import type { AnswerPart, Finish, NeutralAnswer } from '#lib/formats/neutral.ts'

const context = {
  callId: 'call_0199',
  createdMs: 0,
  upstreamModel: 'gpt-5',
  nowMs: () => 1_700_000_009_000,
  promptTokensEstimate: 21,
  wantsUsage: true,
}
const plain: NeutralAnswer = {
  model: null,
  parts: [{ kind: 'text', text: 'Hello' }],
  finish: 'stop',
  stopSequence: null,
  tokens: { input: 3, output: 4 },
}
const written = (answer: Partial<NeutralAnswer>): Record<string, unknown> =>
  JSON.parse(writeAnswer({ ...plain, ...answer }, context)) as Record<string, unknown>
const message = (fields: object): object => ({ type: 'message', content: [], stop_reason: 'end_turn', ...fields })

describe('a written answer', () => {
  test('is a Message whose id is the call’s', () => {
    expect(written({})).toEqual({
      id: 'msg_0199',
      type: 'message',
      role: 'assistant',
      model: 'gpt-5',
      content: [{ type: 'text', text: 'Hello' }],
      container: null,
      diagnostics: null,
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 4,
      },
    })
    expect(written({ model: 'gpt-5-2026' }).model).toBe('gpt-5-2026')
  })

  test.each<[Finish, string]>([
    ['stop', 'end_turn'],
    ['stop sequence', 'stop_sequence'],
    ['length', 'max_tokens'],
    ['tool calls', 'tool_use'],
    ['refusal', 'refusal'],
  ])('that ended by %s has the stop reason %s', (finish, reason) => {
    expect(written({ finish }).stop_reason).toBe(reason)
    expect(readAnswer(message({ stop_reason: reason }))!.finish).toBe(finish)
  })

  test('says which stop sequence came', () => {
    expect(written({ finish: 'stop sequence', stopSequence: 'END' })).toMatchObject({ stop_sequence: 'END' })
  })

  test('that holds a refusal says it as text, and that it is one', () => {
    expect(written({ parts: [{ kind: 'refusal', text: 'I cannot.' }] })).toMatchObject({
      content: [{ type: 'text', text: 'I cannot.' }],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: null, explanation: null },
    })
  })

  test('counts cached and written tokens beside the input, not in it', () => {
    const tokens = { input: 1, cached_read: 10, cache_write_5m: 100, cache_write_1h: 1000, output: 5, reasoning: 2 }
    const { usage } = written({ tokens: { ...tokens, audio_input: 7, image_input: 8, audio_output: 20 } })
    expect(usage).toEqual({
      input_tokens: 16,
      cache_read_input_tokens: 10,
      cache_creation_input_tokens: 1100,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 1000 },
      output_tokens: 25,
      output_tokens_details: { thinking_tokens: 2 },
    })
    expect(readAnswer(message({ usage: written({ tokens }).usage }))!.tokens).toEqual(tokens)
  })

  test('whose arguments were torn has them as Anthropic has them', () => {
    const parts: AnswerPart[] = [{ kind: 'tool call', id: 'a', name: 'b', arguments: '{"x":' }]
    expect(written({ parts }).content).toMatchObject([{ type: 'tool_use', input: { INVALID_JSON: '{"x":' } }])
  })

  test('can be handed back whole, with the signature of Gemini’s on its call', () => {
    const parts: AnswerPart[] = [
      { kind: 'thinking', text: 'hm', signature: null },
      { kind: 'thinking', text: 'so', signature: 'sig' },
      { kind: 'hidden thinking', data: 'abc' },
      { kind: 'text', text: 'Looking.' },
      { kind: 'tool call', id: 'a', name: 'b', arguments: '{"x":1}', signature: 'xyz' },
      { kind: 'tool call', id: 'c', name: 'b', arguments: '{}' },
    ]
    const { content } = written({ parts })
    const user = { role: 'user', content: 'Go on' }
    const messages = [user, { role: 'assistant', content }, user]
    const request = readRequest({ model: 'm', max_tokens: 1, messages }, { model: null, stream: false })
    expect(request.turns[1]!.parts.map(({ at: _at, ...part }) => part)).toEqual(parts)
    expect(request.leftOut).toEqual([])
  })
})

describe('a read answer', () => {
  test('has what the model said and did', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'abc' },
      { type: 'text', text: '' },
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
    ]
    const usage = { input_tokens: 3, cache_read_input_tokens: 5, output_tokens: 4 }
    expect(readAnswer(message({ model: 'claude-opus-4-8', content, usage, stop_reason: 'tool_use' }))).toEqual({
      model: 'claude-opus-4-8',
      parts: [
        { kind: 'thinking', text: 'hm', signature: 'sig' },
        { kind: 'hidden thinking', data: 'abc' },
        { kind: 'text', text: 'Hello' },
        { kind: 'tool call', id: 'toolu_1', name: 'weather', arguments: '{"city":"Bern"}' },
      ],
      finish: 'tool calls',
      stopSequence: null,
      tokens: { input: 3, cached_read: 5, output: 4 },
    })
  })

  test.each<[unknown, Finish]>([
    ['model_context_window_exceeded', 'length'],
    ['pause_turn', 'stop'],
    ['a_new_reason', 'stop'],
    [null, 'stop'],
  ])('that stopped by %j ended by %s', (reason, finish) => {
    expect(readAnswer(message({ stop_reason: reason }))!.finish).toBe(finish)
  })

  test('says why the model refused, where it says so', () => {
    const answer = readAnswer(
      message({ stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Harm.' } }),
    )
    expect(answer).toMatchObject({ finish: 'refusal', parts: [{ kind: 'refusal', text: 'Harm.' }] })
  })

  test.each([[null], [[]], ['text'], [{}], [{ type: 'error', error: {} }], [{ type: 'message' }]])(
    'is none where the body is %j',
    (body) => expect(readAnswer(body)).toBeNull(),
  )
})
