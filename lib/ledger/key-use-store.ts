/**
 * When a key and each of its secrets was last used: told by the events as they are booked. A use less than a minute after
 * the one on record is not written, so that a busy key costs one write a minute.
 */
import { upsertSightings, type Sighting } from '#lib/alerts/key-alerts-store.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import type { SqlPool } from '#lib/platform/db.ts'

const precision = '1 minute'

/** Booking waits for nobody: a key that is being changed is told at its next use. */
function recordUse(table: 'virtual_key' | 'key_secret'): string {
  return `
  WITH used AS (SELECT id, at FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at)),
  free AS (
    SELECT k.id, used.at
    FROM ${table} AS k
    JOIN used ON used.id = k.id
    WHERE k.last_used_at IS NULL OR k.last_used_at < used.at - interval '${precision}'
    FOR NO KEY UPDATE OF k SKIP LOCKED
  )
  UPDATE ${table} AS k SET last_used_at = free.at FROM free WHERE free.id = k.id`
}

/** A refused call is no use: it got nothing. */
export async function recordKeyUse(sql: SqlPool, rows: readonly EventRow[]): Promise<void> {
  const keys = new Map<string, string>()
  const secrets = new Map<string, string>()
  for (const { kind, outcome, at, keyId, secretId } of rows) {
    if (kind !== 'call' || outcome === 'refused') continue
    if (keyId !== null) keys.set(keyId, later(keys.get(keyId), at))
    if (secretId !== null) secrets.set(secretId, later(secrets.get(secretId), at))
  }
  if (keys.size > 0) await sql.query(recordUse('virtual_key'), [[...keys.keys()], [...keys.values()]])
  if (secrets.size > 0) await sql.query(recordUse('key_secret'), [[...secrets.keys()], [...secrets.values()]])
}

/** Personal keys that were seen in a browser, and on which page last; refused calls too, for the key has leaked. */
export async function recordBrowserOrigins(sql: SqlPool, rows: readonly EventRow[]): Promise<void> {
  const seen = new Map<string, Sighting>()
  for (const { at, keyId, decision } of rows) {
    if (keyId !== null && decision.browserOrigin != null) seen.set(keyId, { keyId, at, page: decision.browserOrigin })
  }
  if (seen.size > 0) await upsertSightings(sql, [...seen.values()])
}

/** Of two moments in ISO 8601, UTC. */
function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b
}
