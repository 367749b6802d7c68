/** Finds the virtual key in a call. Pure. */
import type { IncomingHttpHeaders } from 'node:http'
import { hasValidChecksum } from '#lib/keys/rules/key-text.ts'

// The gateway headers of other products come first: their callers may send a provider's key as Authorization beside it.
const headerNames = ['x-litellm-api-key', 'x-bf-vk', 'x-portkey-api-key', 'x-api-key', 'api-key', 'x-goog-api-key']

/** Whether an AWS client has signed the call instead of sending a key. */
export function isSigned(headers: IncomingHttpHeaders): boolean {
  return headers.authorization?.startsWith('AWS4-') === true
}

/** The text of a well-formed key from any place that clients of this field put it; null when there is none. */
export function keyFromCall(headers: IncomingHttpHeaders, query: string): string | null {
  const bearer = headers.authorization
  if (bearer !== undefined && /^bearer /i.test(bearer)) {
    const text = bearer.slice(7).trim()
    if (hasValidChecksum(text)) return text
  }
  for (const name of headerNames) {
    const value = headers[name]
    if (typeof value !== 'string') continue
    const text = value.replace(/^bearer /i, '').trim()
    if (hasValidChecksum(text)) return text
  }
  if (query.includes('key=')) {
    const text = new URLSearchParams(query).get('key')
    if (text !== null && hasValidChecksum(text)) return text
  }
  return null
}
