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

  test.each([[{ ...body, max_tokens: undefined }, 'max_tokens']])('like %j is refused by the field', (wrong, param) => {
    expect(parse('invoke', wrong)).toMatchObject({ param })
  })
})

describe('the bodies of other makers', () => {
  const text = 'x'.repeat(40)
  const typed = [{ role: 'user', content: [{ type: 'text', text }] }]

  test.each([
    ['Nova', { messages, inferenceConfig: { maxTokens: 7 } }, 7, 10 + 3 * 2 + 3],
    ['Nova, by its older name', { messages, schemaVersion: 'v1', inferenceConfig: { max_new_tokens: 7 } }, 7, 19],
    ['Nova, under both names', { messages, inferenceConfig: { maxTokens: 1, max_new_tokens: 7 } }, 7, 19],
    ['Nova, without any', { messages }, null, 19],
    ['Llama', { prompt: text, max_gen_len: 7 }, 7, 10],
    ['Mistral', { prompt: text, max_tokens: 7 }, 7, 10],
    ['a chat', { messages: typed, max_tokens: 7 }, 7, 10 + 3 + 3],
    ['a chat, under both names', { messages: typed, max_tokens: 9, max_completion_tokens: 7 }, 9, 16],
    ['Titan', { inputText: text, textGenerationConfig: { maxTokenCount: 7 } }, 7, 10],
    ['Titan’s embeddings', { inputText: text, dimensions: 256 }, 0, 10],
    ['Cohere’s embeddings', { texts: [text, text], input_type: 'search_query' }, 0, 20],
  ])('%s: the output maximum and the prompt are read', (_maker, body, outputMaximum, promptTokensEstimate) => {
    const read = bedrock.parse('invoke', body, { model: 'm', stream: false })
    expect(read).toMatchObject({ model: 'm', stream: false, outputMaximum, promptTokensEstimate, choices: 1 })
    expect('endpoint' in read ? read.endpoint : null).toBe(outputMaximum === 0 ? 'embeddings' : null)
  })

  test('weigh what their bytes do not bound', () => {
    const beyond = (body: object) => {
      const read = parse('invoke', body)
      return 'problem' in read ? read : read.tokensBeyondBytes
    }
    const video = { video: { format: 'mp4', source: { s3Location: { uri: 's3://a/b' } } } }
    expect(beyond({ messages: [{ role: 'user', content: [video] }] })).toBe(1_050_000)
    expect(beyond({ prompt: 'hi', max_gen_len: 5, images: ['AAAA', 'AAAA'] })).toBe(2 * 8_005)
    const url = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    expect(beyond({ messages: [{ role: 'user', content: [url] }], max_tokens: 5 })).toBeGreaterThan(10_000)
  })

  test.each([
    [{ taskType: 'TEXT_IMAGE' }, 'taskType'],
    [{ message: 'hi', max_tokens: 5 }, 'message'],
    [{}, null],
    [{ messages, inferenceConfig: { maxTokens: 0 } }, 'inferenceConfig.maxTokens'],
    [{ prompt: 'hi', max_tokens_to_sample: 9 }, 'max_tokens_to_sample'],
    [{ prompt: 'hi', max_gen_len: 1e12 }, 'max_gen_len'],
    [{ inputText: 'hi', textGenerationConfig: { maxTokenCount: '9' } }, 'textGenerationConfig.maxTokenCount'],
    [{ inputText: 'hi', inputImage: 'AAAA' }, 'inputImage'],
    [{ input_type: 'image', images: ['data:image/png;base64,AAAA'] }, 'texts'],
    [{ texts: ['hi'], input_type: 'search_query', images: ['data:image/png;base64,AAAA'] }, 'images'],
  ])('like %j are refused by the field', (body, param) => {
    expect(bedrock.parse('invoke', body, { model: 'm', stream: false })).toMatchObject({ param })
  })

  test('with embeddings are refused a stream, which there is none of', () => {
    expect(parse('invoke', { inputText: 'hi' })).toHaveProperty('problem')
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
  ] as const)('gets an output maximum where %s has it', (operation, body, expected) => {
    const sent = bedrock.rewrite(body, Buffer.from(JSON.stringify(body)), { outputMaximum: 5 }, operation)
    expect(JSON.parse(sent.toString())).toEqual(expected)
  })

  const typed = [{ role: 'user', content: 'hi' }]
  test.each([
    ['eu.anthropic.claude-x', { anthropic_version: 'x' }, { max_tokens: 5 }],
    [
      'us.amazon.nova-lite-v1:0',
      { messages, inferenceConfig: { topP: 1 } },
      { inferenceConfig: { topP: 1, maxTokens: 5 } },
    ],
    ['arn:aws:bedrock:x:1:application-inference-profile/k2', { messages }, { inferenceConfig: { maxTokens: 5 } }],
    ['meta.llama3-8b-instruct-v1:0', { prompt: 'hi' }, { max_gen_len: 5 }],
    ['mistral.mistral-7b-instruct-v0:2', { prompt: 'hi' }, { max_tokens: 5 }],
    ['mistral.pixtral-large-2502-v1:0', { messages: typed }, { max_tokens: 5 }],
    ['openai.gpt-oss-20b-1:0', { messages: typed }, { max_completion_tokens: 5 }],
    [
      'amazon.titan-text-lite-v1',
      { inputText: 'hi', textGenerationConfig: { topP: 1 } },
      { textGenerationConfig: { topP: 1, maxTokenCount: 5 } },
    ],
  ])('gets it in the words of %s', (model, body, expected) => {
    const changes = { model, outputMaximum: 5 }
    const sent = bedrock.rewrite(body, Buffer.from(JSON.stringify(body)), changes, 'invoke')
    expect(JSON.parse(sent.toString())).toEqual({ ...body, ...expected })
  })

  test.each([
    // It would not look at the maximum that the hold was counted from.
    ['openai.gpt-oss-20b-1:0', { messages, inferenceConfig: { maxTokens: 1 } }, 'messages'],
    ['deepseek.r1-v1:0', { prompt: 'hi', max_gen_len: 1 }, 'prompt'],
    ['eu.anthropic.claude-x', { messages: typed, max_tokens: 5 }, 'messages'],
    ['arn:aws:bedrock:x:1:application-inference-profile/k2', { prompt: 'hi' }, 'prompt'],
  ])('is refused where %s would not be held to its maximum', (model, body, param) => {
    const bytes = Buffer.from(JSON.stringify(body))
    expect(() => bedrock.rewrite(body, bytes, { model, outputMaximum: 5 }, 'invoke')).toThrow(
      expect.objectContaining({ param }) as Error,
    )
  })

  test('is written again where a deciding field could be read in two ways', () => {
    expect(bedrock.isAmbiguous(Buffer.from('{"messages":[],"messages":[]}'), 'converse')).toBe(true)
    expect(bedrock.isAmbiguous(Buffer.from('{"max_t\\u006fkens":5}'), 'invoke')).toBe(true)
    expect(bedrock.isAmbiguous(bytes, 'converse')).toBe(false)
  })
})
