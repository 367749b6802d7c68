/** Bedrock's marks for its prompt cache, which stand behind what they mark. */
import type { CacheFor } from '#lib/formats/neutral.ts'

/** Writes the mark of a part; nothing where it has none, or where there is no place for it. */
export type MarkCache = (part: { readonly at: string; readonly cache?: CacheFor }) => object[]

const mostMarks = 4

/** Claude takes four marks in a request. Other models cache without being told, or not at all, and refuse a mark. */
export function cacheMarks(isClaude: boolean, leftOut: string[]): MarkCache {
  let marks = 0
  return ({ at, cache }) => {
    if (!cache) return []
    if (!isClaude || marks === mostMarks) {
      leftOut.push(at)
      return []
    }
    marks += 1
    // Five minutes are the default.
    return [{ cachePoint: { type: 'default', ...(cache === '1h' ? { ttl: cache } : {}) } }]
  }
}
