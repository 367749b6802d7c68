import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerReader, AnswerReading } from '#lib/formats/contract.ts'
import {
  completionJson,
  completionStream,
  jsonAnswer,
  moderationJson,
  streamAnswer,
} from '#lib/formats/openai/read-answer.ts'

type Passed = { readonly bytes: string; readonly reading: AnswerReading }

/** Sends the pieces through a reader; bytes as Latin-1 text, so that equal texts are equal bytes. */
function pass(reader: AnswerReader, pieces: readonly Buffer[]): Passed {
  const out: Buffer[] = pieces.map((piece) => reader.push(piece))
  out.push(reader.end())
  return { bytes: Buffer.concat(out).toString('latin1'), reading: reader.reading() }
}

function split(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.filter((place) => place < bytes.length).toSorted((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
}

const byteByByte = (bytes: Buffer): Buffer[] => Array.from(bytes, (byte) => Buffer.from([byte]))
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

const delta = (content: string): string =>
  JSON.stringify({ model: 'gpt-4o-mini-2024-07-18', choices: [{ index: 0, delta: { content } }], usage: null })
const usageChunk = (prompt: number, completion: number, choices: readonly object[] = []): string =>
  JSON.stringify({ choices, usage: { prompt_tokens: prompt, completion_tokens: completion } })
const event = (data: string, end = '\n'): string => `data: ${data}${end}${end}`

describe('a stream whose usage the caller did not ask for', () => {
  const content = [event(delta('Grüße, ')), event(delta('世界 🌍'))].join('')
  const usage = event(usageChunk(12, 34))
  const done = event('[DONE]')

  test('passes without its usage event, which is read', () => {
    const { bytes, reading } = pass(streamAnswer(true), [Buffer.from(content + usage + done)])
    expect(bytes).toBe(latin1(content + done))
    expect(reading).toMatchObject({
      tokens: { input: 12, output: 34 },
      modelServed: 'gpt-4o-mini-2024-07-18',
      complete: true,
    })
  })

  test('passes whole where the caller asked', () => {
    const { bytes, reading } = pass(streamAnswer(false), [Buffer.from(content + usage + done)])
    expect(bytes).toBe(latin1(content + usage + done))
    expect(reading.tokens).toEqual({ input: 12, output: 34 })
  })

  test('is the same to the byte wherever it is torn, inside a character too', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const whole = Buffer.from((content + usage + done).replaceAll('\n', end))
      const expected = pass(streamAnswer(true), [whole])
      expect(expected.bytes).toBe(latin1((content + done).replaceAll('\n', end)))
      for (let at = 1; at < whole.length; at++) expect(pass(streamAnswer(true), split(whole, [at]))).toEqual(expected)
      expect(pass(streamAnswer(true), byteByByte(whole))).toEqual(expected)
    }
  })

  test('names its model also where only its usage event does, as Azure’s', () => {
    const first = event(JSON.stringify({ model: '', choices: [], prompt_filter_results: [] }))
    const last = event(
      JSON.stringify({ model: 'served', choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }),
    )
    const { bytes, reading } = pass(streamAnswer(true), [Buffer.from(first + last)])
    expect(bytes).toBe(latin1(first))
    expect(reading.modelServed).toBe('served')
  })

  test('keeps an event that carries more than usage', () => {
    const both = event(usageChunk(1, 2, [{ index: 0, delta: {}, finish_reason: 'stop' }]))
    const { bytes, reading } = pass(streamAnswer(true), [Buffer.from(both)])
    expect(bytes).toBe(latin1(both))
    expect(reading.tokens).toEqual({ input: 1, output: 2 })
  })

  test('ends as it ended where the server omits the last blank line', () => {
    expect(pass(streamAnswer(true), [Buffer.from(`${content}data: [DONE]`)])).toMatchObject({
      bytes: latin1(`${content}data: [DONE]`),
      reading: { complete: true },
    })
    expect(pass(streamAnswer(true), [Buffer.from(content + usage.trimEnd())])).toMatchObject({
      bytes: latin1(content),
      reading: { tokens: { input: 12, output: 34 }, complete: false },
    })
    expect(pass(streamAnswer(true), [Buffer.from(`${content}data: {"choices":[{"del`)]).bytes).toBe(
      latin1(`${content}data: {"choices":[{"del`),
    )
  })

  test('takes no text of the answer for usage', () => {
    const posing = event(delta('"usage":{"prompt_tokens":9,"completion_tokens":9} data: [DONE]\n\n'))
    const { bytes, reading } = pass(streamAnswer(true), [Buffer.from(posing)])
    expect(bytes).toBe(latin1(posing))
    expect(reading).toMatchObject({ tokens: null, complete: false })
  })

  test.each([
    ['negative', usageChunk(-5, 3)],
    ['huge', usageChunk(1e15, 3)],
    ['beyond every number', '{"choices":[],"usage":{"prompt_tokens":1e308,"completion_tokens":1e308}}'],
    ['infinite', '{"choices":[],"usage":{"prompt_tokens":1e999,"completion_tokens":1}}'],
    ['fractional', usageChunk(1.5, 3)],
    ['text', '{"choices":[],"usage":{"prompt_tokens":"5","completion_tokens":"5"}}'],
    ['empty', '{"choices":[],"usage":{}}'],
    ['broken', '{"choices":[],"usage":{"prompt_tokens":5'],
  ])('never bills usage that is %s', (_what, data) => {
    const { reading } = pass(streamAnswer(true), [Buffer.from(content + event(data) + done)])
    expect(reading).toMatchObject({ tokens: null, complete: true })
    expect(reading.outputSeen).toBeGreaterThan(0)
  })

  test('keeps good usage when a bad one follows', () => {
    const { reading } = pass(streamAnswer(true), [Buffer.from(usage + event(usageChunk(-1, 1)))])
    expect(reading.tokens).toEqual({ input: 12, output: 34 })
  })

  test.each([
    ['text', delta('word'), 1],
    ['text of a server that writes spaces', '{"choices": [{"delta": {"content": "word"}}]}', 1],
    ['the arguments of a tool', '{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\\"a\\":"}}]}}]}', 1],
    ['thoughts', '{"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}', 1],
    ['a long piece, which is more than one token', delta('x'.repeat(400)), 100],
    ['a role, which is none', '{"choices":[{"delta":{"role":"assistant","content":""}}]}', 0],
    ['a comment, which is none', '', 0],
  ])('counts output as it comes, for calls whose usage never does: %s', (_what, data, tokens) => {
    const reader = streamAnswer(true)
    reader.push(Buffer.from(data === '' ? ': still here\n\n' : event(data)))
    expect(reader.reading()).toMatchObject({ tokens: null, outputSeen: tokens })
  })
})

describe('any stream', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('"usage":{', 'data: [DONE]', '\\', '"', '\n\n', '{}', '世界', '🌍'),
  )
  type Part = { readonly text: string; readonly isUsage: boolean }
  const tokens = fc.nat(100_000)
  const part: fc.Arbitrary<Part> = fc.oneof(
    { weight: 5, arbitrary: text.map((content) => ({ text: `data: ${delta(content)}`, isUsage: false })) },
    { weight: 1, arbitrary: fc.constant({ text: ': still here', isUsage: false }) },
    { weight: 1, arbitrary: fc.constant({ text: 'data: not json', isUsage: false }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tokens, tokens, fc.constantFrom('data: ', 'data:', ': ping\ndata: '))
        .map(([prompt, completion, field]) => ({ text: field + usageChunk(prompt, completion), isUsage: true })),
    },
    { weight: 1, arbitrary: fc.constant({ text: 'data: [DONE]', isUsage: false }) },
  )
  const stream = fc.array(fc.tuple(part, fc.constantFrom('\n', '\r\n')), { maxLength: 12 })

  test('passes byte for byte, but for its usage events, and is read alike however it is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(2_000)), (parts, places) => {
        const written = parts.map(([{ text: lines, isUsage }, end]) => ({
          bytes: Buffer.from(lines.replaceAll('\n', end) + end + end).toString('latin1'),
          isUsage,
        }))
        const whole = Buffer.from(written.map(({ bytes }) => bytes).join(''), 'latin1')
        const kept = written.filter(({ isUsage }) => !isUsage).map(({ bytes }) => bytes)

        const atOnce = pass(streamAnswer(true), [whole])
        expect(atOnce.bytes).toBe(kept.join(''))
        expect(pass(streamAnswer(true), split(whole, places))).toEqual(atOnce)
        expect(pass(streamAnswer(true), byteByByte(whole))).toEqual(atOnce)
        expect(pass(streamAnswer(false), split(whole, places))).toEqual({
          bytes: whole.toString('latin1'),
          reading: atOnce.reading,
        })
      }),
      { numRuns: 300 },
    )
  })

  test('of any bytes at all passes unchanged and breaks nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (pieces) => {
        const buffers = pieces.map((piece) => Buffer.from(piece))
        const { bytes, reading } = pass(streamAnswer(true), buffers)
        expect(bytes).toBe(Buffer.concat(buffers).toString('latin1'))
        expect(reading.tokens).toBeNull()
      }),
    )
  })
})

describe('an event of 10 MB', () => {
  const huge = Buffer.from(
    event(`{"choices":[],"usage":{"prompt_tokens":1},"obfuscation":"${'x'.repeat(10 * 1024 * 1024)}"}`),
  )
  const after = Buffer.from(event(delta('on')) + event(usageChunk(12, 34)) + event('[DONE]'))
  const mostHeld = 1024 * 1024

  test.each([16_384, 65_536, 1_000_003])('passes unread in pieces of %i, and never more than 1 MB waits', (size) => {
    const whole = Buffer.concat([huge, after])
    const places = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => (i + 1) * size)
    const reader = streamAnswer(true)
    const out: Buffer[] = []
    let held = 0
    for (const piece of split(whole, places)) {
      const passed = reader.push(piece)
      held += piece.length - passed.length
      expect(held).toBeLessThanOrEqual(mostHeld)
      out.push(passed)
    }
    out.push(reader.end())
    const kept = Buffer.concat([huge, Buffer.from(event(delta('on')) + event('[DONE]'))])
    expect(Buffer.concat(out).equals(kept)).toBe(true)
    expect(reader.reading()).toMatchObject({ tokens: { input: 12, output: 34 }, complete: true })
  })

  test('flows on once it is known to be too long to read', () => {
    const reader = streamAnswer(true)
    reader.push(huge.subarray(0, 2 * mostHeld))
    expect(reader.push(huge.subarray(2 * mostHeld, 2 * mostHeld + 1_000)).length).toBe(1_000)
  })

  test('is found to end wherever its blank line is torn', () => {
    for (const end of ['\n\n', '\r\n\r\n', '\r\r', '\n\r\n']) {
      const long = `data: ${'x'.repeat(2 * mostHeld)}`
      const whole = Buffer.from(long + end + event(usageChunk(12, 34)))
      for (let at = long.length - 1; at <= long.length + end.length + 1; at++) {
        const { bytes, reading } = pass(streamAnswer(true), split(whole, [at]))
        expect([bytes.length, reading.tokens]).toEqual([long.length + end.length, { input: 12, output: 34 }])
      }
    }
  })
})

describe('a JSON answer', () => {
  const body = JSON.stringify({
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ message: { content: 'He said "usage":{"prompt_tokens":1} — 世界' } }],
    usage: { prompt_tokens: 12, completion_tokens: 34, prompt_tokens_details: { cached_tokens: 4 } },
  })

  test('passes at once and is read, wherever it is torn', () => {
    const whole = Buffer.from(body)
    for (let at = 1; at < whole.length; at++) {
      const reader = jsonAnswer()
      const [first, second] = split(whole, [at]) as [Buffer, Buffer]
      expect(reader.push(first)).toBe(first)
      expect(reader.push(second)).toBe(second)
      expect(reader.end()).toHaveLength(0)
      expect(reader.reading().tokens).toEqual({ input: 8, cached_read: 4, output: 34 })
    }
  })

  test('is read with the line ends and spaces of other servers', () => {
    const { reading } = pass(jsonAnswer(), [
      Buffer.from(JSON.stringify(JSON.parse(body), null, 2).replaceAll('\n', '\r\n')),
    ])
    expect(reading).toMatchObject({ tokens: { input: 8, output: 34 }, modelServed: 'gpt-4o-mini-2024-07-18' })
  })

  test('of 10 MB passes with its usage read from the end, and only the end is kept', () => {
    const reader = jsonAnswer()
    const big = Buffer.from(
      `{"data":[${'0.123456789,'.repeat(800_000)}0],"usage":{"prompt_tokens":7,"total_tokens":7}}`,
    )
    for (let at = 0; at < big.length; at += 16_384) reader.push(big.subarray(at, at + 16_384))
    reader.end()
    expect(reader.reading().tokens).toEqual({ input: 7 })
  })

  test('is read where usage stands at its beginning, however it is torn there', () => {
    const big = Buffer.from(`{"usage":{"prompt_tokens":7,"completion_tokens":2},"text":"${'x'.repeat(200_000)}"}`)
    for (let at = 1; at < 60; at++) {
      expect(pass(jsonAnswer(), split(big, [at, at + 1, 70_000])).reading.tokens).toEqual({ input: 7, output: 2 })
    }
  })

  test.each([
    ['cut off', body.slice(0, -20)],
    ['half of one', body.slice(0, body.length >> 1)],
    ['without usage', '{"choices":[]}'],
    ['with usage that is null', '{"choices":[],"usage":null}'],
    ['with usage that is text', '{"choices":[],"usage":"{}"}'],
    ['with negative usage', '{"usage":{"prompt_tokens":-1,"completion_tokens":5}}'],
    ['with usage of 1e308', '{"usage":{"prompt_tokens":1e308,"completion_tokens":1e308}}'],
    ['empty', ''],
  ])('%s bills no usage', (_what, text) => {
    expect(pass(jsonAnswer(), [Buffer.from(text)]).reading.tokens).toBeNull()
  })

  test('of any bytes at all breaks nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
        const buffers = pieces.map((piece) => Buffer.from(piece))
        expect(pass(jsonAnswer(), buffers).bytes).toBe(Buffer.concat(buffers).toString('latin1'))
      }),
    )
  })
})

describe('a completion', () => {
  const text = (words: string) => JSON.stringify({ model: 'davinci-002', choices: [{ text: words, index: 0 }] })

  test('streams like a chat, and its text is counted where usage is missing', () => {
    const content = event(text('one')) + event(text('two'))
    const asked = pass(completionStream(true), [Buffer.from(content + event(usageChunk(12, 34)) + event('[DONE]'))])
    expect(asked.bytes).toBe(latin1(content + event('[DONE]')))
    expect(asked.reading).toMatchObject({ tokens: { input: 12, output: 34 }, modelServed: 'davinci-002' })
    expect(pass(completionStream(true), [Buffer.from(content)]).reading).toMatchObject({ tokens: null, outputSeen: 2 })
  })

  test('in one piece is counted by its text where usage is missing', () => {
    expect(pass(completionJson(), [Buffer.from(text('x'.repeat(40)))]).reading).toMatchObject({
      tokens: null,
      outputSeen: 10,
    })
  })
})

test('a moderation used nothing, unless the server says otherwise', () => {
  expect(pass(moderationJson(), [Buffer.from('{"id":"modr-1","results":[]}')]).reading.tokens).toEqual({})
  expect(pass(moderationJson(), [Buffer.from('{"usage":{"prompt_tokens":9}}')]).reading.tokens).toEqual({ input: 9 })
})
