/**
 * Names and patterns of a catalogue rule. Segments part at `/`; `*` stands for any run of characters within one segment,
 * and a pattern that is nothing but `*` stands for every name. No regular expressions: a pattern is an admin's text, and
 * matching must take time that is bounded by its length.
 */

/** Whether the lists let the name through. What was granted by name does; else deny wins, and an empty `allow` allows nothing. */
export function isAllowed(
  name: string,
  lists: {
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly granted?: readonly string[] | undefined
  },
): boolean {
  if (lists.granted?.includes(name)) return true
  if (lists.deny.some((pattern) => matchesPattern(name, pattern))) return false
  return lists.allow.some((pattern) => matchesPattern(name, pattern))
}

export function matchesPattern(name: string, pattern: string): boolean {
  if (pattern === '*' || pattern === name) return true
  if (!pattern.includes('*')) return false
  const nameSegments = name.split('/')
  const patternSegments = pattern.split('/')
  return (
    nameSegments.length === patternSegments.length &&
    patternSegments.every((segment, i) => matchesSegment(nameSegments[i]!, segment))
  )
}

// Greedy, with one point to fall back to: the last star. Text length × pattern length at worst.
function matchesSegment(text: string, pattern: string): boolean {
  let t = 0
  let p = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
