import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import { parse } from '#lib/formats/openai/parse.ts'

const hello = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Say hello' }] }

function read(body: object, endpoint: 'chat' | 'embeddings' = 'chat'): ParsedRequest {
  const request = parse(endpoint, body)
  if ('problem' in request) throw new Error(request.problem)
  return request
}

describe('a chat request', () => {
  test('says what the gateway must know', () => {
    expect(read(hello)).toEqual({
      model: 'gpt-4o-mini',
      stream: false,
      outputMaximum: null,
      choices: 1,
      promptTokensEstimate: 9,
      tokensBeyondBytes: 0,
      wantsStreamUsage: false,
    })
  })

  test.each([
    ['max_tokens', { max_tokens: 7 }, 7],
    ['max_completion_tokens', { max_completion_tokens: 8 }, 8],
    ['both: the newer one counts, as at OpenAI', { max_tokens: 7, max_completion_tokens: 8 }, 8],
    ['null, which is none', { max_tokens: null }, null],
    ['null beside a number', { max_tokens: 7, max_completion_tokens: null }, 7],
  ])('has its output maximum: %s', (_name, fields, maximum) => {
    expect(read({ ...hello, ...fields }).outputMaximum).toBe(maximum)
  })

  test.each([
    [{ stream: true }, true, false],
    [{ stream: null }, false, false],
    [{ stream: true, stream_options: null }, true, false],
    [{ stream: true, stream_options: { include_usage: true } }, true, true],
    [{ stream: true, stream_options: { include_usage: false } }, true, false],
    [{ stream: true, stream_options: { include_obfuscation: true } }, true, false],
  ])('%j streams: %s, with usage for itself: %s', (fields, stream, wantsStreamUsage) => {
    expect(read({ ...hello, ...fields })).toMatchObject({ stream, wantsStreamUsage })
  })

  test('of n choices may take the output maximum n times', () => {
    expect(read({ ...hello, n: 5 }).choices).toBe(5)
  })

  test('counts text of every part, in bytes, whatever the language', () => {
    const parts = [{ type: 'text', text: 'Grüße' }, { type: 'text', text: '世界' }, { type: 'text' }, null]
    expect(read({ ...hello, messages: [{ role: 'user', content: parts }] }).promptTokensEstimate).toBe(
      Math.ceil((7 + 6) / 4) + 3 + 3,
    )
  })

  test('bounds what is only referred to: an image, a file by id', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.test/a.png' } }
    const file = { type: 'file', file: { file_id: 'file-1' } }
    const inline = { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } }
    const beyond = (content: unknown) => read({ ...hello, messages: [{ role: 'user', content }] }).tokensBeyondBytes
    expect(beyond([image])).toBe(48_169)
    expect(beyond([image, image, file])).toBe(2 * 48_169 + 1_050_000)
    expect(beyond([inline])).toBe(0)
  })

  test('may have fields that the gateway does not know, and messages without content', () => {
    const calling = { role: 'assistant', tool_calls: [{ id: 'x', function: { name: 'f', arguments: '{}' } }] }
    expect(read({ ...hello, reasoning_effort: 'high', messages: [calling] }).promptTokensEstimate).toBe(6)
  })

  test.each([
    ['no model', { messages: hello.messages }, 'model'],
    ['an empty model', { ...hello, model: '' }, 'model'],
    ['a model of 257 characters', { ...hello, model: 'x'.repeat(257) }, 'model'],
    ['no messages', { model: 'x' }, 'messages'],
    ['messages of none', { ...hello, messages: [] }, 'messages'],
    ['a message that is text', { ...hello, messages: ['hi'] }, 'messages.0'],
    ['a message without a role', { ...hello, messages: [{ content: 'hi' }] }, 'messages.0.role'],
    ['a maximum of 0', { ...hello, max_tokens: 0 }, 'max_tokens'],
    ['a negative maximum', { ...hello, max_completion_tokens: -1 }, 'max_completion_tokens'],
    ['a maximum that is no whole number', { ...hello, max_tokens: 1.5 }, 'max_tokens'],
    ['a maximum that no model has', { ...hello, max_completion_tokens: 1_000_000_001 }, 'max_completion_tokens'],
    ['a maximum beyond exact numbers', { ...hello, max_tokens: 1e300 }, 'max_tokens'],
    ['a maximum that is text', { ...hello, max_tokens: '5' }, 'max_tokens'],
    ['0 choices', { ...hello, n: 0 }, 'n'],
    ['129 choices', { ...hello, n: 129 }, 'n'],
    ['a stream that is text', { ...hello, stream: 'true' }, 'stream'],
    ['stream options that are a list', { ...hello, stream_options: [] }, 'stream_options'],
    ['usage wanted by a number', { ...hello, stream_options: { include_usage: 1 } }, 'stream_options.include_usage'],
  ])('with %s is refused, and the field is named', (_name, body, param) => {
    expect(parse('chat', body)).toMatchObject({ problem: expect.stringContaining(param) as string, param })
  })

  test('of any JSON breaks nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('chat', 'embeddings'), fc.jsonValue(), (endpoint, body) => {
        expect(parse(endpoint, body)).toBeTypeOf('object')
      }),
    )
  })

  const anyText = fc.string({ unit: 'binary', maxLength: 200 })

  test('never estimates more prompt tokens than the bytes of the body can become', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), (texts) => {
        const body = { model: 'x', messages: texts.map((content) => ({ role: 'user', content })) }
        expect(read(body).promptTokensEstimate).toBeLessThan(Buffer.byteLength(JSON.stringify(body)))
      }),
    )
  })
})

describe('an embeddings request', () => {
  test.each([
    ['text', 'eight by', 2],
    ['texts', ['eight by', 'four'], 3],
    ['tokens', [1, 2, 3], 3],
    [
      'lists of tokens',
      [
        [1, 2],
        [3, 4, 5],
      ],
      5,
    ],
  ])('of %s has no output and an estimate of its input', (_name, input, tokens) => {
    expect(read({ model: 'm', input }, 'embeddings')).toMatchObject({
      outputMaximum: 0,
      stream: false,
      promptTokensEstimate: tokens,
    })
  })

  test.each([
    ['nothing', undefined],
    ['empty text', ''],
    ['an empty list', []],
    ['an empty list of tokens', [[]]],
    ['a number', 5],
    ['an object', { text: 'x' }],
  ])('of %s is refused', (_name, input) => {
    expect(parse('embeddings', { model: 'm', input })).toMatchObject({
      param: expect.stringMatching(/^input/) as string,
    })
  })

  test('in an unknown encoding is refused', () => {
    expect(parse('embeddings', { model: 'm', input: 'x', encoding_format: 'hex' })).toMatchObject({
      param: 'encoding_format',
    })
  })
})
