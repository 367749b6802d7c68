import { describe, expect, test } from 'vitest'
import { isAmbiguous, rewrite } from '#lib/formats/gemini/rewrite.ts'

const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]

function rewritten(body: object, changes: Parameters<typeof rewrite>[2]): unknown {
  return JSON.parse(rewrite(body, Buffer.from(JSON.stringify(body)), changes).toString())
}

describe('a body', () => {
  test('goes on byte for byte where nothing changes, also under another name for the model', () => {
    const bytes = Buffer.from(`{ "contents": ${JSON.stringify(contents)} }`)
    expect(rewrite({ contents }, bytes, {})).toBe(bytes)
    expect(rewrite({ contents }, bytes, { model: 'upstream' })).toBe(bytes)
  })

  test.each([
    [{ contents }, { contents, generationConfig: { maxOutputTokens: 9 } }],
    [
      { contents, generationConfig: null },
      { contents, generationConfig: { maxOutputTokens: 9 } },
    ],
    [
      { contents, generationConfig: { temperature: 0, maxOutputTokens: null } },
      { contents, generationConfig: { temperature: 0, maxOutputTokens: 9 } },
    ],
    [
      { contents, generation_config: { top_p: 1, max_output_tokens: null } },
      { contents, generation_config: { top_p: 1, maxOutputTokens: 9 } },
    ],
  ])('%j gets the output maximum where it belongs', (body, expected) => {
    expect(rewritten(body, { outputMaximum: 9 })).toEqual(expected)
  })

  test('names the model as the provider does, wherever it names one', () => {
    const one = { model: 'models/ours', content: contents[0] }
    expect(rewritten({ requests: [one, { content: contents[0] }] }, { model: 'theirs' })).toEqual({
      requests: [{ ...one, model: 'models/theirs' }, { content: contents[0] }],
    })
    expect(rewritten({ model: 'models/ours', content: contents[0] }, { model: 'theirs' })).toEqual({
      ...one,
      model: 'models/theirs',
    })
    expect(rewritten({ generate_content_request: { model: 'ours', contents } }, { model: 'theirs' })).toEqual({
      generate_content_request: { model: 'models/theirs', contents },
    })
  })
})

test.each([
  ['{"contents":[],"generationConfig":{}}', false],
  ['{"contents":[{"role":"model"},{"role":"model"}],"model":"models/x"}', false],
  ['{"contents":[],"generationConfig":{},"generationConfig":{"maxOutputTokens":1}}', true],
  ['{"generation_config":{"max_output_tokens":1,"max_output_tokens":9}}', true],
  ['{"contents":[],"contents":[]}', true],
  ['{"model":"models/x","model" :"models/y"}', true],
  ['{"\\u0063ontents":[]}', true],
])('%s may be read in two ways: %s', (text, expected) => expect(isAmbiguous(Buffer.from(text))).toBe(expected))
