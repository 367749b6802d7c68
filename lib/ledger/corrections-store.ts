/** Queries behind corrections: whole rows of the ledger, the prices of a model, dead letters. */
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { rowColumns } from '#lib/ledger/event-columns.ts'
import type { SqlClient, SqlPool, Tx } from '#lib/platform/db.ts'

type Sql = SqlPool | SqlClient

/** A row as it is stored: times as dates, money as bigint. */
export type StoredRow = Omit<EventRow, 'at' | 'effectiveAt' | 'costNanos'> & {
  readonly at: Date
  readonly effectiveAt: Date | null
  readonly costNanos: bigint
}

/** Held to the end of a transaction in which corrections are worked out and booked. */
const correctionLock = 72_707_371

/** Runs `work` in a transaction that no other correction runs beside. */
export async function inCorrection<T>(sql: SqlPool, work: (client: SqlClient) => Promise<T>): Promise<T> {
  const client = await sql.connect()
  let isBroken = true
  try {
    await client.query('BEGIN')
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [correctionLock])
      const result = await work(client)
      await client.query('COMMIT')
      isBroken = false
      return result
    } catch (error) {
      await client.query('ROLLBACK')
      isBroken = false
      throw error
    }
  } finally {
    client.release(isBroken)
  }
}

export type CallRange = {
  readonly model: string
  readonly from: Date
  readonly to: Date
  readonly after: { readonly at: Date; readonly id: string } | null
  readonly limit: number
}

/** Calls of a model that happened in the range and used something, by (at, id), which also carries it. */
export async function findCallsOfModel(sql: Sql, { model, from, to, after, limit }: CallRange): Promise<StoredRow[]> {
  const { rows } = await sql.query<StoredRow>(
    `SELECT ${rowColumns}
     FROM usage_event AS e
     WHERE ((e.at >= $2 AND e.at < $3 AND e.effective_at IS NULL) OR (e.effective_at >= $2 AND e.effective_at < $3))
       AND e.kind = 'call'
       AND e.model = $1
       AND e.outcome <> 'refused'
       AND e.tokens <> '{}'
       AND (e.at, e.id) > ($4, $5)
     ORDER BY e.at, e.id
     LIMIT $6`,
    [model, from, to, after?.at ?? new Date(0), after?.id ?? '', limit],
  )
  return rows
}

/** One call, whole. */
export async function findCallRow(sql: Sql, id: string, at: Date): Promise<StoredRow | null> {
  const { rows } = await sql.query<StoredRow>(
    `SELECT ${rowColumns}
     FROM usage_event AS e
     WHERE e.at IN ($1, (SELECT at FROM late_event WHERE id = $2)) AND e.id = $2 AND e.kind = 'call'`,
    [at, id],
  )
  return rows[0] ?? null
}

/** What adjusts these calls, by call, oldest first; by (adjusts), in the months since `since`. */
export async function findAdjustments(
  sql: Sql,
  callIds: readonly string[],
  since: Date,
): Promise<Map<string, StoredRow[]>> {
  const { rows } = await sql.query<StoredRow>(
    `SELECT ${rowColumns}
     FROM usage_event AS e
     WHERE e.adjusts = ANY($1::text[]) AND e.at >= $2 AND e.kind = 'adjustment'
     ORDER BY e.inserted_at, e.id`,
    [callIds, since],
  )
  const found = new Map<string, StoredRow[]>()
  for (const row of rows) found.set(row.adjusts!, [...(found.get(row.adjusts!) ?? []), row])
  return found
}

export type PriceOfModel = {
  readonly id: string
  readonly deploymentId: string | null
  readonly nanosPerMillion: unknown
  readonly effectiveFrom: Date
}

/** Every price that the model has had, in the order in which they came into force; null: there is no such model. */
export async function findPricesOfModel(sql: SqlPool, model: string): Promise<PriceOfModel[] | null> {
  const { rows } = await sql.query<PriceOfModel & { modelId: string }>(
    `SELECT m.id AS "modelId", p.id, p.deployment_id AS "deploymentId", p.nanos_per_million AS "nanosPerMillion",
       p.effective_from AS "effectiveFrom"
     FROM model AS m
     LEFT JOIN price AS p ON p.model_id = m.id
     WHERE m.name = $1
     ORDER BY p.effective_from, p.created_at, p.id`,
    [model],
  )
  return rows.length === 0 ? null : rows.filter(({ id }) => id !== null)
}

export type DeadLetterRow = {
  readonly streamId: string
  readonly payload: string
  readonly error: string
  readonly at: Date
  readonly closedAt: Date | null
  readonly closedBy: string | null
  readonly closeReason: string | null
}

const letterColumns = `stream_id AS "streamId", payload, error, at, closed_at AS "closedAt", closed_by AS "closedBy",
  close_reason AS "closeReason"`

export type DeadLetterState = 'open' | 'closed'

/** Newest first, before `before`; by (at, stream_id). */
export async function findDeadLetters(
  sql: SqlPool,
  states: readonly DeadLetterState[],
  before: { readonly at: Date; readonly id: string } | null,
  limit: number,
): Promise<DeadLetterRow[]> {
  const { rows } = await sql.query<DeadLetterRow>(
    `SELECT ${letterColumns}
     FROM dead_letter
     WHERE ($1::timestamptz IS NULL OR (at, stream_id) < ($1, $2))
       AND CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END = ANY($3::text[])
     ORDER BY at DESC, stream_id DESC
     LIMIT $4`,
    [before?.at ?? null, before?.id ?? '', states, limit],
  )
  return rows
}

export async function findDeadLetter(sql: SqlPool, streamId: string): Promise<DeadLetterRow | null> {
  const { rows } = await sql.query<DeadLetterRow>(`SELECT ${letterColumns} FROM dead_letter WHERE stream_id = $1`, [
    streamId,
  ])
  return rows[0] ?? null
}

/** False where it is closed already, or gone. */
export async function closeDeadLetterRow(
  tx: Tx,
  streamId: string,
  closing: { readonly closedAt: Date; readonly closedBy: string; readonly closeReason: string },
): Promise<boolean> {
  const { count } = await tx.deadLetter.updateMany({ where: { streamId, closedAt: null }, data: closing })
  return count === 1
}

export async function deleteDeadLetter(sql: SqlPool, streamId: string): Promise<void> {
  await sql.query('DELETE FROM dead_letter WHERE stream_id = $1', [streamId])
}
