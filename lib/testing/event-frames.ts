/** The messages in a stream of `application/vnd.amazon.eventstream`, as AWS's own decoder reads them. */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'

export type EventFrame = { readonly type: string; readonly name: string; readonly payload: Record<string, unknown> }

const codec = new EventStreamCodec(toUtf8, fromUtf8)

/** Throws where a frame is torn or a checksum is wrong. */
export function eventFrames(bytes: Uint8Array): EventFrame[] {
  const frames: EventFrame[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at)
    const { headers, body } = codec.decode(bytes.slice(at, at + length))
    const type = String(headers[':message-type']?.value)
    const name = String((headers[':event-type'] ?? headers[':exception-type'])?.value)
    frames.push({ type, name, payload: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown> })
    at += length
  }
  return frames
}

/** What the frames of InvokeModel carry: the model's own events. */
export function chunksIn(frames: readonly EventFrame[]): Record<string, unknown>[] {
  return frames
    .filter(({ name }) => name === 'chunk')
    .map(
      ({ payload }) => JSON.parse(Buffer.from(String(payload.bytes), 'base64').toString()) as Record<string, unknown>,
    )
}
