/** What the audit log can be filtered by. */
import type { SqlPool } from '#lib/platform/db.ts'

const most = 300

export type ActorFacet = { readonly id: string; readonly type: string; readonly name: string }

/** Everybody who is in the log, under their latest name. One look at the index (actor_id, seq) an actor, however long the log is. */
export async function actorsInLog(sql: SqlPool): Promise<ActorFacet[]> {
  const { rows } = await sql.query<ActorFacet>(
    `WITH RECURSIVE actors AS (
       (SELECT actor_id FROM audit_entry ORDER BY actor_id LIMIT 1)
       UNION ALL
       SELECT (SELECT e.actor_id FROM audit_entry e WHERE e.actor_id > a.actor_id ORDER BY e.actor_id LIMIT 1)
       FROM actors a
       WHERE a.actor_id IS NOT NULL
     )
     SELECT a.actor_id AS id, latest.actor_type AS type, latest.actor_name AS name
     FROM (SELECT actor_id FROM actors WHERE actor_id IS NOT NULL LIMIT ${most}) a
     CROSS JOIN LATERAL (
       SELECT actor_type, actor_name FROM audit_entry e WHERE e.actor_id = a.actor_id ORDER BY seq DESC LIMIT 1
     ) latest
     ORDER BY latest.actor_name, a.actor_id`,
  )
  return rows
}

/** Every action in the log; the same way along (action, seq). */
export async function actionsInLog(sql: SqlPool): Promise<string[]> {
  return firstColumn(sql, 'action')
}

/** Every type of target in the log; the same way along (target_type, target_id, seq). */
export async function targetTypesInLog(sql: SqlPool): Promise<string[]> {
  return firstColumn(sql, 'target_type')
}

async function firstColumn(sql: SqlPool, column: 'action' | 'target_type'): Promise<string[]> {
  const { rows } = await sql.query<{ value: string }>(
    `WITH RECURSIVE found AS (
       (SELECT ${column} AS value FROM audit_entry ORDER BY ${column} LIMIT 1)
       UNION ALL
       SELECT (SELECT e.${column} FROM audit_entry e WHERE e.${column} > f.value ORDER BY e.${column} LIMIT 1)
       FROM found f
       WHERE f.value IS NOT NULL
     )
     SELECT value FROM found WHERE value IS NOT NULL LIMIT ${most}`,
  )
  return rows.map(({ value }) => value)
}
