/**
 * Cuts a byte stream of server-sent events into whole events without decoding it, so that an event can be forwarded or
 * left out byte for byte. What an event says is for eventsource-parser; here only its end is found: a blank line, with
 * LF, CRLF or CR line ends (WHATWG HTML, "Server-sent events").
 */

const lf = 0x0a
const cr = 0x0d

/** The end (exclusive) of the first event in `bytes` from `from`, or −1 when no blank line is there yet. */
export function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = from; ;) {
    const nextLf = bytes.indexOf(lf, at)
    const nextCr = firstCr(bytes, at, nextLf)
    const lineEnd = nextCr >= 0 ? nextCr : nextLf
    if (lineEnd < 0) return -1
    const afterLine = lineEnd + lengthOfLineEnd(bytes, lineEnd)
    if (afterLine >= bytes.length) return -1
    const next = bytes[afterLine]
    if (next === lf) return afterLine + 1
    if (next === cr) {
      // A CR at the very end may still be half of CRLF: wait for the next byte.
      if (afterLine + 1 >= bytes.length) return -1
      return afterLine + lengthOfLineEnd(bytes, afterLine)
    }
    at = afterLine
  }
}

/** The end (exclusive) of the last whole event in `bytes`, or 0. Where lines end in LF alone, nothing is walked. */
export function endOfLastEvent(bytes: Buffer): number {
  if (!bytes.includes(cr)) return endOfLastWithLf(bytes)
  let last = 0
  for (let end = endOfEvent(bytes, 0); end >= 0; end = endOfEvent(bytes, end)) last = end
  return last
}

/** How many whole events the bytes hold. */
export function countEvents(bytes: Buffer): number {
  let events = 0
  if (bytes.includes(cr)) {
    for (let end = endOfEvent(bytes, 0); end >= 0; end = endOfEvent(bytes, end)) events += 1
  } else {
    for (let at = bytes.indexOf(blankLine); at >= 0; at = bytes.indexOf(blankLine, at + blankLine.length)) events += 1
  }
  return events
}

function endOfLastWithLf(bytes: Buffer): number {
  const blank = bytes.lastIndexOf(blankLine)
  if (blank < 0) return 0
  const end = blank + blankLine.length
  let start = blank
  while (start > 0 && bytes[start - 1] === lf) start -= 1
  // Of many blank lines each second one ends an event that has nothing in it.
  return end - ((end - start) % 2)
}

const blankLine = Buffer.from('\n\n')

// A CR before the next LF, if any. What lies behind that LF is not searched: many events wait there.
function firstCr(bytes: Buffer, from: number, before: number): number {
  return (before < 0 ? bytes : bytes.subarray(0, before)).indexOf(cr, from)
}

function lengthOfLineEnd(bytes: Buffer, at: number): number {
  return bytes[at] === cr && bytes[at + 1] === lf ? 2 : 1
}
