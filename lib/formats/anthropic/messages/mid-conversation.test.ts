/** Instructions in the midst of a Messages conversation, at providers of other wires. */
import { describe, expect, test } from 'vitest'
import type { Operation } from '#lib/formats/contract.ts'
import { translationOf } from '#lib/formats/translation.ts'

const body = {
  model: 'm',
  max_tokens: 9,
  system: 'First.',
  messages: [
    { role: 'user', content: 'Say hello' },
    { role: 'system', content: 'Be brief.' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'done' }] },
    {
      role: 'system',
      content: [
        { type: 'text', text: 'Be kind.' },
        { type: 'text', text: 'Be quick.' },
      ],
    },
  ],
  tools: [{ name: 'f', input_schema: { type: 'object' } }],
}

function written(spoken: Operation, asked: Operation = 'messages') {
  const addressed = { model: 'm', stream: false }
  const target = { model: 'claude-opus-4-1', outputMaximum: 9, outputAllowed: 9 }
  const result = translationOf(asked, body, addressed).write(spoken, target)
  if ('problem' in result) throw new Error(result.problem)
  return result as { readonly body: Record<string, unknown>; readonly leftOut: readonly string[] }
}

describe('instructions in the midst of a conversation', () => {
  test('keep their place in a chat', () => {
    const { body: chat, leftOut } = written('chat')
    expect(chat.messages).toEqual([
      { role: 'system', content: 'First.' },
      { role: 'user', content: 'Say hello' },
      { role: 'system', content: 'Be brief.' },
      { role: 'assistant', content: null, tool_calls: [expect.objectContaining({ id: 'toolu_1' })] },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'done' },
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Be kind.' },
          { type: 'text', text: 'Be quick.' },
        ],
      },
    ])
    expect(leftOut).toEqual([])
  })

  // Elsewhere there is no place for them but the beginning; the caller is told which were moved.
  const moved = ['messages.1.role', 'messages.4.role']
  const texts = ['First.', 'Be brief.', 'Be kind.', 'Be quick.'].map((text) => ({ text }))

  test('go to the beginning at a Gemini, and are named', () => {
    const { body: gemini, leftOut } = written('generateContent')
    expect(gemini.systemInstruction).toEqual({ parts: texts })
    expect(gemini.contents).toMatchObject([{ role: 'user' }, { role: 'model' }, { role: 'user' }])
    expect(leftOut).toEqual(expect.arrayContaining(moved))
  })

  test('go to the beginning at Converse, and are named', () => {
    const { body: converse, leftOut } = written('converse')
    expect(converse.system).toEqual(texts)
    expect(converse.messages).toMatchObject([{ role: 'user' }, { role: 'assistant' }, { role: 'user' }])
    expect(leftOut).toEqual(moved)
  })

  test('what is left between two turns of one role makes them one', () => {
    const twice = { ...body, messages: [body.messages[0]!, body.messages[1]!, body.messages[0]!], tools: [] }
    const target = { model: 'gemini-2.5-flash', outputMaximum: 9, outputAllowed: 9 }
    const result = translationOf('messages', twice, { model: null, stream: false }).write('generateContent', target)
    expect(result).toMatchObject({ body: { contents: [{ role: 'user', parts: [{}, {}] }] } })
  })
})
