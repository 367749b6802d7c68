import type { ServerResponse } from 'node:http'

/** Small and prime, so that lines, events and words like `data:` are torn everywhere. */
const PIECE_BYTES = [1, 2, 3, 5, 7, 11, 13, 1, 17, 2, 19]

/** The first byte of a character of several bytes; the bytes after it are smaller. */
const LEAD_BYTE = 0xc0

/**
 * Writes bytes in pieces of a few bytes, each in a turn of its own, so that they leave as separate packets and
 * not only as separate HTTP chunks. Every multi-byte character is torn behind its first byte. Waits for the
 * client like any other writer; stops when the client has left.
 */
export function writeTorn(response: ServerResponse, bytes: Buffer, done: () => void): void {
  let offset = 0
  let turn = 0

  function next(): void {
    if (response.destroyed) return
    if (offset === bytes.length) return done()
    const piece = cutPiece(bytes.subarray(offset, offset + (PIECE_BYTES[turn++ % PIECE_BYTES.length] ?? 1)))
    offset += piece.length
    if (response.write(piece)) setImmediate(next)
    else response.once('drain', next)
  }

  next()
}

function cutPiece(bytes: Buffer): Buffer {
  const lead = bytes.findIndex((byte) => byte >= LEAD_BYTE)
  return lead === -1 ? bytes : bytes.subarray(0, lead + 1)
}
