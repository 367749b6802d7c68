/**
 * What a stream entry is: an event to book, or why it is none. Whatever a gateway, an older or a newer one, has put into
 * the stream, this must not throw, and what it accepts PostgreSQL must accept.
 */
import type * as z from 'zod'
import type { Unit } from '#lib/catalog/contract.ts'
import { usageEvent, type WrittenEvent } from '#lib/ledger/contract.ts'
import { readPlainEvent, type ReadEvent } from '#lib/ledger/rules/plain-event.ts'
import { rollupTokens, type RollupTokens } from '#lib/ledger/rules/rollup-tokens.ts'

/** A row of usage_event, under the event's own names. What is stored as JSON stays as it was written. */
export type EventRow = Omit<ReadEvent, 'at' | 'v'> & {
  readonly at: string
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
  const reading = readPlainEvent(parsed.value) ?? readBySchema(parsed.value)
  if (typeof reading === 'string') return { kind: 'invalid', error: reading }
  const tokens = rollupTokens(reading.tokens)
  const problem = problemOf(reading, tokens, nowMs)
  if (problem) return { kind: 'invalid', error: problem }

  // Onto what was just made: spreading forty fields costs more than checking them.
  return { kind: 'event', row: Object.assign(reading, { at: new Date(reading.at).toISOString() }, tokens) }
}

/** The event, or what is wrong with it. */
function readBySchema(value: unknown): ReadEvent | string {
  const checked = usageEvent.safeParse(value)
  if (!checked.success) return describeIssues(checked.error)
  // JSON columns take the value as it came, not as the schema cut it: facts that a newer gateway adds inside them stay,
  // and what was left out is filled in by whoever reads.
  const { attempts = [], decision, timing } = value as WrittenEvent
  return Object.assign(checked.data, { attempts, decision, timing })
}

// What the schema lets through and a column or a partition would not.
function problemOf(event: ReadEvent, tokens: RollupTokens, nowMs: number): string | null {
  if (event.at < nowMs - oldestMs || event.at > nowMs + furthestMs) return 'at: too far from now'
  if (event.status !== (event.status | 0)) return 'status: beyond 32 bits'
  if (event.costNanos.length > exactDigits && BigInt(event.costNanos) !== BigInt.asIntN(64, BigInt(event.costNanos))) {
    return 'costNanos: beyond 64 bits'
  }
  if (event.kind !== 'adjustment' && takesAway(event)) return 'only an adjustment takes away'
  const { inputTokens, cachedTokens, outputTokens } = tokens
  const isExact = [inputTokens, cachedTokens, outputTokens].every(Number.isSafeInteger)
  return isExact ? null : 'tokens: beyond exact numbers'
}

/** So many are never beyond 64 bits. */
const exactDigits = 18

function takesAway({ costNanos, tokens }: ReadEvent): boolean {
  if (costNanos.startsWith('-') && BigInt(costNanos) < 0n) return true
  for (const unit in tokens) if (tokens[unit as Unit]! < 0) return true
  return false
}

function parseJson(text: string | undefined): { kind: 'json'; value: unknown } | { kind: 'unreadable'; error: string } {
  if (text === undefined) return { kind: 'unreadable', error: 'the entry has no field "e"' }
  try {
    const value: unknown = JSON.parse(text)
    return { kind: 'json', value: mayHoldUnstorable(text) ? storable(value) : value }
  } catch (error) {
    return { kind: 'unreadable', error: String(error) }
  }
}

// PostgreSQL stores neither NUL nor half a surrogate pair. A model name of the caller's making may hold both.
const mayHoldUnstorable = (text: string) => (text.includes('\\u') && escaped.test(text)) || halfPair.test(text)
const escaped = /\\u(0000|d[89a-f])/i
const halfPair = /\p{Surrogate}/u

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
