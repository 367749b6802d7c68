import type { IncomingMessage } from 'node:http'

/** Long contexts and batches of embedding inputs fit; nothing a client sends can fill the memory. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024

export type BodyRead = {
  readonly whole: (body: Buffer) => void
  readonly tooLarge: () => void
}

/**
 * Reads a request body. Neither outcome is reported when the client leaves before it has sent everything.
 * After `tooLarge` the rest is read and thrown away, so that the client gets to see the answer.
 */
export function readBody(request: IncomingMessage, outcome: BodyRead): void {
  let only: Buffer | null = null
  let parts: Buffer[] | null = null
  let bodyBytes = 0
  let isTooLarge = false

  request.on('data', (part: Buffer) => {
    bodyBytes += part.length
    if (bodyBytes > MAX_BODY_BYTES) {
      if (!isTooLarge) {
        isTooLarge = true
        only = parts = null
        outcome.tooLarge()
      }
      return
    }
    // Nearly every body arrives in one part, which then needs no copy.
    if (only === null) only = part
    else if (parts === null) parts = [only, part]
    else parts.push(part)
  })
  request.on('end', () => {
    if (!isTooLarge) outcome.whole(parts ? Buffer.concat(parts, bodyBytes) : (only ?? Buffer.alloc(0)))
  })
}
