import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countEvents, endOfEvent, endOfLastEvent } from '#lib/formats/sse-events.ts'

/** All the events of the bytes, and what is left. */
function cut(bytes: Buffer): { readonly events: string[]; readonly rest: string } {
  const events: string[] = []
  let from = 0
  for (let end = endOfEvent(bytes, from); end >= 0; end = endOfEvent(bytes, from)) {
    events.push(bytes.toString('latin1', from, end))
    from = end
  }
  return { events, rest: bytes.toString('latin1', from) }
}

/** The same for bytes that come in pieces. */
function cutPieces(pieces: readonly Buffer[]): { readonly events: string[]; readonly rest: string } {
  const events: string[] = []
  let rest = ''
  for (const piece of pieces) {
    const found = cut(Buffer.concat([Buffer.from(rest, 'latin1'), piece]))
    events.push(...found.events)
    rest = found.rest
  }
  return { events, rest }
}

describe('the end of an event', () => {
  test.each([
    ['LF', 'data: x\n\n', ['data: x\n\n'], ''],
    ['CRLF', 'data: x\r\n\r\n', ['data: x\r\n\r\n'], ''],
    ['CR, known by what follows', 'data: x\r\rdata', ['data: x\r\r'], 'data'],
    ['CR, while LF may still follow', 'data: x\r\r', [], 'data: x\r\r'],
    ['LF and CRLF', 'data: x\n\r\n', ['data: x\n\r\n'], ''],
    ['CRLF and LF', 'data: x\r\n\n', ['data: x\r\n\n'], ''],
    ['CR and LF alone are one line end', 'data: x\r\ndata: y\n\n', ['data: x\r\ndata: y\n\n'], ''],
    ['several lines', 'event: a\ndata: x\ndata: y\n\n', ['event: a\ndata: x\ndata: y\n\n'], ''],
    ['several events', 'data: x\n\ndata: y\n\ndata: z', ['data: x\n\n', 'data: y\n\n'], 'data: z'],
    ['no blank line yet', 'data: x\n', [], 'data: x\n'],
    ['no line end yet', 'data: x', [], 'data: x'],
    ['nothing', '', [], ''],
  ])('is found: %s', (_name, text, events, rest) => {
    expect(cut(Buffer.from(text))).toEqual({ events, rest })
  })

  const piece = fc.constantFrom('data: x', ':', 'é', '{"a":"b"}', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n')
  const stream = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join('')))

  test('is where the specification has it: after two line ends in a row', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const { events, rest } = cut(bytes)
        expect(events.join('') + rest).toBe(bytes.toString('latin1'))
        for (const event of events) expect(event.split(/\r\n|\r|\n/)).toSatisfy(endsWithItsOnlyBlankLine)
        const undecided = rest.replace(/\r$/, '')
        expect(undecided.split(/\r\n|\r|\n/).slice(1, -1)).not.toContain('')
      }),
      { numRuns: 2_000 },
    )
  })

  test('does not depend on how the bytes are cut on their way', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(60)), (bytes, places) => {
        const edges = [0, ...places.filter((place) => place < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const pieces = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
        expect(cutPieces(pieces)).toEqual(cut(bytes))
        expect(cutPieces([...bytes].map((byte) => Buffer.from([byte])))).toEqual(cut(bytes))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Lines of a whole event: the last two are empty, for it ends with a blank line, and none between the others is. */
function endsWithItsOnlyBlankLine(lines: readonly string[]): boolean {
  return lines.at(-1) === '' && lines.at(-2) === '' && !lines.slice(1, -2).includes('')
}

test('the end of the last event, and how many there are, are what walking from event to event tells', () => {
  const piece = fc.constantFrom('data: x', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n', ':', '')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''))
      expect(endOfLastEvent(bytes)).toBe(bytes.length - cut(bytes).rest.length)
      expect(countEvents(bytes)).toBe(cut(bytes).events.length)
    }),
    { numRuns: 2_000 },
  )
})
