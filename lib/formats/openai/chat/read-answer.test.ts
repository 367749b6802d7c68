import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAnswer } from '#lib/formats/openai/chat/read-answer.ts'

function read(message: object, choice: object = {}, rest: object = {}) {
  return readAnswer({
    id: 'chatcmpl-AbC-123',
    model: 'm-2026',
    choices: [{ index: 0, message, finish_reason: 'stop', ...choice }],
    ...rest,
  })
}

const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } }

describe('a whole answer', () => {
  test('of OpenAI is read with its usage', () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 5,
      total_tokens: 17,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    }
    expect(read({ role: 'assistant', content: 'Hi', refusal: null, annotations: [] }, {}, { usage })).toEqual({
      model: 'm-2026',
      parts: [{ kind: 'text', text: 'Hi' }],
      finish: 'stop',
      stopSequence: null,
      tokens: { input: 8, cached_read: 4, output: 5, reasoning: 2 },
    })
  })

  test.each<[object, object[]]>([
    [{ content: null, refusal: 'No.' }, [{ kind: 'refusal', text: 'No.' }]],
    [{ content: '' }, []],
    [
      { content: 'Yes', reasoning_content: 'Hm' },
      [
        { kind: 'thinking', text: 'Hm', signature: null },
        { kind: 'text', text: 'Yes' },
      ],
    ],
    [{ reasoning: 'Hm' }, [{ kind: 'thinking', text: 'Hm', signature: null }]],
    [
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
          { type: 'text', text: 'Y' },
          { type: 'text', text: 'es' },
        ],
      },
      [
        { kind: 'thinking', text: 'Hm', signature: null },
        { kind: 'text', text: 'Yes' },
      ],
    ],
    [
      {
        reasoning_content: 'Hm',
        thinking_blocks: [
          { type: 'thinking', thinking: 'Hm', signature: 'sig' },
          { type: 'redacted_thinking', data: 'xyz' },
        ],
      },
      [
        { kind: 'thinking', text: 'Hm', signature: 'sig' },
        { kind: 'hidden thinking', data: 'xyz' },
      ],
    ],
    [{ tool_calls: [call] }, [{ kind: 'tool call', id: 'c1', name: 'look', arguments: '{"a":1}' }]],
    [
      { tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'sig' } } }] },
      [{ kind: 'tool call', id: 'c1', name: 'look', arguments: '{"a":1}', signature: 'sig' }],
    ],
    [
      { tool_calls: [{ function: { name: 'look', arguments: { a: 1 } } }, { id: '', function: { name: 'wait' } }] },
      [
        { kind: 'tool call', id: 'call_chatcmplAbC123_0', name: 'look', arguments: '{"a":1}' },
        { kind: 'tool call', id: 'call_chatcmplAbC123_1', name: 'wait', arguments: '' },
      ],
    ],
  ])('that says %j is read', (message, parts) => {
    expect(read(message)!.parts).toEqual(parts)
  })

  test('gives a call without an id one of its own, which every wire takes', () => {
    const message = { tool_calls: [{ function: { name: 'look', arguments: '{}' } }] }
    const answered = (id: string) => read(message, {}, { id })!.parts[0] as { readonly id: string }
    const first = answered(`chatcmpl-${'a'.repeat(60)}1`)
    expect(first.id).toMatch(/^[A-Za-z0-9_]{1,40}$/)
    expect(answered(`chatcmpl-${'a'.repeat(60)}2`)).not.toEqual(first)
  })

  test.each<[object, object, string, string | null]>([
    [{ content: 'x' }, { finish_reason: 'stop' }, 'stop', null],
    [{ content: 'x' }, { finish_reason: 'stop', stop_reason: 'END' }, 'stop sequence', 'END'],
    [{ content: 'x' }, { finish_reason: 'stop', stop_reason: 128_009 }, 'stop', null],
    [{ content: 'x' }, { finish_reason: 'length' }, 'length', null],
    [{ tool_calls: [call] }, { finish_reason: 'length' }, 'length', null],
    [{ tool_calls: [call] }, { finish_reason: 'tool_calls' }, 'tool calls', null],
    [{ tool_calls: [call] }, { finish_reason: 'stop' }, 'tool calls', null],
    [{ content: 'x' }, { finish_reason: 'content_filter' }, 'refusal', null],
    [{ refusal: 'No.' }, { finish_reason: 'stop' }, 'refusal', null],
    [{ content: 'x' }, { finish_reason: 'eos' }, 'stop', null],
    [{ content: 'x' }, { finish_reason: null }, 'stop', null],
  ])('that says %j and ends with %j has ended by %s', (message, choice, finish, stopSequence) => {
    expect(read(message, choice)).toMatchObject({ finish, stopSequence })
  })

  test('without a usable usage has no tokens, and without a model no model', () => {
    expect(read({ content: 'x' }, {}, { usage: { prompt_tokens: -1 }, model: '' })).toMatchObject({
      tokens: null,
      model: null,
    })
  })
})

describe('what is no answer', () => {
  test.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ choices: [] }],
    [{ choices: [{ index: 0 }] }],
    [{ choices: [{ message: { content: 5 } }] }],
    [{ choices: [{ message: { tool_calls: ['look'] } }] }],
    [{ error: { message: 'No.' } }],
    [{ choices: [{ message: { content: 'Half of' }, finish_reason: 'error' }] }],
    [{ choices: [{ message: { content: 'Half of' }, finish_reason: 'insufficient_system_resource' }] }],
  ])('is not read as one: %j', (body) => {
    expect(readAnswer(body)).toBeNull()
  })

  test('breaks nothing, whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readAnswer(value)))
    fc.assert(fc.property(fc.jsonValue(), (message) => void readAnswer({ choices: [{ message }] })))
  })
})
