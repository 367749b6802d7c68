/**
 * The hash that chains audit entries: SHA-256(previous hash ‖ canonical JSON of the entry).
 *
 * Canonical: object keys sorted by UTF-16 code unit, no white space, `undefined` members left out, bigint and Date as
 * text. What is hashed equals what PostgreSQL gives back, so `canonicalValue` runs before the row is written.
 */
import { sha256 } from '#lib/platform/crypto.ts'

/** Everything about an entry that its hash covers; the time is RFC 3339 with milliseconds. */
export type ChainedEntry = {
  readonly seq: bigint
  readonly at: Date
  readonly actorType: string
  readonly actorId: string
  readonly actorName: string
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  readonly targetName: string
  readonly summary: string
  readonly before: JsonValue
  readonly after: JsonValue
  readonly ip: string | null
  readonly requestId: string | null
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** What stands before the first entry. */
export const genesisHash: Buffer = sha256('gatehouse audit chain v1')

export function entryHash(previousHash: Uint8Array, entry: ChainedEntry): Buffer {
  const { seq, at, actorType, actorId, actorName, action, targetType, targetId, targetName, summary } = entry
  const { before, after, ip, requestId } = entry
  const text = canonicalJson(
    canonicalValue({
      seq,
      at,
      actorType,
      actorId,
      actorName,
      action,
      targetType,
      targetId,
      targetName,
      summary,
      before,
      after,
      ip,
      requestId,
    }),
  )
  return sha256(Buffer.concat([previousHash, Buffer.from(text)]))
}

/** The value as JSON can hold it and as jsonb gives it back. */
export function canonicalValue(value: unknown): JsonValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Set) return [...value].map(canonicalValue)
  if (Array.isArray(value)) return value.map(canonicalValue)
  if (typeof value === 'string') return storableText(value)
  if (typeof value === 'boolean') return value
  // -0 is 0 in jsonb; NaN and infinities are null in JSON.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null
  if (typeof value !== 'object') return null
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]): [string, JsonValue] => [storableText(key), canonicalValue(member)])
  return Object.fromEntries(members)
}

export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

// PostgreSQL stores neither NUL nor half a surrogate pair: they are replaced before the hash is made.
function storableText(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\u{FFFD}')
}
