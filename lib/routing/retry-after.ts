/** How long a provider asks to be left alone. Pure. */

import type { AnswerHeaders } from '#lib/formats/contract.ts'

export type { AnswerHeaders }

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Milliseconds, or null where the answer names no time. `retry-after-ms` comes first, as in the official SDKs, then
 * `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3).
 */
export function retryAfterMs(headers: AnswerHeaders, nowMs: number): number | null {
  const milliseconds = numberOf(headers['retry-after-ms'])
  if (milliseconds !== null) return milliseconds
  const text = headers['retry-after']
  const seconds = numberOf(text)
  if (seconds !== null) return seconds * 1_000
  if (typeof text !== 'string' || !httpDate.test(text)) return null
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
}

function numberOf(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^\s*\d{1,12}(\.\d+)?\s*$/.test(text) ? Number(text) : null
}
