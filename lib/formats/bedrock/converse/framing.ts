import { cutFrames } from '#lib/formats/bedrock/frames.ts'
import type { Framing } from '#lib/formats/neutral.ts'

/** Each frame is an event of its name. An exception is one too, and its name says so. */
export const frames: Framing = (taker) => {
  const cutter = cutFrames({
    frame({ kind, name, payload }) {
      const isNamed = kind === 'event' || name.endsWith('Exception')
      taker.event(payload.toString('utf8'), isNamed ? name : `${name}Exception`)
    },
    unreadable: () => taker.unreadable(),
  })
  return {
    feed: (chunk) => void cutter.push(chunk),
    end() {
      if (cutter.rest().length > 0) taker.unreadable()
    },
  }
}
