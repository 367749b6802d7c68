/**
 * Passes a stream of server-sent events on, whole event by whole event, and shows the format those that tell something.
 * Most tell only more text: they are found by where they end, and never looked at one by one.
 * Bounded: an event longer than a mebibyte flows on, and only its end is shown.
 */
import { createParser } from 'eventsource-parser'
import type { AnswerReader, AnswerReading } from '#lib/formats/contract.ts'
import { textsIn, type Texts } from '#lib/formats/scan-json.ts'
import { countEvents, endOfEvent, endOfLastEvent } from '#lib/formats/sse-events.ts'

/** An event longer than this is passed on unread, but for its end. */
const eventBytes = 1024 * 1024
const tailBytes = 64 * 1024
/** "\r\n\r", after which an event has not ended yet. */
const partOfEndBytes = 3
/** Some servers begin with an event that is about the prompt. */
const openingEvents = 8
/** Up to this much at once is counted text by text. */
const countedBytes = 2_048
const samples = 8
/** Characters; texts that are longer on average hold more than one token each. */
const longestTokens = 8
const nothing = Buffer.alloc(0)

export type StreamWire = {
  /** Looks at one whole event and returns whether it is to be left out. */
  readonly read: (event: Buffer) => boolean
  /** What an event has in it that must be read; left out: every event is. Until the model is known, the first are too. */
  readonly marks?: () => readonly Buffer[]
  /** Shown the last 64 KiB of an event that was too long to be held, for wires whose usage stands at the end of one. */
  readonly readTail?: (tail: Buffer) => void
  /** Names of fields with output text, each with its quotes and colon. */
  readonly textFields: readonly Buffer[]
  /** What the events have told so far. */
  readonly told: () => Omit<AnswerReading, 'outputSeen'>
}

export function passEvents({ read, marks, readTail, textFields, told }: StreamWire): AnswerReader {
  let pending: Buffer = nothing
  let opened = 0
  let unread = false
  let tail: Buffer = nothing
  let texts = 0
  let characters = 0

  function count(events: Buffer): void {
    const found = events.length > countedBytes ? sampledTexts(events, textFields) : textsIn(events, textFields)
    texts += found.count
    characters += found.characters
  }

  /** The first events are read, until one names the model. */
  function readsAll(): boolean {
    if (!marks) return true
    return opened < openingEvents && (opened === 0 || told().modelServed === null)
  }

  /** Whole events in, and those out that go on. */
  function pass(bytes: Buffer, kept: Buffer[]): void {
    let nextMark: ((from: number) => number) | null = null
    let sent = 0
    for (let from = 0; from < bytes.length;) {
      const mark = readsAll() ? from : (nextMark ??= findMarks(bytes, marks!()))(from)
      const next = mark === bytes.length ? mark : startOfEvent(bytes, from, mark)
      if (next > from) count(bytes.subarray(from, next))
      if (next === bytes.length) break
      const end = endOrAll(bytes, next)
      const event = bytes.subarray(next, end)
      opened += 1
      if (read(event)) {
        if (next > sent) kept.push(bytes.subarray(sent, next))
        sent = end
      } else count(event)
      from = end
    }
    if (bytes.length > sent) kept.push(bytes.subarray(sent))
  }

  return {
    push(chunk) {
      let bytes = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk
      const kept: Buffer[] = []
      if (unread) {
        // What is left of an event that was too long.
        const end = endOfEvent(bytes, 0)
        if (end < 0) return flowOn(bytes)
        endUnread(bytes.subarray(0, end))
        kept.push(bytes.subarray(0, end))
        bytes = bytes.subarray(end)
      }
      const end = endOfLastEvent(bytes)
      pass(bytes.subarray(0, end), kept)
      pending = bytes.subarray(end)
      if (pending.length > eventBytes) kept.push(flowOn(pending))
      return kept.length === 1 ? kept[0]! : Buffer.concat(kept)
    },
    end() {
      // Some servers omit the last blank line. Half an event is for the caller to judge, unless it is to be left out.
      const rest = pending
      pending = nothing
      if (unread) endUnread(rest)
      else if (rest.length > 0 && read(rest)) return nothing
      return rest
    },
    reading: () => ({ ...told(), outputSeen: tokensIn(texts, characters) }),
  }

  /** Too long to hold back or read: it flows on, but for what may be the first part of its end. */
  function flowOn(bytes: Buffer): Buffer {
    unread = true
    const from = Math.max(0, bytes.length - partOfEndBytes)
    pending = bytes.subarray(from)
    keepTail(bytes.subarray(0, from))
    return bytes.subarray(0, from)
  }

  function keepTail(bytes: Buffer): void {
    if (readTail) tail = Buffer.concat([tail, bytes.subarray(-tailBytes)]).subarray(-tailBytes)
  }

  function endUnread(bytes: Buffer): void {
    keepTail(bytes)
    readTail?.(tail)
    tail = nothing
    unread = false
  }
}

/** A text is a token where texts are as short as tokens are; where they are longer, a token is about four characters. */
function tokensIn(texts: number, characters: number): number {
  return characters > texts * longestTokens ? Math.round(characters / 4) : texts
}

/** Of many events at once, each is counted, and what is in them is told by some. */
function sampledTexts(bytes: Buffer, fields: readonly Buffer[]): Texts {
  const events = countEvents(bytes)
  let count = 0
  let characters = 0
  for (let i = 0; i < samples; i++) {
    const from = startOfEvent(bytes, 0, Math.floor((bytes.length * (i + 0.5)) / samples))
    const found = textsIn(bytes.subarray(from, endOrAll(bytes, from)), fields)
    count += found.count
    characters += found.characters
  }
  return { count: Math.round((count / samples) * events), characters: (characters / samples) * events }
}

/** The end of the event, or of the bytes: a CR at their end, or blank lines in a row, leave an event without one. */
function endOrAll(bytes: Buffer, from: number): number {
  const end = endOfEvent(bytes, from)
  return end < 0 ? bytes.length : end
}

/** Tells where the next mark at or after a place is, or the end. Each mark is looked for once up to where it is found. */
function findMarks(bytes: Buffer, marks: readonly Buffer[]): (from: number) => number {
  const found = marks.map(() => -1)
  return (from) => {
    let next = bytes.length
    for (const [i, mark] of marks.entries()) {
      if (found[i]! < from) {
        const at = bytes.indexOf(mark, from)
        found[i] = at < 0 ? bytes.length : at
      }
      next = Math.min(next, found[i]!)
    }
    return next
  }
}

/** Of the event that the byte at `at` is in; none begins before `from`. */
function startOfEvent(bytes: Buffer, from: number, at: number): number {
  if (at <= from) return from
  let start = from
  // Backwards to a blank line, by LF: where lines end in CR alone, what is read may begin before its event.
  for (let line = bytes.lastIndexOf(lf, at - 1); line > from; line = bytes.lastIndexOf(lf, line - 1)) {
    const before = bytes[line - 1] === cr ? bytes[line - 2] : bytes[line - 1]
    if (before !== lf) continue
    start = line + 1
    break
  }
  return start
}

const lf = 0x0a
const cr = 0x0d

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
