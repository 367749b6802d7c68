import { describe, expect, test } from 'vitest'
import { Message } from '#lib/formats/gemini/exchange/message.ts'
import { readContents } from '#lib/formats/gemini/exchange/read-contents.ts'
import type { Turn } from '#lib/formats/neutral.ts'

const hi = { role: 'user', parts: [{ text: 'hi' }] }
const turns = (contents: object[]): Turn[] => readContents(new Message({ contents }, '').messages('contents'), [])

describe('a conversation', () => {
  test('has turns of one role joined, and no role is the user’s', () => {
    const two = turns([{ parts: [{ text: 'a' }] }, { role: 'user', parts: { text: 'b' } }])
    expect(two).toMatchObject([{ role: 'user', parts: [{ text: 'a' }, { text: 'b', at: 'contents.1.parts.0' }] }])
  })

  test('has pictures and documents, inline, at an address and in Google’s store', () => {
    const parts = [
      { inline_data: { mime_type: 'image/png', data: 'AAAA' }, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
      { inlineData: { mimeType: 'application/pdf', data: 'AAAA', displayName: 'a.pdf' } },
      { fileData: { mimeType: 'image/png', fileUri: 'https://x.test/a.png' } },
      { fileData: { mimeType: 'text/plain', fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x' } },
    ]
    expect(turns([{ parts }])[0]!.parts).toMatchObject([
      { kind: 'image', source: { kind: 'bytes', mediaType: 'image/png', base64: 'AAAA' }, detail: 'low' },
      { kind: 'document', source: { kind: 'bytes', mediaType: 'application/pdf' }, name: 'a.pdf' },
      { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } },
      { kind: 'document', source: { kind: 'file', id: 'https://generativelanguage.googleapis.com/v1beta/files/x' } },
    ])
  })

  test('keeps thoughts and calls with their signatures, and joins a thought that was streamed', () => {
    const parts = [
      { text: 'I ', thought: true },
      { text: 'think', thought: true },
      { text: '', thought: true, thoughtSignature: 'c2ln' },
      { text: 'Well.' },
      { functionCall: { id: 'abc', name: 'look', args: { a: 1 } }, thoughtSignature: 'Y2FsbA==' },
      { functionCall: { name: 'look' }, thoughtSignature: 'skip_thought_signature_validator' },
      { text: '' },
    ]
    expect(turns([hi, { role: 'model', parts }])[1]!.parts).toEqual([
      { kind: 'thinking', at: 'contents.1.parts.0', text: 'I think', signature: 'c2ln' },
      { kind: 'text', at: 'contents.1.parts.3', text: 'Well.' },
      {
        kind: 'tool call',
        at: 'contents.1.parts.4',
        id: 'abc',
        name: 'look',
        arguments: '{"a":1}',
        signature: 'Y2FsbA==',
      },
      { kind: 'tool call', at: 'contents.1.parts.5', id: 'call_1_5', name: 'look', arguments: '{}', signature: null },
    ])
  })

  test('matches responses with calls by id, else by name in order', () => {
    const call = (name: string, id?: string) => ({ functionCall: { name, id } })
    const response = (name: string, output: string, id?: string) => ({
      functionResponse: { name, id, response: { output } },
    })
    const all = turns([
      { role: 'model', parts: [call('a'), call('b', 'x'), call('a'), call('b', 'y')] },
      {
        role: 'function',
        parts: [response('b', '1', 'y'), response('a', '2'), response('b', '3'), response('a', '4', '?')],
      },
    ])
    expect(
      all[1]!.parts.map((part) => [(part as { id: string }).id, JSON.stringify(part).match(/"text":"(\d)"/)![1]]),
    ).toEqual([
      ['y', '1'],
      ['call_0_0', '2'],
      ['x', '3'],
      ['call_0_2', '4'],
    ])
  })

  test.each([
    [{ output: 'fine' }, 'fine', false],
    [{ result: 7 }, '7', false],
    [{ error: 'no' }, 'no', true],
    [{ a: 1, output: 2 }, '{"a":1,"output":2}', false],
    [{}, '{}', false],
  ])('reads the response %j as %s', (response, text, failed) => {
    const parts = [{ functionResponse: { id: 'x', name: 'look', response } }]
    expect(turns([{ parts }])[0]!.parts).toMatchObject([
      { kind: 'tool result', id: 'x', name: 'look', content: [{ text }], failed },
    ])
  })
})
