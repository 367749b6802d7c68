/**
 * What a stream entry is: an event to book, or why it is none. Whatever a gateway, an older or a newer one, has put into
 * the stream, this must not throw, and what it accepts PostgreSQL must accept.
 */
import type * as z from 'zod'
import { usageEvent, type UsageEvent, type WrittenEvent } from '#lib/ledger/contract.ts'
import { rollupTokens } from '#lib/ledger/rules/rollup-tokens.ts'

/** A row of usage_event, under the event's own names. What is stored as JSON stays as it was written. */
export type EventRow = Omit<UsageEvent, 'at' | 'v' | 'attempts' | 'decision' | 'timing'> & {
  readonly at: string
  readonly attempts: WrittenEvent['attempts']
  readonly decision: WrittenEvent['decision']
  readonly timing: WrittenEvent['timing']
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  /** When it happened, where `at` is when it was booked. */
  readonly effectiveAt?: string | undefined
  /** Its `at` is not the time in its id. Not stored. */
  readonly isTimeCorrected?: true
}

export type Reading =
  | { readonly kind: 'event'; readonly row: EventRow }
  /** Not even JSON: nobody will ever read it. */
  | { readonly kind: 'unreadable'; readonly error: string }
  /** JSON that this version does not understand; a newer worker may. */
  | { readonly kind: 'invalid'; readonly error: string }

/** How far from now an event may lie: beyond it the time is wrong, and would open a month of its own. */
export const oldestMs = 400 * 86_400_000
export const furthestMs = 2 * 86_400_000

export function readEntry(text: string | undefined, nowMs: number): Reading {
  const parsed = parseJson(text)
  if (parsed.kind !== 'json') return parsed
  const checked = usageEvent.safeParse(parsed.value)
  if (!checked.success) return { kind: 'invalid', error: describeIssues(checked.error) }
  const problem = problemOf(checked.data, nowMs)
  if (problem) return { kind: 'invalid', error: problem }

  // JSON columns take the value as it came, not as the schema cut it: facts that a newer gateway adds inside them stay,
  // and what was left out is filled in by whoever reads.
  const { attempts = [], decision, timing } = parsed.value as WrittenEvent
  const event = checked.data
  const at = new Date(event.at).toISOString()
  // Onto what the schema made: spreading forty fields costs more than checking them.
  return { kind: 'event', row: Object.assign(event, { at, attempts, decision, timing }, rollupTokens(event.tokens)) }
}

// What the schema lets through and a bigint column or a partition would not.
function problemOf(event: UsageEvent, nowMs: number): string | null {
  if (event.at < nowMs - oldestMs || event.at > nowMs + furthestMs) return 'at: too far from now'
  const cost = BigInt(event.costNanos)
  if (cost !== BigInt.asIntN(64, cost)) return 'costNanos: beyond 64 bits'
  const isNegative = cost < 0n || Object.values(event.tokens).some((quantity) => quantity < 0)
  if (isNegative && event.kind !== 'adjustment') return 'only an adjustment takes away'
  const counts = Object.values(rollupTokens(event.tokens))
  return counts.every(Number.isSafeInteger) ? null : 'tokens: beyond exact numbers'
}

function parseJson(text: string | undefined): { kind: 'json'; value: unknown } | { kind: 'unreadable'; error: string } {
  if (text === undefined) return { kind: 'unreadable', error: 'the entry has no field "e"' }
  try {
    const value: unknown = JSON.parse(text)
    return { kind: 'json', value: mayHoldUnstorable.test(text) ? storable(value) : value }
  } catch (error) {
    return { kind: 'unreadable', error: String(error) }
  }
}

// PostgreSQL stores neither NUL nor half a surrogate pair. A model name of the caller's making may hold both.
const mayHoldUnstorable = /\\u(0000|d[89a-f])|\p{Surrogate}/iu

function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\0|\p{Surrogate}/gu, '\u{FFFD}')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storable(key), storable(member)]))
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(entry)'}: ${issue.message}`)
    .join('; ')
}
