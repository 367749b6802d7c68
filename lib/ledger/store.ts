/**
 * Every write of the ledger. A row enters usage_event once, and only rows that entered feed the rollups, in the same
 * transaction: events and rollups cannot disagree.
 */
import { columnList, columnsOf, selectGiven } from '#lib/ledger/event-columns.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import type { SqlClient, SqlPool, Tx } from '#lib/platform/db.ts'

type Sql = SqlPool | SqlClient

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

const truncated = (unit: 'hour' | 'day', moment: string) => `date_trunc('${unit}', ${moment}, 'UTC')`

/** The sums over `source` by hour and dimensions. */
const sumByHour = (source: string): string => `
  SELECT ${truncated('hour', 'at')} AS start, ${dimsHash} AS dims_hash, ${dimensions.replace('key_kind', 'key_kind AS kind')}, ${sums}
  FROM ${source}
  WHERE key_id IS NOT NULL
  GROUP BY ${truncated('hour', 'at')}, ${dimensions}`

/** The same by day, from hours. */
const sumByDay = (hours: string): string => {
  const dims = dimensions.replace('key_kind', 'kind')
  return `
  SELECT ${truncated('day', 'start')} AS start, dims_hash, ${dims}, ${sumNames.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')}
  FROM ${hours}
  GROUP BY ${truncated('day', 'start')}, dims_hash, ${dims}`
}

/** INSERT of sums, ordered by primary key: every writer locks rows in the same order. */
const addTo = (table: RollupTable, sumsOf: string): string => `
  INSERT INTO ${table} (${rollupColumns})
  ${sumsOf}
  ORDER BY start, dims_hash
  ON CONFLICT (start, dims_hash) DO UPDATE SET
    ${sumNames.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ')}`

/**
 * `source`: rows of usage_event. One statement, so one transaction. Locks are taken in one order by every worker: events by
 * (at, id), then hourly rows by key, then daily rows by key; counting `hourly` before `daily` begins makes that so.
 * Carried by the primary keys of the three tables.
 */
const bookingSql = (source: string): string => `
inserted AS (
  INSERT INTO usage_event (${columnList})
  SELECT ${columnList}
  FROM ${source}
  ORDER BY at, id
  ON CONFLICT (at, id) DO NOTHING
  RETURNING ${usedColumns}
),
by_hour AS MATERIALIZED (${sumByHour('inserted')}),
hourly AS (${addTo('usage_hourly', 'SELECT * FROM by_hour')}
  RETURNING 1
),
daily AS (${addTo('usage_daily', sumByDay('(SELECT * FROM by_hour WHERE (SELECT count(*) FROM hourly) >= 0) AS hours'))}
  RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS inserted, (SELECT count(*) FROM daily) AS daily`

// One that was booked elsewhere comes again when its time, or a clock, has caught up with it.
const insertEventsSql = `
WITH given AS (${selectGiven}),
unknown AS (
  SELECT *
  FROM given
  WHERE NOT EXISTS (SELECT 1 FROM late_event AS l WHERE l.id = given.id)
),
${bookingSql('unknown')}`

/**
 * The same for rows whose `at` is not the time in their id, and which no repetition shares: they are known again by their
 * id in `late_event`, or by the moment at which they happened, where they were booked in time once.
 */
const insertMovedEventsSql = `
WITH given AS (${selectGiven}),
late AS (
  INSERT INTO late_event (id, at)
  SELECT id, at
  FROM given
  WHERE NOT EXISTS (SELECT 1 FROM usage_event AS u WHERE u.at = given.effective_at AND u.id = given.id)
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id
),
${bookingSql('given JOIN late USING (id)')}`

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
  const { rows: answer } = await sql.query<{ inserted: bigint }>({ name, text, values: columnsOf(rows) })
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
  await run(`INSERT INTO usage_event (${columnList}) ${selectGiven}`, columnsOf(rows))
}

/** Sums events of [from, to), whole days, into rollups that have none of them yet. */
export async function rollUpRange(run: RunSql, from: Date, to: Date): Promise<void> {
  const events = '(SELECT * FROM usage_event WHERE at >= $1 AND at < $2) AS e'
  await run(addTo('usage_hourly', sumByHour(events)), [from, to])
  const hours = '(SELECT * FROM usage_hourly WHERE start >= $1 AND start < $2) AS h'
  await run(addTo('usage_daily', sumByDay(hours)), [from, to])
}

/** Opens the months from the one of `first` to the one of `last`; those that exist stay. */
export async function ensurePartitions(sql: Sql, first: Date, last: Date): Promise<void> {
  await sql.query('SELECT ensure_usage_partitions($1, $2)', [first, last])
}

/** Months that the ledger has, as "2025-01", oldest first. */
export async function findMonths(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ month: string }>(
    `SELECT translate(substring(relid::regclass::text FROM '[0-9]{4}_[0-9]{2}$'), '_', '-') AS month
     FROM pg_partition_tree('usage_event')
     WHERE isleaf
     ORDER BY 1`,
  )
  return rows.map(({ month }) => month)
}

/**
 * Drops a month, rollups excepted; returns how many events went, null where it was gone already. Whoever books waits
 * meanwhile, for the moment that the drop itself takes; the drop waits for them as long as the transaction may.
 */
export async function dropMonth(tx: Tx, month: string): Promise<bigint | null> {
  await tx.$executeRaw`SET LOCAL statement_timeout = '10min'`
  // The lock under which months come and go: whether this one is there does not change between the look and the drop.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(72707370)`
  const name = `usage_event_${month.replace('-', '_')}`
  const [found] = await tx.$queryRaw<{ there: boolean }[]>`SELECT to_regclass(${name}) IS NOT NULL AS there`
  if (found?.there !== true) return null
  const [answer] = await tx.$queryRaw<{ gone: bigint }[]>`SELECT drop_usage_month(${`${month}-01`}::date) AS gone`
  return answer!.gone
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
