import { describe, expect, test } from 'vitest'
import { cutFrames, writeFrame, type Frame } from '#lib/formats/bedrock/frames.ts'

const frames = [
  writeFrame('event', 'messageStart', { role: 'assistant' }),
  writeFrame('event', 'contentBlockDelta', { delta: { text: '日本 🚚' }, contentBlockIndex: 0 }),
  writeFrame('exception', 'throttlingException', { message: 'later' }),
]
const whole = Buffer.concat(frames)

/** What a cutter makes of these pieces: what it read, and what it let go on with each. */
function cut(pieces: readonly Buffer[]) {
  const read: Frame[] = []
  let unreadable = 0
  const cutter = cutFrames({ frame: (frame) => read.push(frame), unreadable: () => (unreadable += 1) })
  const passed = pieces.map((piece) => cutter.push(piece))
  return { read, unreadable, passed, rest: cutter.rest() }
}

const names = (read: readonly Frame[]) => read.map(({ kind, name }) => `${kind} ${name}`)
const all = ['event messageStart', 'event contentBlockDelta', 'exception throttlingException']

describe('frames', () => {
  test('are read wherever they are torn, and go on whole', () => {
    for (let at = 1; at < whole.length; at++) {
      const { read, passed, rest } = cut([whole.subarray(0, at), whole.subarray(at)])
      expect(names(read)).toEqual(all)
      expect(Buffer.concat([...passed, rest])).toEqual(whole)
      const ends = [0, frames[0]!.length, frames[0]!.length + frames[1]!.length]
      expect(ends).toContain(passed[0]!.length)
    }
  })

  test('are read byte by byte', () => {
    const { read, passed } = cut(Array.from(whole, (_, at) => whole.subarray(at, at + 1)))
    expect(JSON.parse(read[1]!.payload.toString())).toEqual({ delta: { text: '日本 🚚' }, contentBlockIndex: 0 })
    expect(Buffer.concat(passed)).toEqual(whole)
  })

  test.each([
    ['a wrong checksum at its end', frames[0]!.length + frames[1]!.length - 1, ['event messageStart']],
    ['a wrong length', frames[0]!.length, ['event messageStart']],
    ['a wrong payload', frames[0]!.length + 120, ['event messageStart']],
  ])('with %s end the reading there, and every byte goes on at once', (_what, at, before) => {
    const spoiled = Buffer.from(whole)
    spoiled[at]! ^= 0xff
    const { read, unreadable, passed, rest } = cut([spoiled, frames[0]!])
    expect([names(read), unreadable]).toEqual([before, 1])
    expect(Buffer.concat([...passed, rest])).toEqual(Buffer.concat([spoiled, frames[0]!]))
    expect(rest).toHaveLength(0)
  })

  test('that are too long to be held flow through unread, and those after them are read', () => {
    const long = writeFrame('event', 'contentBlockDelta', { text: 'x'.repeat(3 * 1024 * 1024) })
    const bytes = Buffer.concat([frames[0]!, long, frames[2]!])
    const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536),
    )
    const { read, unreadable, passed } = cut(pieces)
    expect([names(read), unreadable]).toEqual([['event messageStart', 'exception throttlingException'], 1])
    expect(Buffer.concat(passed).equals(bytes)).toBe(true)
    expect(passed[1]!.length).toBe(65_536)
  })

  test('that are none pass like any bytes', () => {
    const text = Buffer.from('<html>Bad gateway</html>')
    const { read, unreadable, passed } = cut([text])
    expect([read, unreadable, passed]).toEqual([[], 1, [text]])
  })

  test('that never end are told at the end', () => {
    const torn = frames[1]!.subarray(0, 40)
    expect(cut([torn]).rest).toEqual(torn)
  })
})
