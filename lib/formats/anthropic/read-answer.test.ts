import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerReader } from '#lib/formats/contract.ts'
import { jsonAnswer, streamAnswer } from '#lib/formats/anthropic/read-answer.ts'
import { countAnswer } from '#lib/formats/count-answer.ts'
import { tokensOf } from '#lib/formats/anthropic/usage.ts'

const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const start = (usage: object): string =>
  event('message_start', {
    message: { id: 'msg_1', role: 'assistant', model: 'claude-sonnet-4-5', content: [], usage },
  })
const text = (words: string): string =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } })
const delta = (usage: object): string => event('message_delta', { delta: { stop_reason: 'end_turn' }, usage })
const stop = event('message_stop', {})

/** Feeds `stream` in pieces that end at `cuts`, and returns what came through. */
function pass(reader: AnswerReader, stream: string, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(stream)
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

describe('a stream', () => {
  const whole =
    start({ input_tokens: 25, cache_read_input_tokens: 100, output_tokens: 1 }) +
    event('ping', {}) +
    text('Grüße, ') +
    text('世界') +
    delta({ output_tokens: 15 }) +
    stop

  test('passes byte for byte however it is cut, and its usage is read', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 20 }), (cuts) => {
        const reader = streamAnswer()
        expect(pass(reader, whole, cuts)).toBe(whole)
        expect(reader.reading()).toMatchObject({
          tokens: { input: 25, cached_read: 100, output: 15 },
          modelServed: 'claude-sonnet-4-5',
          complete: true,
        })
      }),
    )
  })

  test('that breaks off has no usage, but says what the prompt was and counts what came', () => {
    const reader = streamAnswer()
    pass(reader, start({ input_tokens: 25, output_tokens: 1 }) + text('one') + text('two') + text('three'))
    expect(reader.reading()).toMatchObject({
      tokens: null,
      promptTokens: { input: 25 },
      outputSeen: 3,
      complete: false,
    })
  })

  test('that tells the prompt again at its end is believed then', () => {
    const reader = streamAnswer()
    pass(
      reader,
      start({ input_tokens: 5, cache_read_input_tokens: 9, output_tokens: 1 }) +
        delta({ input_tokens: 8, output_tokens: 20, server_tool_use: { web_search_requests: 2 } }) +
        stop,
    )
    expect(reader.reading().tokens).toEqual({ input: 8, cached_read: 9, output: 20, tool_calls: 2 })
  })

  test('whose text talks of usage and of its own end is not taken in by it', () => {
    const reader = streamAnswer()
    pass(
      reader,
      start({ input_tokens: 5, output_tokens: 1 }) + text('{"type":"message_stop","usage":{"output_tokens":9}}'),
    )
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
  })
})

test('a JSON answer is read from its end', () => {
  const reader = jsonAnswer()
  const body = JSON.stringify({
    id: 'msg_1',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'x'.repeat(100_000) }],
    usage: { input_tokens: 4, output_tokens: 25_000 },
  })
  expect(pass(reader, body, [10, 70_000])).toBe(body)
  expect(reader.reading()).toMatchObject({ tokens: { input: 4, output: 25_000 }, modelServed: 'claude-sonnet-4-5' })
})

test('counted tokens are no usage', () => {
  const reader = countAnswer()
  expect(pass(reader, '{"input_tokens":12}')).toBe('{"input_tokens":12}')
  expect(reader.reading()).toMatchObject({ tokens: {}, complete: true })
})

describe('a usage', () => {
  test.each<[string, object, object | null]>([
    ['leaves cached and written tokens out of input', { input_tokens: 3, output_tokens: 4 }, { input: 3, output: 4 }],
    [
      'tells writes apart by how long they last',
      {
        input_tokens: 3,
        output_tokens: 4,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      },
      { input: 3, output: 4, cache_write_5m: 10, cache_write_1h: 20 },
    ],
    [
      'of an older answer has five-minute writes',
      { input_tokens: 3, output_tokens: 4, cache_creation_input_tokens: 30 },
      { input: 3, output: 4, cache_write_5m: 30 },
    ],
    ['without an output count is none', { input_tokens: 3 }, null],
    ['without an input count is none', { output_tokens: 3 }, null],
    ['with a negative count is none', { input_tokens: -3, output_tokens: 4 }, null],
    ['with an absurd count is none', { input_tokens: 1e12, output_tokens: 4 }, null],
  ])('%s', (_what, usage, tokens) => expect(tokensOf(usage)).toEqual(tokens))

  test('of any JSON is a vector of counts or nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const tokens = tokensOf(value)
        for (const count of Object.values(tokens ?? {})) expect(count).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
