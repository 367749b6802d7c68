/**
 * Counts the members of a name whose value is a text, as JSON passes by in pieces. Nothing is parsed: a quote inside a
 * text is escaped, so no text can pose as a member.
 */
export function countTexts(name: string): { push(chunk: Buffer): void; count(): number } {
  const quoted = Buffer.from(`"${name}"`)
  /** A member is found by its name and the first byte of its value, with room for spaces between. */
  const window = quoted.length + gapBytes
  let rest = Buffer.alloc(0)
  let found = 0

  /** Members that begin before `end`. */
  function within(bytes: Buffer, end: number): number {
    let members = 0
    for (let at = bytes.indexOf(quoted); at >= 0 && at < end; at = bytes.indexOf(quoted, at + quoted.length)) {
      const after = at + quoted.length
      if (/^\s*:\s*"/.test(bytes.toString('latin1', after, after + gapBytes))) members += 1
    }
    return members
  }

  return {
    push(chunk) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const end = Math.max(0, bytes.length - window)
      found += within(bytes, end)
      rest = Buffer.from(bytes.subarray(end))
    },
    count: () => found + within(rest, rest.length),
  }
}

const gapBytes = 16
