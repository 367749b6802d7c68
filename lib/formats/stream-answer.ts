/**
 * Passes a stream of server-sent events on, whole event by whole event, and shows each to the format that reads it.
 * Bounded: an event longer than a mebibyte flows on unread.
 */
import { createParser } from 'eventsource-parser'
import type { AnswerReader, AnswerReading } from '#lib/formats/contract.ts'
import { textLength } from '#lib/formats/scan-json.ts'
import { endOfEvent } from '#lib/formats/sse-events.ts'

/** An event longer than this is passed on unread. */
const eventBytes = 1024 * 1024
/** "\r\n\r", after which an event has not ended yet. */
const partOfEndBytes = 3
const nothing = Buffer.alloc(0)

export type StreamWire = {
  /** Looks at one whole event and returns whether it is to be left out. */
  readonly read: (event: Buffer) => boolean
  /** Names of fields with output text, each with its quotes and colon. */
  readonly textFields: readonly Buffer[]
  /** What the events have told so far. */
  readonly told: () => Omit<AnswerReading, 'outputSeen'>
}

export function passEvents({ read: readEvent, textFields, told }: StreamWire): AnswerReader {
  let pending: Buffer = nothing
  let unread = false
  let texts = 0
  let characters = 0

  function read(event: Buffer): boolean {
    if (readEvent(event)) return true
    const length = textLength(event, textFields)
    if (length > 0) {
      texts += 1
      characters += length
    }
    return false
  }

  return {
    push(chunk) {
      const bytes = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk
      const kept: Buffer[] = []
      let from = 0
      let sent = 0
      for (let end = endOfEvent(bytes, from); end >= 0; end = endOfEvent(bytes, from)) {
        const leaveOut = unread ? false : read(bytes.subarray(from, end))
        unread = false
        if (leaveOut) {
          if (from > sent) kept.push(bytes.subarray(sent, from))
          sent = end
        }
        from = end
      }
      pending = bytes.subarray(from)
      if (unread || pending.length > eventBytes) {
        // Too long to hold back or read: it flows on, but for what may be the first part of its end.
        unread = true
        from = Math.max(from, bytes.length - partOfEndBytes)
        pending = bytes.subarray(from)
      }
      if (from > sent) kept.push(bytes.subarray(sent, from))
      return kept.length === 1 ? kept[0]! : Buffer.concat(kept)
    },
    end() {
      // Some servers omit the last blank line. Half an event is for the caller to judge, unless it is to be left out.
      const rest = pending
      pending = nothing
      return rest.length > 0 && !unread && read(rest) ? nothing : rest
    },
    // An event has a token at least, and a token about four characters.
    reading: () => ({ ...told(), outputSeen: Math.max(texts, Math.round(characters / 4)) }),
  }
}

/** The JSON of an event; null where it has none. */
export function dataOf(event: Buffer): unknown {
  let data: string | null = null
  const parser = createParser({ onEvent: (message) => (data = message.data) })
  parser.feed(event.toString('utf8'))
  parser.feed('\n\n')
  if (data === null) return null
  try {
    return JSON.parse(data) as unknown
  } catch {
    return null
  }
}
