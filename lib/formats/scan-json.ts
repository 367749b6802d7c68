/** Finds things in JSON without parsing all of it. */

/**
 * The object that is the value of the last such `name` in the bytes; null where that has none. A quote inside a string is
 * escaped, so no text can pose as it.
 */
export function objectAfter(bytes: Buffer, name: Buffer): unknown {
  const open = lastObject(bytes, name)
  if (open < 0) return null
  let depth = 0
  for (let i = open; i < bytes.length; i++) {
    if (bytes[i] === 0x7b) depth += 1
    if (bytes[i] === 0x7d && --depth === 0) {
      try {
        return JSON.parse(bytes.toString('utf8', open, i + 1)) as unknown
      } catch {
        return null
      }
    }
  }
  return null
}

/** Where that object begins, or −1. A text of that name is the caller's, such as one of its metadata, and passed over. */
function lastObject(bytes: Buffer, name: Buffer): number {
  for (let at = bytes.lastIndexOf(name); at >= 0; at = at > 0 ? bytes.lastIndexOf(name, at - 1) : -1) {
    const after = at + name.length
    const [gap, first] = /^\s*:\s*(\S)/.exec(bytes.toString('latin1', after, after + 16)) ?? []
    if (first === '{') return after + gap!.length - 1
    if (first !== undefined && first !== '"') return -1
  }
  return -1
}

const modelField = /"model"\s*:\s*"([^"\\]{1,256})"/

/** The first `model` in the first bytes. */
export function modelIn(bytes: Buffer): string | null {
  return modelField.exec(bytes.toString('latin1', 0, 2_048))?.[1] ?? null
}

const space = 0x20
const quote = 0x22

export type Texts = { readonly count: number; readonly characters: number }

/** How many texts that are not empty the fields hold, and of how many characters, roughly. `fields` end in a colon. */
export function textsIn(bytes: Buffer, fields: readonly Buffer[]): Texts {
  let count = 0
  let characters = 0
  for (const field of fields) {
    for (let at = bytes.indexOf(field); at >= 0; at = bytes.indexOf(field, at)) {
      at += field.length
      while (bytes[at] === space) at += 1
      if (bytes[at] !== quote) continue
      const end = bytes.indexOf(quote, at + 1)
      if (end <= at + 1) continue
      count += 1
      characters += end - at - 1
      at = end
    }
  }
  return { count, characters }
}
