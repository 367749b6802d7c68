import { cutFrames } from '#lib/formats/bedrock/frames.ts'
import type { Framing } from '#lib/formats/neutral.ts'

/** Each frame is an event of its name; an exception is one too, whose name says so. */
export const frames: Framing = (taker) => {
  const cutter = cutFrames({
    frame: ({ name, payload }) => taker.event(payload.toString('utf8'), name),
    unreadable: () => taker.unreadable(),
  })
  return {
    feed: (chunk) => void cutter.push(chunk),
    end() {
      if (cutter.rest().length > 0) taker.unreadable()
    },
  }
}
