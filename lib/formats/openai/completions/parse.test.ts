import { describe, expect, test } from 'vitest'
import type { Operation, ParsedRequest } from '#lib/formats/contract.ts'
import { parse } from '#lib/formats/openai/parse.ts'

function read(operation: Operation, body: object): ParsedRequest {
  const request = parse(operation, body)
  if ('problem' in request) throw new Error(request.problem)
  return request
}

describe('a request for a completion', () => {
  const hello = { model: 'gpt-3.5-turbo-instruct', prompt: 'Say hello' }
  const complete = (fields: object) => read('completions', { ...hello, ...fields })

  test('says what the gateway must know', () => {
    expect(complete({})).toEqual({
      model: 'gpt-3.5-turbo-instruct',
      stream: false,
      outputMaximum: null,
      outputDefault: 16,
      choices: 1,
      promptTokensEstimate: 3,
      tokensBeyondBytes: 0,
      wantsStreamUsage: false,
    })
  })

  test.each<[unknown, object, number, number]>([
    ['eight by', {}, 2, 1],
    [['eight by', 'four'], {}, 3, 2],
    [[1, 2, 3], {}, 3, 1],
    [[[1, 2], [3]], { n: 4 }, 3, 8],
    [null, {}, 0, 1],
    ['eight by', { n: 2, best_of: 5 }, 2, 5],
    ['eight by', { n: 3 }, 2, 3],
    [['a', 'b'], { best_of: 3 }, 2, 6],
  ])('of the prompt %j with %j has %i prompt tokens, and %i outputs are billed', (prompt, fields, tokens, choices) => {
    expect(complete({ prompt, ...fields })).toMatchObject({ promptTokensEstimate: tokens, choices })
  })

  test('may ask for no output at all', () => {
    expect(complete({ max_tokens: 0, echo: true, logprobs: 1 }).outputMaximum).toBe(0)
  })

  test('says whether it wants its usage in the stream', () => {
    const wanting = { stream: true, stream_options: { include_usage: true } }
    expect(complete(wanting)).toMatchObject({ stream: true, wantsStreamUsage: true })
    expect(complete({ stream: true })).toMatchObject({ stream: true, wantsStreamUsage: false })
  })

  test.each([
    ['a prompt that is a number', { prompt: 5 }, 'prompt'],
    ['no prompts', { prompt: [] }, 'prompt'],
    ['a negative maximum', { max_tokens: -1 }, 'max_tokens'],
    ['129 choices', { n: 129 }, 'n'],
    ['the best of half', { best_of: 0.5 }, 'best_of'],
  ])('with %s is refused, and the field is named', (_what, fields, param) => {
    expect(parse('completions', { ...hello, ...fields })).toMatchObject({ param })
  })
})

describe('a request for a moderation', () => {
  test('has no output, and the model that OpenAI takes where none is named', () => {
    expect(read('moderations', { input: 'eight by' })).toMatchObject({
      model: 'omni-moderation-latest',
      outputMaximum: 0,
      stream: false,
      promptTokensEstimate: 2,
    })
    expect(read('moderations', { input: 'x', model: 'text-moderation-stable' }).model).toBe('text-moderation-stable')
  })

  test('may be of several texts, or of text and pictures', () => {
    const parts = [
      { type: 'text', text: 'eight by' },
      { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
    ]
    expect(read('moderations', { input: ['eight by', 'four'] }).promptTokensEstimate).toBe(3)
    expect(read('moderations', { input: parts }).promptTokensEstimate).toBe(2)
  })

  test.each([[{}], [{ input: [] }], [{ input: 5 }], [{ input: [{ text: 'x' }] }]])(
    'of %j is refused by name',
    (body) => {
      expect(parse('moderations', body)).toMatchObject({ param: expect.stringMatching(/^input/) as string })
    },
  )
})
