import { describe, expect, test } from 'vitest'
import { bedrock } from '#lib/formats/bedrock/format.ts'
import type { Operation } from '#lib/formats/contract.ts'

const addressed = { model: 'claude', stream: true }
const parse = (operation: Operation, body: unknown) => bedrock.parse(operation, body, addressed)
const messages = [{ role: 'user', content: [{ text: 'x'.repeat(40) }] }]

describe('a conversation', () => {
  test('has its model and its stream from the address, and its maximum from the body', () => {
    expect(parse('converse', { messages, inferenceConfig: { maxTokens: 7 }, newField: 1 })).toEqual({
      model: 'claude',
      stream: true,
      outputMaximum: 7,
      choices: 1,
      promptTokensEstimate: 10 + 3 * 2 + 3,
      tokensBeyondBytes: 0,
      wantsStreamUsage: true,
    })
  })

  test('weighs what its bytes do not bound: pictures, videos and what is only referred to, also in tools’ results', () => {
    const image = { image: { format: 'png', source: { bytes: 'AAAA' } } }
    const inline = { document: { format: 'pdf', name: 'a', source: { bytes: 'AAAA' } } }
    const referred = { document: { format: 'pdf', name: 'a', source: { s3Location: { uri: 's3://a/b' } } } }
    const weight = (...content: object[]) => {
      const read = parse('converse', { messages: [{ role: 'user', content }] })
      return 'problem' in read ? read : read.tokensBeyondBytes
    }
    expect(weight(image, inline)).toBe(3_300)
    expect(weight({ toolResult: { toolUseId: 'a', content: [image, { json: {} }] } })).toBe(3_300)
    expect(weight(referred)).toBe(1_050_000)
    expect(weight({ video: { format: 'mp4', source: { bytes: 'AAAA' } } })).toBe(1_050_000)
  })

  test.each([
    [{}, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'user', content: 'hi' }] }, 'messages.0.content'],
    [{ messages, inferenceConfig: { maxTokens: 0 } }, 'inferenceConfig.maxTokens'],
    [{ messages, inferenceConfig: { maxTokens: 1e12 } }, 'inferenceConfig.maxTokens'],
    [{ messages, additionalModelRequestFields: { max_tokens: 9 } }, 'additionalModelRequestFields.max_tokens'],
    [
      { messages, additionalModelRequestFields: { textGenerationConfig: { maxTokenCount: 9 } } },
      'additionalModelRequestFields.textGenerationConfig.maxTokenCount',
    ],
    [
      { messages, additionalModelRequestFields: { inferenceConfig: { max_new_tokens: 9 } } },
      'additionalModelRequestFields.inferenceConfig.max_new_tokens',
    ],
  ])('like %j is refused by the field', (body, param) => {
    expect(parse('converse', body)).toMatchObject({ param })
  })
})

describe('Anthropic’s body', () => {
  const body = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }

  test('is read as a message, with model and stream from the address', () => {
    expect(parse('invoke', body)).toMatchObject({ model: 'claude', stream: true, outputMaximum: 9 })
    expect(bedrock.parse('invoke', { ...body, stream: true }, { model: 'claude', stream: false })).toMatchObject({
      stream: false,
    })
  })

  test.each([
    [{ ...body, anthropic_version: undefined }, 'anthropic_version'],
    [{ inputText: 'hi', textGenerationConfig: {} }, 'anthropic_version'],
    [{ ...body, max_tokens: undefined }, 'max_tokens'],
  ])('like %j is refused by the field', (wrong, param) => {
    expect(parse('invoke', wrong)).toMatchObject({ param })
  })
})

describe('what is forwarded', () => {
  const bytes = Buffer.from('{ "messages":[],"inferenceConfig":{"topP":1.0} }')

  test('is the caller’s bytes, whatever the model is called upstream', () => {
    expect(bedrock.rewrite(JSON.parse(bytes.toString()), bytes, { model: 'other' }, 'converse')).toBe(bytes)
  })

  test.each([
    ['converse', { inferenceConfig: { topP: 1 } }, { inferenceConfig: { topP: 1, maxTokens: 5 } }],
    ['converse', {}, { inferenceConfig: { maxTokens: 5 } }],
    ['invoke', { top_p: 1 }, { top_p: 1, max_tokens: 5 }],
  ] as const)('gets an output maximum where %s has it', (operation, body, expected) => {
    const sent = bedrock.rewrite(body, Buffer.from(JSON.stringify(body)), { outputMaximum: 5 }, operation)
    expect(JSON.parse(sent.toString())).toEqual(expected)
  })

  test('is written again where a deciding field could be read in two ways', () => {
    expect(bedrock.isAmbiguous(Buffer.from('{"messages":[],"messages":[]}'), 'converse')).toBe(true)
    expect(bedrock.isAmbiguous(Buffer.from('{"max_t\\u006fkens":5}'), 'invoke')).toBe(true)
    expect(bedrock.isAmbiguous(bytes, 'converse')).toBe(false)
  })
})
