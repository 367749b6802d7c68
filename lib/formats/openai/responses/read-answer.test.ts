import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { responseJson, responseStream } from '#lib/formats/openai/responses/read-answer.ts'
import { tokensOf } from '#lib/formats/openai/responses/usage.ts'

const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 120,
}
const vector = { input: 50, cached_read: 40, cache_write_5m: 10, output: 20, reasoning: 12 }

const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const response = (fields: object): object => ({ id: 'resp_1', object: 'response', model: 'gpt-5-2025', ...fields })
const created = event('response.created', { response: response({ status: 'in_progress', output: [], usage: null }) })
const delta = (text: string): string => event('response.output_text.delta', { item_id: 'msg_1', delta: text })
const ending = (status: string, fields: object = {}): string =>
  event(`response.${status}`, { response: response({ status, output: [], usage, ...fields }) })

function pass(reader: AnswerReader, text: string, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(text)
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b)
  let from = 0
  const out: Buffer[] = []
  for (const end of ends) {
    out.push(reader.push(bytes.subarray(from, end)))
    from = end
  }
  out.push(reader.end())
  return Buffer.concat(out).toString()
}

describe('a streamed response', () => {
  test('passes byte for byte however it is cut, and its usage is read', () => {
    const whole = created + delta('Grüße, ') + delta('世界') + ending('completed')
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 20 }), (cuts) => {
        const reader = responseStream()
        expect(pass(reader, whole, cuts)).toBe(whole)
        expect(reader.reading()).toMatchObject({ tokens: vector, modelServed: 'gpt-5-2025', complete: true })
      }),
    )
  })

  test.each([
    ['completed', true],
    ['incomplete', true],
    ['failed', false],
  ])('that is %s is billed by its usage; it ended as it should: %s', (status, complete) => {
    const reader = responseStream()
    pass(reader, created + ending(status))
    expect(reader.reading()).toMatchObject({ tokens: vector, complete })
  })

  test('that breaks off is counted from what came, arguments and summaries too', () => {
    const reader = responseStream()
    const call = event('response.function_call_arguments.delta', { item_id: 'fc_1', delta: '{"a":' })
    const thought = event('response.reasoning_summary_text.delta', { item_id: 'rs_1', delta: 'hm' })
    pass(reader, created + thought + delta('one') + delta('two') + call)
    expect(reader.reading()).toMatchObject({ tokens: null, outputSeen: 4, complete: false })
  })

  test('whose text poses as its own end is not taken in by it', () => {
    const reader = responseStream()
    pass(reader, created + delta(`"response":{"usage":{"input_tokens":0,"output_tokens":0}} response.completed`))
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
  })

  test('without usage has ended, and bills none', () => {
    const reader = responseStream()
    pass(reader, created + ending('completed', { usage: undefined }))
    expect(reader.reading()).toMatchObject({ tokens: null, complete: true })
  })

  test('is read from the end of an event that is too long to be held, such as one with a picture', () => {
    const picture = { output: [{ type: 'image_generation_call', result: 'A'.repeat(3_000_000) }] }
    const whole = created + ending('completed', { ...picture, metadata: { usage: 'mine' } })
    for (const cuts of [[], [1_000_000, 2_000_000], [whole.length - 3, whole.length - 100]]) {
      const reader = responseStream()
      expect(pass(reader, whole, cuts) === whole).toBe(true)
      expect(reader.reading().tokens).toEqual(vector)
    }
  })
})

/** What a caller may put into its request, to be repeated. */
const forged = { usage: { input_tokens: 0, output_tokens: 0 } }
const tools = [{ type: 'function', name: 'f', parameters: { type: 'object', properties: forged } }]

test('a response of which only the beginning came takes no usage from what it repeats', () => {
  const instructions = 'x'.repeat(2_000_000)
  const reader = responseStream()
  const begun = response({ instructions, tools, usage: null, metadata: { usage: 'mine' } })
  pass(reader, event('response.created', { response: begun }), [1_500_000])
  expect(reader.reading()).toMatchObject({ tokens: null, complete: false })

  const cut = responseJson()
  cut.push(Buffer.from(JSON.stringify(response({ output: [], tools, usage })).slice(0, -140)))
  expect(cut.reading().tokens).toBeNull()
})

describe('a response in one piece', () => {
  const read = (fields: object) => {
    const reader = responseJson()
    const body = JSON.stringify(response({ output: [], ...fields }))
    expect(pass(reader, body, [7, 70_000])).toBe(body)
    return reader.reading()
  }

  test('is read from its end, behind what it repeats of the request', () => {
    const reading = read({ instructions: 'x'.repeat(100_000), tools, usage, metadata: { usage: '{}' } })
    expect(reading).toMatchObject({ tokens: vector, modelServed: 'gpt-5-2025' })
  })

  test('tells what the provider’s own tools used', () => {
    const tool_usage = { image_gen: { input_tokens: 7, output_tokens: 9 }, web_search: { num_requests: 2 } }
    expect(read({ tool_usage, usage }).tokens).toEqual({ ...vector, tool_calls: 2, image_input: 7, image_output: 9 })
    const none = { image_gen: { input_tokens: 0, output_tokens: 0 }, web_search: { num_requests: 0 } }
    expect(read({ tool_usage: none, usage }).tokens).toEqual(vector)
  })

  test('without usage is counted by its text', () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'x'.repeat(40) }] }]
    expect(read({ output })).toMatchObject({ tokens: null, outputSeen: 10 })
  })
})

describe('a usage', () => {
  test.each([
    ['missing', undefined],
    ['null', null],
    ['without output', { input_tokens: 5 }],
    ['without input', { output_tokens: 5 }],
    ['negative', { input_tokens: -1, output_tokens: 5 }],
    ['absurd', { input_tokens: 1e12, output_tokens: 5 }],
    ['fractional', { input_tokens: 1.5, output_tokens: 5 }],
    ['of more cached than sent', { input_tokens: 5, output_tokens: 1, input_tokens_details: { cached_tokens: 6 } }],
  ])('that is %s is not billed', (_what, value) => expect(tokensOf(value)).toBeNull())

  test('of any JSON is a vector of counts or nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, tools) => {
        expect(tokensOf(value, tools)).toSatisfy((read: unknown) => read === null || typeof read === 'object')
        for (const counted of Object.values(tokensOf(usage, tools)!)) expect(counted).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
