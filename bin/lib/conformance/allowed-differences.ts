/** Where the gateway may answer otherwise than the provider does, and why. Everything else is a failure. */
import type { AllowedDifference } from './compare.ts'

const everywhere = (allows: AllowedDifference['allows'], at: string, why: string): AllowedDifference => ({
  at,
  in: 'every case',
  allows,
  why,
})
const translated = (allows: AllowedDifference['allows'], at: string, why: string): AllowedDifference => ({
  at,
  in: 'translated',
  allows,
  why,
})

const ids = 'Every call has ids of its own.'
const times = 'Every call has a time of its own.'
const unasked =
  'The gateway asks every stream for its usage. Whoever did not ask is not told it, but the place for it is there.'
const limits = 'The limits are those of the key, not of the provider.'

export const allowedDifferences: readonly AllowedDifference[] = [
  everywhere('another value', 'result.**.id', ids),
  everywhere('another value', 'result.**.*_id', ids),
  everywhere('another value', 'result.**.*Id', ids),
  everywhere('another value', 'result.**.created', times),
  everywhere('another value', 'result.**.created_at', times),
  everywhere('another value', 'result.**.completed_at', times),
  everywhere('another value', 'result.**.timestamp', times),
  everywhere('anything', 'http.*.headers.x-gatehouse-*', 'The gateway tells who it is and what is left.'),
  everywhere('anything', 'http.*.headers.x-ratelimit-*', limits),
  everywhere('anything', 'http.*.headers.anthropic-ratelimit-*', limits),
  everywhere('null for nothing', 'result.chunks.*.usage', unasked),
  everywhere('null for nothing', 'result.final.usage', unasked),

  translated('another value', 'result.**.service_tier', 'A tier of service is what a provider sells.'),
  translated('anything', 'result.**.system_fingerprint', 'Only OpenAI says which of its systems answered.'),
  translated(
    'anything',
    'result.chunks',
    'How an answer is cut into events is up to the provider. What the client makes of them, `final`, is compared.',
  ),
  translated('anything', 'result.events', 'As with chunks.'),
  translated('anything', 'result.parts', 'As with chunks.'),
  translated(
    'anything',
    'http.*.headers.*request-id',
    'The provider tells its id of the call in a header of its own wire. Ours is in x-gatehouse-request-id.',
  ),
]
