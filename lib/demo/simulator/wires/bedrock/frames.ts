/**
 * Scripts are written as server-sent events, like those of the other wires; here they become the binary frames of
 * `application/vnd.amazon.eventstream`.
 */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import { createParser } from 'eventsource-parser'

export const FRAMES_TYPE = 'application/vnd.amazon.eventstream'

const codec = new EventStreamCodec(toUtf8, fromUtf8)

/** Each event as a frame of its name. */
export function namedFrames(script: string): Buffer {
  return framed(script, (name, data) => frame(name, data))
}

/** Each event's data inside a frame of another name, in Base64. Bedrock passes no pings on. */
export function chunkFrames(script: string): Buffer {
  return framed(script, (name, data) =>
    name === 'ping' ? [] : frame('chunk', JSON.stringify({ bytes: Buffer.from(data).toString('base64'), p: 'abcdef' })),
  )
}

function framed(script: string, frameOf: (name: string, data: string) => Uint8Array | readonly []): Buffer {
  const frames: Uint8Array[] = []
  const parser = createParser({
    onEvent({ event = '', data }) {
      const made = frameOf(event, data)
      if (made instanceof Uint8Array) frames.push(made)
    },
  })
  parser.feed(script)
  return Buffer.concat(frames)
}

function frame(name: string, payload: string): Uint8Array {
  return codec.encode({
    headers: {
      ':event-type': { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: 'event' },
    },
    body: Buffer.from(payload),
  })
}
