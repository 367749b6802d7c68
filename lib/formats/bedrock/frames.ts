/**
 * The frames of `application/vnd.amazon.eventstream`: lengths and checksums around named headers and a payload
 * (https://smithy.io/2.0/aws/amazon-eventstream.html).
 */
import { Crc32 } from '@smithy/core/checksum'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'

export const framesType = 'application/vnd.amazon.eventstream'

export type Frame = {
  readonly kind: 'event' | 'exception'
  /** Of the event or the exception, such as `contentBlockDelta` and `throttlingException`. */
  readonly name: string
  /** JSON. */
  readonly payload: Buffer
}

const codec = new EventStreamCodec(toUtf8, fromUtf8)

export function writeFrame(kind: Frame['kind'], name: string, payload: object): Buffer {
  const headers = { [`:${kind}-type`]: name, ':content-type': 'application/json', ':message-type': kind }
  const typed = Object.entries(headers).map(([key, value]) => [key, { type: 'string' as const, value }])
  const bytes = codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(JSON.stringify(payload)) })
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Throws where a length or a checksum is wrong. */
function readFrame(bytes: Buffer): Frame {
  const { headers, body } = codec.decode(bytes)
  const header = (name: string): string => String(headers[name]?.value ?? '')
  if (header(':message-type') === 'error') {
    // What the service's model does not know of.
    const payload = Buffer.from(JSON.stringify({ message: header(':error-message') }))
    return { kind: 'exception', name: header(':error-code'), payload }
  }
  const kind = header(':message-type') === 'exception' ? 'exception' : 'event'
  return { kind, name: header(`:${kind}-type`), payload: Buffer.from(body.buffer, body.byteOffset, body.length) }
}

/** A frame longer than this is not held. */
const heldBytes = 1024 * 1024
/** Two lengths and their checksum. */
const preludeBytes = 12
const leastBytes = 16

export type FrameCutter = {
  /** Takes the next bytes, and returns those that have come whole: a frame that is torn stays here until its rest comes. */
  push(chunk: Buffer): Buffer
  /** What is left at the end. */
  rest(): Buffer
}

export type FrameTaker = {
  frame(frame: Frame): void
  /** A frame is too long to be held, or these are no frames. Of the latter nothing is read any more; bytes still pass. */
  unreadable(): void
}

export function cutFrames({ frame, unreadable }: FrameTaker): FrameCutter {
  let pending: Buffer = Buffer.alloc(0)
  /** What is still to come of a frame that is not held. */
  let passing = 0
  let lost = false

  /** The end of the bytes that begin at `at` and can go on, or `at` where more must come first. */
  function next(bytes: Buffer, at: number): number {
    if (passing > 0) {
      const passed = Math.min(passing, bytes.length - at)
      passing -= passed
      return at + passed
    }
    if (lost) return bytes.length
    if (bytes.length - at < preludeBytes) return at
    const length = bytes.readUInt32BE(at)
    if (length < leastBytes || checksumOf(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) return lose(bytes)
    if (length > heldBytes) {
      unreadable()
      passing = length
      return next(bytes, at)
    }
    if (bytes.length - at < length) return at
    let read: Frame
    try {
      read = readFrame(bytes.subarray(at, at + length))
    } catch {
      return lose(bytes)
    }
    frame(read)
    return at + length
  }

  function lose(bytes: Buffer): number {
    lost = true
    unreadable()
    return bytes.length
  }

  return {
    push(chunk) {
      const bytes = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk
      let at = 0
      for (let end = -1; at < bytes.length && at !== end;) {
        end = at
        at = next(bytes, at)
      }
      pending = bytes.subarray(at)
      return bytes.subarray(0, at)
    },
    rest() {
      const left = pending
      pending = Buffer.alloc(0)
      return left
    },
  }
}

function checksumOf(bytes: Buffer): number {
  const sum = new Crc32()
  sum.update(bytes)
  return sum.digestSync()
}
