import { describe, expect, test } from 'vitest'
import type { ParsedRequest } from '#lib/formats/contract.ts'
import { audioLengthOf } from '#lib/formats/openai/transcriptions/audio-length.ts'
import { parseTranscription } from '#lib/formats/openai/transcriptions/parse.ts'
import {
  transcriptionAnswer,
  transcriptionStream,
  transcriptionUsageOf,
} from '#lib/formats/openai/transcriptions/read-answer.ts'

/** 8 kHz, two channels, 16 bits: 32,000 bytes a second. */
function wav(soundBytes: number, { tag = 1, bits = 16, named = soundBytes, before = '' } = {}): Buffer {
  const format = Buffer.alloc(24)
  format.write('fmt ', 'latin1')
  format.writeUInt32LE(16, 4)
  format.writeUInt16LE(tag, 8)
  format.writeUInt16LE(2, 10)
  format.writeUInt32LE(8_000, 12)
  // A rate of bytes that nobody believes.
  format.writeUInt32LE(4_000_000_000, 16)
  format.writeUInt16LE(bits, 22)
  const data = Buffer.alloc(8 + soundBytes)
  data.write('data', 'latin1')
  data.writeUInt32LE(named, 4)
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.from(before, 'latin1'), format, data])
}

describe('the length of a sound', () => {
  test.each<[string, Buffer]>([
    ['its samples', wav(96_000)],
    ['all its bytes, whatever length it names', wav(96_000, { named: 4 })],
    ['all its bytes, where it is written as it comes', wav(96_000, { named: 0xffff_ffff })],
    ['its samples, behind its tags', wav(96_000, { before: 'LIST\x04\0\0\0abcd' })],
  ])('of a WAV is that of %s', (_what, file) => {
    expect(audioLengthOf(file)).toEqual({ mostSeconds: 3, likelySeconds: 3, exact: true })
  })

  test.each<[string, Buffer]>([
    ['packed samples', wav(96_000, { tag: 0x11 })],
    ['samples of no size', wav(96_000, { bits: 0 })],
    ['half a head', wav(96_000).subarray(0, 30)],
    ['no head at all', Buffer.alloc(96_044)],
    ['nothing', Buffer.alloc(0)],
  ])('of a file with %s is estimated from its size: at most at 6 kbit/s, likely at 64', (_what, file) => {
    expect(audioLengthOf(file)).toEqual({
      mostSeconds: file.length / 750,
      likelySeconds: file.length / 8000,
      exact: false,
    })
  })
})

describe('a request for a transcription', () => {
  const request = (fields: object) =>
    parseTranscription({ model: 'whisper-1', file: { filename: 'a.wav', bytes: wav(80_000) }, ...fields })

  test('holds whole seconds, and of its text only that', () => {
    const { media, promptBytes } = request({ prompt: 'größe' }) as ParsedRequest
    expect(media).toMatchObject({
      most: { seconds: 3, audio_input: 50, output: 163 },
      likely: { seconds: 3 },
      exact: ['seconds'],
    })
    expect(promptBytes).toBe('whisper-1'.length + 7)
  })

  test.each<[string | undefined, boolean]>([
    ['true', true],
    ['True', true],
    ['false', false],
    ['', false],
    [undefined, false],
  ])('with stream %j streams: %s', (stream, streams) => {
    expect(request(stream === undefined ? {} : { stream })).toMatchObject({ stream: streams })
  })

  test.each<[object, string]>([
    [{ file: 'sound' }, 'file'],
    [{ file: undefined }, 'file'],
    [{ model: { filename: 'm', bytes: Buffer.from('whisper-1') } }, 'model'],
    [{ stream: '1' }, 'stream'],
  ])('with %o is refused', (fields, param) => {
    expect(request(fields)).toMatchObject({ param })
  })
})

describe('the usage of a transcription', () => {
  const tokens = {
    type: 'tokens',
    input_tokens: 14,
    input_token_details: { text_tokens: 4, audio_tokens: 10 },
    output_tokens: 45,
  }

  test.each<[object, object | null]>([
    [{ type: 'duration', seconds: 9.5 }, { seconds: 9.5 }],
    [tokens, { input: 4, audio_input: 10, output: 45 }],
    [
      { ...tokens, input_token_details: undefined },
      { input: 0, audio_input: 14, output: 45 },
    ],
    [{ ...tokens, input_tokens: 9 }, null],
    [{ type: 'duration', seconds: -1 }, null],
    [{}, null],
  ])('%o is %o', (usage, vector) => {
    expect(transcriptionUsageOf(usage)).toEqual(vector)
  })

  test('is read from JSON, never from what was spoken', () => {
    const text = '{"text":"a","usage":{"type":"duration","seconds":3}}'
    const json = transcriptionAnswer()
    json.push(Buffer.from(` ${text}`))
    expect(json.reading().tokens).toEqual({ seconds: 3 })
    const subtitles = transcriptionAnswer()
    subtitles.push(Buffer.from(`1\n00:00:00,000 --> 00:00:01,000\n${text}`))
    expect(subtitles.reading().tokens).toBeNull()
  })

  test('comes last in a stream', () => {
    const reader = transcriptionStream()
    reader.push(Buffer.from('data: {"type":"transcript.text.delta","delta":"Hello"}\n\n'))
    expect(reader.reading()).toMatchObject({ tokens: null, complete: false })
    reader.push(
      Buffer.from(`data: ${JSON.stringify({ type: 'transcript.text.done', text: 'Hello', usage: tokens })}\n\n`),
    )
    expect(reader.reading()).toMatchObject({ tokens: { input: 4, audio_input: 10, output: 45 }, complete: true })
  })
})
