/** Streams of server-sent events, cut into events as a browser would. */
import { createParser } from 'eventsource-parser'
import type { Framing } from '#lib/formats/neutral.ts'

/** An event longer than this would have to be held whole. */
const eventBytes = 1024 * 1024

export const serverSentEvents: Framing = (taker) => {
  const utf8 = new TextDecoder()
  const parser = createParser({
    maxBufferSize: eventBytes,
    onEvent: ({ data, event }) => taker.event(data, event),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') taker.unreadable()
    },
  })
  return {
    feed: (chunk) => parser.feed(utf8.decode(chunk, { stream: true })),
    // Some servers omit the last blank line.
    end: () => parser.feed(utf8.decode() + '\n\n'),
  }
}
