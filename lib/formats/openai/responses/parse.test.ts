import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import { parse } from '#lib/formats/openai/parse.ts'

const hello = { model: 'gpt-4o-mini', input: 'Say hello' }
const aContext = 1_050_000

function read(body: object): ParsedRequest {
  const request = parse('responses', body)
  if ('problem' in request) throw new Error(request.problem)
  return request
}

describe('a request for a response', () => {
  test('says what the gateway must know', () => {
    expect(read(hello)).toEqual({
      model: 'gpt-4o-mini',
      stream: false,
      outputMaximum: null,
      choices: 1,
      promptTokensEstimate: 9,
      tokensBeyondBytes: 0,
      wantsStreamUsage: true,
    })
    expect(read({ ...hello, max_output_tokens: 64, stream: true })).toMatchObject({ outputMaximum: 64, stream: true })
  })

  test('counts the text of instructions, messages, calls and what tools gave', () => {
    const input = [
      { role: 'user', content: 'four' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'four' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: 'four' },
      { type: 'function_call_output', call_id: 'c', output: 'four' },
      { type: 'function_call_output', call_id: 'd', output: [{ type: 'input_text', text: 'four' }] },
    ]
    expect(read({ ...hello, input, instructions: 'four' }).promptTokensEstimate).toBe(6 + 3 * 6 + 3)
  })

  const beyond = (fields: object) => read({ ...hello, ...fields }).tokensBeyondBytes
  const message = (...content: object[]) => ({ input: [{ role: 'user', content }] })
  const image = { type: 'input_image', image_url: 'https://example.test/a.png', detail: 'auto' }

  test.each<[string, object, number]>([
    ['a picture', message(image), 48_169],
    ['pictures', message(image, { ...image, image_url: null, file_id: 'file-1' }), 2 * 48_169],
    ['a screenshot', { input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot' } }] }, 48_169],
    ['a picture from a tool', { input: [{ type: 'function_call_output', output: [image] }] }, 48_169],
    ['a file by id', message({ type: 'input_file', file_id: 'file-1' }), aContext],
    ['a file by address', message({ type: 'input_file', file_url: 'https://example.test/a.pdf' }), aContext],
    ['a file in the body', message({ type: 'input_file', file_data: 'data:application/pdf;base64,AAAA' }), 0],
    ['the conversation before', { previous_response_id: 'resp_1' }, aContext],
    ['a stored conversation', { conversation: { id: 'conv_1' } }, aContext],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }, aContext],
    ['a stored item', { input: [{ type: 'item_reference', id: 'msg_1' }] }, aContext],
    ['a stored item without a type', { input: [{ id: 'msg_1' }] }, aContext],
    ['all of it, which still is one context', { ...message(image), previous_response_id: 'r', prompt: {} }, aContext],
    ['what its own functions are', { tools: [{ type: 'function' }, { type: 'custom' }] }, 0],
    ['what the provider’s tools will find', { tools: [{ type: 'web_search' }] }, aContext],
    ['both', { previous_response_id: 'resp_1', tools: [{ type: 'file_search' }] }, 2 * aContext],
    ['references that are null', { previous_response_id: null, conversation: null, prompt: null }, 0],
  ])('bounds what is not in its bytes: %s', (_what, fields, tokens) => expect(beyond(fields)).toBe(tokens))

  test('in the background is refused, since its cost would never be seen', () => {
    expect(parse('responses', { ...hello, background: true })).toMatchObject({
      param: 'background',
      problem: expect.stringContaining('cannot be charged') as string,
    })
    expect(read({ ...hello, background: false })).toMatchObject({ outputMaximum: null })
  })

  test.each([
    ['no model', { model: undefined }, 'model'],
    ['an input that is a number', { input: 5 }, 'input'],
    ['an item that is text', { input: ['hi'] }, 'input'],
    ['a maximum of 0', { max_output_tokens: 0 }, 'max_output_tokens'],
    ['a maximum that is text', { max_output_tokens: '5' }, 'max_output_tokens'],
    ['a maximum beyond money', { max_output_tokens: 1_000_000_001 }, 'max_output_tokens'],
    ['a stream that is text', { stream: 'yes' }, 'stream'],
    ['background as text', { background: 'true' }, 'background'],
    ['a tool without a type', { tools: [{ name: 'f' }] }, 'tools.0.type'],
  ])('with %s is refused, and the field is named', (_what, fields, param) => {
    expect(parse('responses', { ...hello, ...fields })).toMatchObject({
      param,
      problem: expect.stringContaining(param) as string,
    })
  })

  test('of any JSON breaks nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (body, input) => {
        expect(parse('responses', body)).toBeTypeOf('object')
        expect(parse('responses', { model: 'm', input: [input] })).toBeTypeOf('object')
        expect(parse('responses', { model: 'm', input: [{ content: input, output: input }] })).toBeTypeOf('object')
      }),
    )
  })

  test('never estimates more prompt tokens than the bytes of the body can become', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (texts) => {
        const body = { model: 'x', input: texts.map((content) => ({ role: 'user', content })) }
        expect(read(body).promptTokensEstimate).toBeLessThan(Buffer.byteLength(JSON.stringify(body)))
      }),
    )
  })
})
