/** Anthropic's marks for its prompt cache. */
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import type { CacheFor } from '#lib/formats/neutral.ts'

export function cacheOf(block: Fields): { readonly cache?: CacheFor } {
  const control = block.object('cache_control')
  if (!control) return {}
  control.oneOf('type', ['ephemeral'])
  const cache = control.oneOf('ttl', ['5m', '1h'] as const) ?? '5m'
  control.end()
  return { cache }
}

/** Writes a part's mark; nothing where it has none, or where there are enough. */
export type MarkCache = (part: { readonly at: string; readonly cache?: CacheFor }) => object

const mostMarks = 4

/** Anthropic takes four marks in a request, in the order tools, system, messages; more are left out and named. */
export function cacheMarks(leftOut: string[]): MarkCache {
  let marks = 0
  return ({ at, cache }) => {
    if (!cache) return {}
    if (marks === mostMarks) {
      leftOut.push(at)
      return {}
    }
    marks += 1
    // Five minutes are the default.
    return { cache_control: { type: 'ephemeral', ...(cache === '1h' ? { ttl: cache } : {}) } }
  }
}
