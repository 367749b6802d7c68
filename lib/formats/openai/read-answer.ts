/** Reads usage from OpenAI answers on their way to the caller. */
import { createParser } from 'eventsource-parser'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { AnswerReader, AnswerReading } from '#lib/formats/contract.ts'
import { endOfEvent } from '#lib/formats/sse-events.ts'
import { tokensOf } from '#lib/formats/openai/usage.ts'

/** Usage stands near the end of an answer, or near its beginning: this much of each is kept. */
const tailBytes = 64 * 1024
const headBytes = 4 * 1024
/** An event longer than this is passed on unread. */
const eventBytes = 1024 * 1024
/** "\r\n\r", after which an event has not ended yet. */
const partOfEndBytes = 3
const nothing = Buffer.alloc(0)

/** For a JSON answer: bytes pass at once, the tail is kept and read when asked. */
export function jsonAnswer(): AnswerReader {
  let head: Buffer = nothing
  let tail: Buffer[] = []
  let kept = 0
  let ended = false
  return {
    push(chunk) {
      if (head.length < headBytes) head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      tail.push(chunk)
      kept += chunk.length
      while (tail.length > 1 && kept - tail[0]!.length >= tailBytes) kept -= tail.shift()!.length
      return chunk
    },
    end() {
      ended = true
      return nothing
    },
    reading() {
      const end = tail.length === 1 ? tail[0]! : Buffer.concat(tail)
      tail = [end]
      return {
        tokens: tokensOf(objectAfter(end, usageName)) ?? tokensOf(objectAfter(head, usageName)),
        outputSeen: Math.round(textLength(end) / 4),
        modelServed: modelIn(head),
        complete: ended,
      }
    },
  }
}

/**
 * For a stream: whole events pass; an event that carries usage is read, and left out when the caller did not ask for it
 * and it carries nothing else.
 */
export function streamAnswer(stripUsage: boolean): AnswerReader {
  let pending: Buffer = nothing
  let unread = false
  let tokens: TokenVector | null = null
  let modelServed: string | null = null
  let complete = false
  let events = 0
  let characters = 0

  /** Looks at one whole event; returns whether it is to be left out. */
  function read(event: Buffer): boolean {
    if (carriesUsage(event)) {
      const chunk = dataOf(event)
      tokens = tokensOf(chunk?.usage) ?? tokens
      if (stripUsage && Array.isArray(chunk?.choices) && chunk.choices.length === 0) return true
    } else if (event.length <= doneBytes && event.includes(done)) {
      complete = true
      return false
    }
    modelServed ??= modelIn(event)
    const length = textLength(event)
    if (length > 0) {
      events += 1
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
      // Some servers omit the last blank line. Half an event is for the caller to judge, unless it is only usage.
      const rest = pending
      pending = nothing
      return rest.length > 0 && !unread && read(rest) ? nothing : rest
    },
    reading(): AnswerReading {
      return { tokens, outputSeen: Math.max(events, Math.round(characters / 4)), modelServed, complete }
    },
  }
}

const usageName = Buffer.from('"usage"')
const done = Buffer.from('[DONE]')
/** "data: [DONE]" and its line ends; a longer event only talks about it. */
const doneBytes = 20

/** Whether the event has a usage object, not `"usage":null`. */
function carriesUsage(event: Buffer): boolean {
  const at = event.lastIndexOf(usageName)
  return at >= 0 && /^\s*:\s*\{/.test(event.toString('latin1', at + usageName.length, at + usageName.length + 8))
}

type Chunk = { readonly usage?: unknown; readonly choices?: unknown }

function dataOf(event: Buffer): Chunk | null {
  let data: string | null = null
  const parser = createParser({ onEvent: (message) => (data = message.data) })
  parser.feed(event.toString('utf8'))
  parser.feed('\n\n')
  if (data === null) return null
  try {
    return JSON.parse(data) as Chunk
  } catch {
    return null
  }
}

/** The JSON object that follows the last `name:` in the bytes. A quote inside a string is escaped, so no text can pose as it. */
function objectAfter(bytes: Buffer, name: Buffer): unknown {
  const at = bytes.lastIndexOf(name)
  if (at < 0) return null
  const open = bytes.indexOf(0x7b, at + name.length)
  if (open < 0) return null
  let depth = 0
  for (let i = open; i < bytes.length; i++) {
    if (bytes[i] === 0x7b) depth += 1
    if (bytes[i] === 0x7d && --depth === 0) {
      try {
        return JSON.parse(bytes.toString('utf8', open, i + 1)) as unknown
      } catch {
        return null
      }
    }
  }
  return null
}

const modelField = /"model"\s*:\s*"([^"\\]{1,256})"/

function modelIn(bytes: Buffer): string | null {
  return modelField.exec(bytes.toString('latin1', 0, 2_048))?.[1] ?? null
}

const textFields = ['"content":', '"arguments":', '"reasoning_content":', '"refusal":'].map((text) => Buffer.from(text))
const space = 0x20
const quote = 0x22

/** Characters of output in a chunk, roughly: the length of its first text field. */
function textLength(event: Buffer): number {
  for (const field of textFields) {
    const at = event.indexOf(field)
    if (at < 0) continue
    let start = at + field.length
    while (event[start] === space) start += 1
    if (event[start] !== quote) continue
    const end = event.indexOf(quote, start + 1)
    if (end > start + 1) return end - start - 1
  }
  return 0
}
