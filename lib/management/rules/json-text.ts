/** Reads JSON from strangers: bounded depth, and nothing inside that PostgreSQL could not store. */
import { AppError } from '#lib/platform/errors.ts'

const maxDepth = 32

export function parseJsonText(text: string): unknown {
  if (depthOf(text) > maxDepth) throw unreadable(`The JSON is nested deeper than ${maxDepth} levels.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unreadable('The body is not valid JSON.')
  }
  const problem = unstorable(value)
  if (problem) throw unreadable(problem)
  return value
}

/** The deepest nesting of brackets outside strings, found without recursion: hostile input must not use up the stack. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === backslash) i++
      else if (char === quote) inString = false
    } else if (char === quote) inString = true
    else if (char === openBrace || char === openBracket) deepest = Math.max(deepest, ++depth)
    else if (char === closeBrace || char === closeBracket) depth--
  }
  return deepest
}

function unstorable(value: unknown): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : 'A text holds a NUL or half a surrogate pair.'
  if (typeof value !== 'object' || value === null) return null
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') return 'A field is named __proto__.'
    if (!isStorable(key)) return 'A field name holds a NUL or half a surrogate pair.'
    const problem = unstorable(member)
    if (problem) return problem
  }
  return null
}

export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text)
}

function unreadable(message: string): AppError {
  return new AppError('invalid_request', message)
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [34, 92, 123, 125, 91, 93]
