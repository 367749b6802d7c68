import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Operation, ParsedRequest } from '#lib/formats/contract.ts'
import { parse } from '#lib/formats/gemini/parse.ts'

const hello = { contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }] }
const addressed = { model: 'gemini-2.5-flash', stream: false }

function read(body: object, operation: Operation = 'generateContent'): ParsedRequest {
  const request = parse(operation, body, addressed)
  if ('problem' in request) throw new Error(request.problem)
  return request
}

describe('a request to generate', () => {
  test('says what the gateway must know; the address says the rest', () => {
    expect(read(hello)).toEqual({
      model: 'gemini-2.5-flash',
      stream: false,
      outputMaximum: null,
      choices: 1,
      promptTokensEstimate: 9,
      tokensBeyondBytes: 0,
      wantsStreamUsage: true,
    })
    expect(parse('generateContent', hello, { model: 'x', stream: true })).toMatchObject({ model: 'x', stream: true })
  })

  test.each([
    ['camel case', { generationConfig: { maxOutputTokens: 64, candidateCount: 2 } }],
    ['snake case', { generation_config: { max_output_tokens: 64, candidate_count: 2 } }],
    ['numbers as text', { generationConfig: { maxOutputTokens: '64', candidateCount: '2' } }],
  ])('is read in %s', (_what, fields) => {
    expect(read({ ...hello, ...fields })).toMatchObject({ outputMaximum: 64, choices: 2 })
  })

  test('may leave out a field by null, and the brackets of a list of one', () => {
    const fields = { generationConfig: { maxOutputTokens: null }, cachedContent: null, systemInstruction: null }
    expect(read({ ...hello, ...fields })).toMatchObject({ outputMaximum: null, tokensBeyondBytes: 0 })
    expect(read({ contents: { parts: { text: 'Say hello' } } }).promptTokensEstimate).toBe(9)
  })

  test('counts the text of instructions and of functions’ responses', () => {
    const response = { functionResponse: { name: 'x', response: { output: ['four', { a: 'four' }] } } }
    const system_instruction = { parts: [{ text: 'four' }] }
    expect(read({ contents: [{ parts: [response] }], system_instruction }).promptTokensEstimate).toBe(4 + 3 * 2 + 3)
  })

  const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' } }
  const file = { file_data: { file_uri: 'https://example.test/a.pdf' } }
  test.each<[string, object, object, number]>([
    ['text', { text: 'x' }, {}, 0],
    ['a document', { inlineData: { mimeType: 'application/pdf', data: 'AAAA' } }, {}, 0],
    ['a picture', image, {}, 6_192],
    ['a picture in snake case', { inline_data: { mime_type: 'IMAGE/png', data: 'AAAA' } }, {}, 6_192],
    ['a picture of so many tokens', { ...image, mediaResolution: { numTokens: '9000' } }, {}, 9_000],
    ['a film', { inlineData: { mimeType: 'video/mp4', data: 'AAAA' } }, {}, 1_050_000],
    ['a file by reference', file, {}, 1_050_000],
    ['a picture that a function gave', { functionResponse: { name: 'x', parts: [image] } }, {}, 6_192],
    ['cached content', { text: 'x' }, { cachedContent: 'cachedContents/1' }, 1_050_000],
    ['cached content in snake case', { text: 'x' }, { cached_content: 'cachedContents/1' }, 1_050_000],
    ['functions', { text: 'x' }, { tools: [{ functionDeclarations: [] }] }, 0],
    ['a tool that reads pages', { text: 'x' }, { tools: { urlContext: {} } }, 1_050_000],
  ])('bounds what its bytes do not: %s', (_what, part, fields, tokens) => {
    expect(read({ contents: [{ parts: [part] }], ...fields }).tokensBeyondBytes).toBe(tokens)
  })

  test.each<[string, object, string]>([
    ['no contents', { contents: undefined }, 'contents'],
    ['empty contents', { contents: [] }, 'contents'],
    ['contents that are text', { contents: 'hi' }, 'contents'],
    ['a part that is text', { contents: [{ parts: ['hi'] }] }, 'contents.0.parts.0'],
    ['a maximum of 0', { generationConfig: { maxOutputTokens: 0 } }, 'generationConfig.maxOutputTokens'],
    [
      'a maximum beyond money',
      { generationConfig: { maxOutputTokens: '9999999999' } },
      'generationConfig.maxOutputTokens',
    ],
    ['a maximum that is a word', { generationConfig: { maxOutputTokens: '1e3' } }, 'generationConfig.maxOutputTokens'],
    ['no candidates', { generationConfig: { candidateCount: 0 } }, 'generationConfig.candidateCount'],
    ['both spellings', { generationConfig: {}, generation_config: {} }, 'generation_config'],
    [
      'both spellings of a maximum',
      { generationConfig: { maxOutputTokens: 1, max_output_tokens: 2 } },
      'generationConfig.max_output_tokens',
    ],
    ['another model', { model: 'models/gemini-2.5-pro' }, 'model'],
  ])('with %s is refused, and the field is named', (_what, fields, param) => {
    expect(parse('generateContent', { ...hello, ...fields }, addressed)).toMatchObject({
      param,
      problem: expect.stringContaining(param) as string,
    })
  })
})

describe('a request to count tokens', () => {
  test('has no output, whatever it counts', () => {
    const generateContentRequest = {
      model: 'models/gemini-2.5-flash',
      generationConfig: { maxOutputTokens: 9 },
      ...hello,
    }
    const counted = { outputMaximum: 0, choices: 1, promptTokensEstimate: 9 }
    expect(read(hello, 'countTokens')).toMatchObject(counted)
    expect(read({ generateContentRequest }, 'countTokens')).toMatchObject(counted)
    expect(read({ generate_content_request: generateContentRequest }, 'countTokens')).toMatchObject(counted)
  })

  test('names the model of the address or none', () => {
    const body = { generateContentRequest: { model: 'models/other', ...hello } }
    expect(parse('countTokens', body, addressed)).toMatchObject({ param: 'generateContentRequest.model' })
  })
})

describe('a request to embed', () => {
  const content = { parts: [{ text: 'four' }] }

  test('has no output', () => {
    const embedding = { outputMaximum: 0, choices: 1, promptTokensEstimate: 1 + 3 + 3 }
    expect(read({ content }, 'embedContent')).toMatchObject(embedding)
    expect(read({ requests: [{ content }, { content }] }, 'batchEmbedContents').promptTokensEstimate).toBe(2 + 6 + 3)
  })

  test('names the model of the address in all of a batch', () => {
    const body = (model: string) => ({
      requests: [
        { model: 'models/gemini-2.5-flash', content },
        { model, content },
      ],
    })
    expect(parse('batchEmbedContents', body('gemini-2.5-flash'), addressed)).toMatchObject({ outputMaximum: 0 })
    expect(parse('batchEmbedContents', body('models/dearer'), addressed)).toMatchObject({ param: 'requests.1.model' })
  })

  test.each<[Operation, object, string]>([
    ['embedContent', {}, 'content'],
    ['batchEmbedContents', { requests: [] }, 'requests'],
    ['batchEmbedContents', { requests: [{}] }, 'requests.0.content'],
  ])('of %s without anything to embed is refused', (operation, body, param) => {
    expect(parse(operation, body, addressed)).toMatchObject({ param })
  })
})

test('any JSON breaks nothing', () => {
  const names = [
    'contents',
    'parts',
    'generationConfig',
    'generation_config',
    'requests',
    'generateContentRequest',
    'tools',
  ]
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue(),
      fc.array(tie('tree')),
      fc.dictionary(fc.constantFrom(...names), tie('tree')),
    ),
  }))
  const operation = fc.constantFrom<Operation>('generateContent', 'countTokens', 'embedContent', 'batchEmbedContents')
  fc.assert(
    fc.property(operation, tree, (asked, body) => {
      expect(parse(asked, body, addressed)).toBeTypeOf('object')
    }),
  )
})
