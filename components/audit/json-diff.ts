/** A change as lines: what went, what came, what stayed beside it. Pure. */

export type DiffLine = { readonly sign: '-' | '+' | ' '; readonly text: string }

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

const mostLines = 200

/** `policy.limits.rpm.maximum: 12`: every leaf of a value by its path. Empty lists and objects are leaves too. */
function leaves(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    value.forEach((item: unknown, index) => leaves(item, `${path}[${index}]`, found))
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [key, member] of Object.entries(value)) leaves(member, path ? `${path}.${key}` : key, found)
  } else {
    found.set(path, JSON.stringify(value))
  }
  return found
}

const line = (path: string, text: string) => (path ? `${path}: ${text}` : text)

/** Changed leaves in pairs, in the order of `after`; without a `before` all of it came, without an `after` all of it went. */
export function diffLines(before: Json, after: Json): DiffLine[] {
  const old = before === null ? new Map<string, string>() : leaves(before, '', new Map())
  const now = after === null ? new Map<string, string>() : leaves(after, '', new Map())
  const lines: DiffLine[] = []
  for (const path of new Set([...now.keys(), ...old.keys()])) {
    const [was, is] = [old.get(path), now.get(path)]
    if (was === is && is !== undefined) lines.push({ sign: ' ', text: line(path, is) })
    else {
      if (was !== undefined) lines.push({ sign: '-', text: line(path, was) })
      if (is !== undefined) lines.push({ sign: '+', text: line(path, is) })
    }
  }
  return lines.slice(0, mostLines)
}
