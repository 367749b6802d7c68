import { type ServerResponse } from 'node:http'

/** Small and prime, so that every kind of boundary (character, line, event, `data:`) is torn sooner or later. */
const PIECE_BYTES = [1, 2, 3, 5, 7, 11, 13, 1, 17, 2, 19]

/**
 * Writes text in pieces of a few bytes, each in a turn of its own, so that they leave as separate packets and
 * not only as separate HTTP chunks. Waits for the client like any other writer; stops when the client has left.
 */
export function writeTorn(response: ServerResponse, text: string, done: () => void): void {
  const bytes = Buffer.from(text)
  let offset = 0
  let turn = 0

  function next(): void {
    if (response.destroyed) return
    if (offset === bytes.length) return done()
    const end = Math.min(bytes.length, offset + (PIECE_BYTES[turn++ % PIECE_BYTES.length] ?? 1))
    const piece = bytes.subarray(offset, end)
    offset = end
    if (response.write(piece)) setImmediate(next)
    else response.once('drain', next)
  }

  next()
}
