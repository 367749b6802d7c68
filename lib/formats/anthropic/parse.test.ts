import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import { parse } from '#lib/formats/anthropic/parse.ts'

const unaddressed = { model: null, stream: false }
const hello = { model: 'claude-sonnet-4-5', max_tokens: 64, messages: [{ role: 'user', content: 'Say hello' }] }

function read(body: object, endpoint: 'messages' | 'count_tokens' = 'messages'): ParsedRequest {
  const request = parse(endpoint, body, unaddressed)
  if ('problem' in request) throw new Error(request.problem)
  return request
}

describe('a Messages request', () => {
  test('says what the gateway must know', () => {
    expect(read(hello)).toEqual({
      model: 'claude-sonnet-4-5',
      stream: false,
      outputMaximum: 64,
      choices: 1,
      promptTokensEstimate: 9,
      tokensBeyondBytes: 0,
      wantsStreamUsage: true,
    })
  })

  test.each([
    [{ stream: true }, true],
    [{ stream: false }, false],
    [{ stream: null }, false],
  ])('%j streams: %s', (fields, stream) => expect(read({ ...hello, ...fields }).stream).toBe(stream))

  test('counts the text of blocks, of tool results and of the system prompt', () => {
    const content = [
      { type: 'text', text: 'four' },
      { type: 'tool_result', tool_use_id: 'x', content: [{ type: 'text', text: 'four' }] },
      { type: 'tool_result', tool_use_id: 'y', content: 'four' },
    ]
    const system = [{ type: 'text', text: 'four', cache_control: { type: 'ephemeral' } }]
    expect(read({ ...hello, system, messages: [{ role: 'user', content }] }).promptTokensEstimate).toBe(4 + 3 + 3)
    expect(read({ ...hello, system: 'four' }).promptTokensEstimate).toBe(Math.ceil((9 + 4) / 4) + 3 + 3)
  })

  test('bounds images, and documents that are only referred to, inside tool results too', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
    const byUrl = { type: 'document', source: { type: 'url', url: 'https://example.test/a.pdf' } }
    const byFile = { type: 'document', source: { type: 'file', file_id: 'file_1' } }
    const inline = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } }
    const beyond = (...content: object[]) => read({ ...hello, messages: [{ role: 'user', content }] }).tokensBeyondBytes
    expect(beyond(image)).toBe(3_300)
    expect(beyond(image, byUrl, byFile)).toBe(3_300 + 2 * 1_050_000)
    expect(beyond(inline)).toBe(0)
    expect(beyond({ type: 'tool_result', tool_use_id: 'x', content: [image] })).toBe(3_300)
  })

  test.each([
    ['no model', { model: undefined }, 'model', 'Field required'],
    ['no maximum', { max_tokens: undefined }, 'max_tokens', 'Field required'],
    ['a maximum of 0', { max_tokens: 0 }, 'max_tokens', ''],
    ['a maximum that is text', { max_tokens: '5' }, 'max_tokens', ''],
    ['a maximum beyond money', { max_tokens: 1_000_000_001 }, 'max_tokens', ''],
    ['no messages', { messages: [] }, 'messages', ''],
    ['a role that is a number', { messages: [{ role: 7, content: 'x' }] }, 'messages.0.role', ''],
    ['a message without content', { messages: [{ role: 'user' }] }, 'messages.0.content', ''],
    ['blocks without a type', { messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages.0.content', ''],
    ['a system prompt that is a number', { system: 7 }, 'system', ''],
    ['a stream that is text', { stream: 'yes' }, 'stream', ''],
  ])('with %s is refused, and the field is named', (_what, fields, param, message) => {
    const read = parse('messages', { ...hello, ...fields }, unaddressed)
    expect(read).toMatchObject({ param, problem: expect.stringContaining(`${param}: ${message}`) as string })
  })

  test('of any JSON breaks nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('messages', 'count_tokens'), fc.jsonValue(), (endpoint, body) => {
        expect(parse(endpoint, body, unaddressed)).toBeTypeOf('object')
      }),
    )
  })
})

describe('an address', () => {
  const addressed = { model: 'claude-opus-4-5@20251101', stream: false }
  const { model: _none, ...nameless } = hello

  test.each([
    ['names the model where the body names none', nameless],
    ['decides where the body names another', hello],
    ['decides where the body’s is none', { ...hello, model: 7 }],
  ])('%s', (_how, body) => {
    expect(parse('messages', body, addressed)).toMatchObject({ model: 'claude-opus-4-5@20251101', stream: false })
  })

  test('may ask for a stream that the body does not ask for', () => {
    expect(parse('messages', nameless, { ...addressed, stream: true })).toMatchObject({ stream: true })
  })

  test('that asks for no stream leaves it to the body', () => {
    expect(parse('messages', { ...nameless, stream: true }, addressed)).toMatchObject({ stream: true })
  })
})

test('a request to count tokens has no output, and needs no maximum', () => {
  const { max_tokens: _none, ...body } = hello
  expect(read(body, 'count_tokens')).toMatchObject({ outputMaximum: 0, stream: false, promptTokensEstimate: 9 })
  expect(read({ ...hello, stream: true }, 'count_tokens')).toMatchObject({ outputMaximum: 0, stream: false })
})
