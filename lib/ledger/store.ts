/**
 * Every write of the ledger. A row enters usage_event once, and only rows that entered feed the rollups, in the same
 * transaction: events and rollups cannot disagree.
 */
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import type { SqlClient, SqlPool } from '#lib/platform/db.ts'

type Sql = SqlPool | SqlClient

// ── Events ──────────────────────────────────────────────────────────────────────────────────────

/** Columns of usage_event: name in the event, name in SQL, type. */
const eventColumns: readonly (readonly [field: keyof EventRow, column: string, type: string])[] = [
  ['id', 'id', 'text'],
  ['at', 'at', 'timestamptz'],
  ['kind', 'kind', 'text'],
  ['adjusts', 'adjusts', 'text'],
  ['outcome', 'outcome', 'text'],
  ['status', 'status', 'int'],
  ['errorCode', 'error_code', 'text'],
  ['keyId', 'key_id', 'text'],
  ['secretId', 'secret_id', 'text'],
  ['keyKind', 'key_kind', 'text'],
  ['userId', 'user_id', 'text'],
  ['teamId', 'team_id', 'text'],
  ['projectId', 'project_id', 'text'],
  ['workloadId', 'workload_id', 'text'],
  ['businessUnitId', 'business_unit_id', 'text'],
  ['costCentre', 'cost_centre', 'text'],
  ['environment', 'environment', 'text'],
  ['profileId', 'profile_id', 'text'],
  ['identityMethod', 'identity_method', 'text'],
  ['clientIp', 'client_ip', 'text'],
  ['userAgent', 'user_agent', 'text'],
  ['endpoint', 'endpoint', 'text'],
  ['stream', 'stream', 'boolean'],
  ['modelAsked', 'model_asked', 'text'],
  ['model', 'model', 'text'],
  ['modelServed', 'model_served', 'text'],
  ['provider', 'provider', 'text'],
  ['deploymentId', 'deployment_id', 'text'],
  ['region', 'region', 'text'],
  ['tokens', 'tokens', 'jsonb'],
  ['inputTokens', 'input_tokens', 'bigint'],
  ['cachedTokens', 'cached_tokens', 'bigint'],
  ['outputTokens', 'output_tokens', 'bigint'],
  ['costNanos', 'cost_nanos', 'bigint'],
  ['priceLines', 'price_lines', 'jsonb'],
  ['priceVersion', 'price_version', 'text'],
  ['estimated', 'estimated', 'boolean'],
  ['estimatedWhy', 'estimated_why', 'text'],
  ['attempts', 'attempts', 'jsonb'],
  ['decision', 'decision', 'jsonb'],
  ['timing', 'timing', 'jsonb'],
  ['tags', 'tags', 'jsonb'],
  ['groups', 'groups', 'jsonb'],
  ['effectiveAt', 'effective_at', 'timestamptz'],
]
/** A whole row under the event's own names, of `e`. */
export const rowColumns = eventColumns.map(([field, column]) => `e.${column} AS "${field}"`).join(', ')

const columnList = eventColumns.map(([, column]) => column).join(', ')

// A row travels as an array of values in the order above: PostgreSQL reads that in half the time it takes for objects.
const valueList = eventColumns.map(([field]) => valueAt(field)).join(', ')
function valueAt(wanted: keyof EventRow): string {
  const place = eventColumns.findIndex(([field]) => field === wanted)
  const type = eventColumns[place]![2]
  return type === 'jsonb' ? `e -> ${place}` : `(e ->> ${place})::${type}`
}
const placeOf = (wanted: keyof EventRow) => 1 + eventColumns.findIndex(([field]) => field === wanted)
const valuesOf = (row: EventRow): unknown[] => eventColumns.map(([field]) => row[field])

// ── Rollups ─────────────────────────────────────────────────────────────────────────────────────

const dimensionsButGroups =
  'key_id, user_id, team_id, project_id, workload_id, business_unit_id, cost_centre, environment, key_kind, model, provider, tags'
const dimensions = `${dimensionsButGroups}, groups`

// One hash stands for all dimensions, NULLs included; jsonb orders the members of `tags`. Groups came later: without any,
// the hash is what it was before there were some, so that rows of old keep theirs.
const groupsInHash = `CASE groups WHEN '[]' THEN groups ELSE jsonb_build_array(groups) END`
const dimsHash = `sha256(convert_to((jsonb_build_array(${dimensionsButGroups}) || ${groupsInHash})::text, 'UTF8'))`

/**
 * What events sum up to. `calls` counts every admitted call, however it ended; a refused call counts in `refused` only;
 * adjustments and billed attempts bring money and tokens but are no calls. Events without a key have no owner to report
 * to and stay out.
 */
const sums = `
  count(*) FILTER (WHERE kind = 'call' AND outcome <> 'refused') AS calls,
  count(*) FILTER (WHERE kind = 'call' AND outcome = 'refused') AS refused,
  sum(input_tokens)::bigint AS input_tokens,
  sum(cached_tokens)::bigint AS cached_tokens,
  sum(output_tokens)::bigint AS output_tokens,
  sum(cost_nanos)::bigint AS cost_nanos,
  count(*) FILTER (WHERE kind = 'call' AND outcome <> 'refused' AND estimated) AS estimated_calls`

const sumNames = ['calls', 'refused', 'input_tokens', 'cached_tokens', 'output_tokens', 'cost_nanos', 'estimated_calls']
const rollupColumns = `start, dims_hash, ${dimensions.replace('key_kind', 'kind')}, ${sumNames.join(', ')}`
const usedColumns = `at, kind, outcome, estimated, ${dimensions}, input_tokens, cached_tokens, output_tokens, cost_nanos`

export type RollupTable = 'usage_hourly' | 'usage_daily'

/** INSERT of the sums over `source`, ordered by primary key: every writer locks rows in the same order. */
function rollUp(table: RollupTable, source: string): string {
  const unit = table === 'usage_hourly' ? 'hour' : 'day'
  return `
  INSERT INTO ${table} (${rollupColumns})
  SELECT date_trunc('${unit}', at, 'UTC') AS start, ${dimsHash} AS dims_hash, ${dimensions}, ${sums}
  FROM ${source}
  WHERE key_id IS NOT NULL
  GROUP BY date_trunc('${unit}', at, 'UTC'), ${dimensions}
  ORDER BY start, dims_hash
  ON CONFLICT (start, dims_hash) DO UPDATE SET
    ${sumNames.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ')}`
}

/**
 * $1: JSON array of rows as `valuesOf` makes them. One statement, so one transaction. Locks are taken in one order by every
 * worker: events by (at, id), then hourly rows by key, then daily rows by key; counting `hourly` before `daily` begins makes that so.
 * Carried by the primary keys of the three tables.
 */
const bookingSql = (source: string): string => `
inserted AS (
  INSERT INTO usage_event (${columnList})
  SELECT ${valueList}
  FROM ${source}
  ORDER BY ${placeOf('at')}, ${placeOf('id')}
  ON CONFLICT (at, id) DO NOTHING
  RETURNING ${usedColumns}
),
hourly AS (${rollUp('usage_hourly', 'inserted')}
  RETURNING 1
),
after_hourly AS (SELECT count(*) AS rows FROM hourly),
daily AS (${rollUp('usage_daily', `(SELECT inserted.* FROM inserted, after_hourly WHERE after_hourly.rows >= 0) AS inserted`)}
  RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM daily) AS daily`

// One that was booked elsewhere comes again when its time, or a clock, has caught up with it.
const insertEventsSql = `WITH ${bookingSql(`(
    SELECT e
    FROM jsonb_array_elements($1::jsonb) AS e
    WHERE NOT EXISTS (SELECT 1 FROM late_event AS l WHERE l.id = ${valueAt('id')})
  ) AS given`)}`

/**
 * The same for rows whose `at` is not the time in their id, and which no repetition shares: they are known again by their
 * id in `late_event`, or by the moment at which they happened, where they were booked in time once.
 */
const insertMovedEventsSql = `
WITH given AS (
  SELECT e AS value, ${valueAt('id')} AS id, ${valueAt('at')} AS at, ${valueAt('effectiveAt')} AS effective_at
  FROM jsonb_array_elements($1::jsonb) AS e
),
late AS (
  INSERT INTO late_event (id, at)
  SELECT id, at
  FROM given
  WHERE NOT EXISTS (SELECT 1 FROM usage_event AS u WHERE u.at = given.effective_at AND u.id = given.id)
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id
),
new_ones AS (SELECT given.value AS e FROM given JOIN late USING (id)),
${bookingSql('new_ones')}`

/** Books events and their rollups; returns how many were new. All or nothing. */
export async function insertEvents(sql: Sql, rows: readonly EventRow[]): Promise<number> {
  return insert(sql, 'ledger_insert_events', insertEventsSql, rows)
}

/**
 * Books events of months that are closed, each with its `effectiveAt`, and those whose time was corrected; an id once at
 * most. Returns how many were new. All or nothing.
 */
export async function insertMovedEvents(sql: Sql, rows: readonly EventRow[]): Promise<number> {
  return insert(sql, 'ledger_insert_moved_events', insertMovedEventsSql, rows)
}

async function insert(sql: Sql, name: string, text: string, rows: readonly EventRow[]): Promise<number> {
  const values = [JSON.stringify(rows.map(valuesOf))]
  const { rows: answer } = await sql.query<{ inserted: bigint }>({ name, text, values })
  return Number(answer[0]?.inserted ?? 0n)
}

/** The time zone by which the organisation's months begin and end. */
export async function readTimeZone(sql: Sql): Promise<string> {
  const { rows } = await sql.query<{ timeZone: string }>('SELECT time_zone AS "timeZone" FROM organisation LIMIT 1')
  return rows[0]?.timeZone ?? 'UTC'
}

/** Runs one statement of whichever client holds the transaction. */
export type RunSql = (text: string, values: readonly unknown[]) => Promise<unknown>

/** Events without rollups, for data that is written in bulk; `rollUpRange` must follow in the same transaction. */
export async function insertBareEvents(run: RunSql, rows: readonly EventRow[]): Promise<void> {
  await run(`INSERT INTO usage_event (${columnList}) SELECT ${valueList} FROM jsonb_array_elements($1::jsonb) AS e`, [
    JSON.stringify(rows.map(valuesOf)),
  ])
}

/** Sums events of [from, to), whole days, into rollups that have none of them yet. */
export async function rollUpRange(run: RunSql, from: Date, to: Date): Promise<void> {
  await run(rollUp('usage_hourly', '(SELECT * FROM usage_event WHERE at >= $1 AND at < $2) AS e'), [from, to])
  const dims = dimensions.replace('key_kind', 'kind')
  await run(
    `INSERT INTO usage_daily (${rollupColumns})
     SELECT date_trunc('day', start, 'UTC'), dims_hash, ${dims}, ${sumNames.map((name) => `sum(${name})::bigint`).join(', ')}
     FROM usage_hourly
     WHERE start >= $1 AND start < $2
     GROUP BY 1, 2, ${dims}`,
    [from, to],
  )
}

/** Opens the months from the one of `first` to the one of `last`; those that exist stay. */
export async function ensurePartitions(sql: Sql, first: Date, last: Date): Promise<void> {
  await sql.query('SELECT ensure_usage_partitions($1, $2)', [first, last])
}

// ── What could not be booked ────────────────────────────────────────────────────────────────────

export type DeadLetter = { readonly streamId: string; readonly payload: string; readonly error: string }

export async function insertDeadLetters(sql: Sql, letters: readonly DeadLetter[]): Promise<void> {
  await sql.query(
    `INSERT INTO dead_letter (stream_id, payload, error)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (stream_id) DO NOTHING`,
    [letters.map((l) => l.streamId), letters.map((l) => storable(l.payload)), letters.map((l) => storable(l.error))],
  )
}

// Text cannot hold NUL; everything else of a dead letter stays as it came.
function storable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}')
}

// ── Agreement ───────────────────────────────────────────────────────────────────────────────────

export type Drift = {
  readonly table: RollupTable
  readonly start: Date
  readonly keyId: string
  readonly field: string
  readonly events: bigint
  readonly rollup: bigint
}

/**
 * Where rollups of [from, to) differ from the sums of their events. One statement sees one snapshot, and both are
 * written together, so running ingestion shows no false difference. Reads usage_event by its primary key.
 */
export async function findDrift(
  sql: Sql,
  table: RollupTable,
  from: Date,
  to: Date,
  limit: number = 100,
): Promise<Drift[]> {
  const unit = table === 'usage_hourly' ? 'hour' : 'day'
  const differs = sumNames.map((name) => `coalesce(e.${name}, 0) <> coalesce(r.${name}, 0)`).join(' OR ')
  const { rows } = await sql.query<{ start: Date; key_id: string } & Record<string, bigint>>(
    `WITH from_events AS (
       SELECT date_trunc('${unit}', at, 'UTC') AS start, key_id, ${dimsHash} AS dims_hash, ${sums}
       FROM usage_event
       WHERE at >= $1 AND at < $2 AND key_id IS NOT NULL
       GROUP BY date_trunc('${unit}', at, 'UTC'), ${dimensions}
     ), from_rollups AS (
       SELECT start, key_id, dims_hash, ${sumNames.join(', ')}
       FROM ${table}
       WHERE start >= $1 AND start < $2
     )
     SELECT coalesce(e.start, r.start) AS start, coalesce(e.key_id, r.key_id) AS key_id,
       ${sumNames.map((name) => `coalesce(e.${name}, 0) AS e_${name}, coalesce(r.${name}, 0) AS r_${name}`).join(', ')}
     FROM from_events AS e
     FULL JOIN from_rollups AS r ON r.start = e.start AND r.dims_hash = e.dims_hash
     WHERE ${differs}
     ORDER BY 1, 2
     LIMIT $3`,
    [from, to, limit],
  )
  return rows.flatMap((row) =>
    sumNames.flatMap((field) => {
      const [events, rollup] = [row[`e_${field}`] ?? 0n, row[`r_${field}`] ?? 0n]
      return events === rollup ? [] : [{ table, start: row.start, keyId: row.key_id, field, events, rollup }]
    }),
  )
}
