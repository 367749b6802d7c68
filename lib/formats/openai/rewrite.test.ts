import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BodyChanges, Operation } from '#lib/formats/contract.ts'
import { isAmbiguous, rewrite } from '#lib/formats/openai/rewrite.ts'

function change(text: string, changes: BodyChanges, operation: Operation = 'chat'): string {
  return rewrite(JSON.parse(text), Buffer.from(text), changes, operation).toString('utf8')
}

describe('the forwarded body', () => {
  test('is the very bytes of the caller when nothing changes', () => {
    const bytes = Buffer.from('{ "model" : "x",\r\n "n":1.0e0 }')
    expect(rewrite(JSON.parse(bytes.toString()), bytes, {}, 'chat')).toBe(bytes)
    expect(rewrite(JSON.parse(bytes.toString()), bytes, { model: 'x' }, 'chat')).toBe(bytes)
  })

  test.each<[string, string, BodyChanges, string]>([
    ['a maximum', '{ "model":"x" }', { outputMaximum: 9 }, '{"max_tokens":9, "model":"x" }'],
    ['behind space', ' \n{"model":"x"}', { outputMaximum: 9 }, ' \n{"max_tokens":9,"model":"x"}'],
    ['usage', '{"model":"x"}', { includeStreamUsage: true }, '{"stream_options":{"include_usage":true},"model":"x"}'],
    [
      'both',
      '{"n":1.0}',
      { includeStreamUsage: true, outputMaximum: 9 },
      '{"stream_options":{"include_usage":true},"max_tokens":9,"n":1.0}',
    ],
    ['the model, where the address names it', '{"n":1.0}', { model: 'b' }, '{"model":"b","n":1.0}'],
    ['into nothing', '{ }', { outputMaximum: 9 }, '{"max_tokens":9 }'],
  ])('takes in what is missing and keeps the rest to the byte: %s', (_name, text, changes, expected) => {
    expect(change(text, changes)).toBe(expected)
  })

  test.each<[string, string, BodyChanges, object]>([
    ['the model', '{"model":"a","n":1}', { model: 'b' }, { model: 'b', n: 1 }],
    ['a maximum that is null', '{"model":"a","max_tokens":null}', { outputMaximum: 9 }, { model: 'a', max_tokens: 9 }],
    [
      'the newer maximum, where the caller has it',
      '{"model":"a","max_completion_tokens":null}',
      { outputMaximum: 9 },
      { model: 'a', max_completion_tokens: 9 },
    ],
    [
      'usage among the other options',
      '{"stream_options":{"include_obfuscation":false,"include_usage":false}}',
      { includeStreamUsage: true },
      { stream_options: { include_obfuscation: false, include_usage: true } },
    ],
    [
      'options that are null',
      '{"stream_options":null}',
      { includeStreamUsage: true },
      { stream_options: { include_usage: true } },
    ],
    ['nothing, written again', '{"model":"a","model":"b"}', { rewrite: true }, { model: 'b' }],
  ])('replaces %s', (_name, text, changes, expected) => {
    expect(JSON.parse(change(text, changes))).toEqual(expected)
  })

  test.each<[Operation, string]>([
    ['responses', '{"max_output_tokens":9,"max_completion_tokens":1}'],
    ['completions', '{"max_tokens":9,"max_completion_tokens":1}'],
  ])('of %s has the maximum under its own name', (operation, expected) => {
    expect(change('{"max_completion_tokens":1}', { outputMaximum: 9 }, operation)).toBe(expected)
  })

  const json = fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 })
  const changes = fc.record<BodyChanges>(
    // Some of OpenAI's own models have their maximum under another name.
    {
      model: fc.string().map((name) => `m-${name}`),
      outputMaximum: fc.nat(),
      includeStreamUsage: fc.constant(true),
      rewrite: fc.boolean(),
    },
    { requiredKeys: [] },
  )

  test('means what the caller wrote, with the changes in it', () => {
    fc.assert(
      fc.property(json, changes, fc.constantFrom(0, 2), (body, wanted, indent) => {
        const text = JSON.stringify(body, null, indent)
        const { max_tokens, stream_options, model, ...rest } = JSON.parse(change(text, wanted)) as Record<
          string,
          unknown
        >
        const {
          max_tokens: _m,
          stream_options: _s,
          model: _n,
          ...expected
        } = JSON.parse(text) as Record<string, unknown>
        expect(rest).toEqual(expected)
        expect(max_tokens).toEqual(wanted.outputMaximum ?? body.max_tokens)
        expect(model).toEqual(wanted.model ?? body.model)
        expect(stream_options).toEqual(wanted.includeStreamUsage ? { include_usage: true } : body.stream_options)
      }),
    )
  })
})

describe('bytes that parsers may read in two ways', () => {
  test.each([
    ['a model twice', '{"model":"a","model":"b"}'],
    ['a maximum twice', '{"max_tokens":1,"max_tokens":100000}'],
    ['the newer maximum twice', '{"max_completion_tokens":1,"max_completion_tokens":100000}'],
    ['choices twice', '{"n":1,"n":128}'],
    ['a stream twice', '{"stream":false,"stream":true}'],
    ['stream options twice', '{"stream_options":{},"stream_options":{"include_usage":true}}'],
    ['messages twice', '{"messages":[{"role":"user","content":[]}],"messages":[]}'],
    ['an escaped name', '{"model":"a","mod\\u0065l":"b"}'],
  ])('are found: %s', (_name, text) => {
    expect(isAmbiguous(Buffer.from(text), 'chat')).toBe(true)
  })

  test.each<[Operation, string]>([
    ['responses', '{"max_output_tokens":16,"max_output_tokens":100000}'],
    ['responses', '{"background":false,"background":true}'],
    ['responses', '{"previous_response_id":null,"previous_response_id":"resp_1"}'],
    ['responses', '{"tools":[],"tools":[{"type":"web_search"}]}'],
    ['completions', '{"best_of":1,"best_of":20}'],
    ['completions', '{"prompt":"a","prompt":["a","b","c"]}'],
  ])('are found by what decides the cost of %s: %s', (operation, text) => {
    expect(isAmbiguous(Buffer.from(text), operation)).toBe(true)
  })

  test('are not seen in an ordinary request', () => {
    const text = JSON.stringify({
      model: 'm',
      n: 1,
      stream: true,
      messages: [{ role: 'user', content: 'model "n" 世界' }],
    })
    expect(isAmbiguous(Buffer.from(text), 'chat')).toBe(false)
  })
})
