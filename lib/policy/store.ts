/** Queries of the policy module. */
import type { Db } from '#lib/platform/db.ts'
import { Prisma } from '#lib/platform/generated/prisma/client.ts'

/** The facts of the key that a digest stands for; null when no live secret has it. Carried by key_secret_digest_key. */
export function findGrantFacts(db: Db, digest: Buffer, nowMs: number): Promise<unknown> {
  return oneOf(
    readFacts(db, Prisma.sql`s.digest = ${digest} AND (s.not_after IS NULL OR s.not_after > ${new Date(nowMs)})`, 1),
  )
}

/** The same by the key's id, with its newest secret. Carried by key_secret_key_id_idx. */
export function findGrantFactsOfKey(db: Db, keyId: string): Promise<unknown> {
  return oneOf(readFacts(db, Prisma.sql`k.id = ${keyId}`, 1))
}

/** The same of several keys, by id; one without any secret is left out. Carried by key_secret_key_id_idx. */
export function findGrantFactsOfKeys(db: Db, keyIds: readonly string[]): Promise<unknown[]> {
  return readFacts(db, Prisma.sql`k.id = ANY(${[...keyIds]}::text[])`, keyIds.length)
}

/** Where a key would be made, by an id of the caller's own. */
export type PlaceOfKey = {
  readonly id: string
  readonly profileId: string
  readonly teamId: string | null
  readonly projectId: string | null
  readonly ownerUserId: string | null
}

/** The same of keys that there are not: one with nothing of its own in each place. */
export function findGrantFactsOfPlaces(db: Db, places: readonly PlaceOfKey[]): Promise<unknown[]> {
  const column = (name: keyof PlaceOfKey) => Prisma.sql`${places.map((place) => place[name])}::text[]`
  const keys = Prisma.sql`(
    SELECT id, '' AS name, 'personal' AS kind, 'active' AS status, NULL::text AS status_reason,
           NULL::timestamptz AS expires_at, '' AS environment, '{}'::text[] AS models, '{}'::text[] AS providers,
           '{}'::text[] AS regions, '{}'::jsonb AS limits, '{}'::jsonb AS tags, '{}'::text[] AS overrides,
           '{}'::text[] AS granted_models, '{}'::text[] AS granted_providers, owner_user_id, NULL::text AS workload_id,
           project_id, team_id, profile_id
    FROM unnest(${column('id')}, ${column('profileId')}, ${column('teamId')}, ${column('projectId')}, ${column('ownerUserId')})
      AS place (id, profile_id, team_id, project_id, owner_user_id))`
  const secrets = Prisma.sql`(SELECT id AS key_id, id, NULL::timestamptz AS not_after, now() AS created_at FROM ${keys} AS place)`
  return readFacts(db, Prisma.sql`TRUE`, places.length, { keys, secrets })
}

async function oneOf(rows: Promise<unknown[]>): Promise<unknown> {
  return (await rows)[0] ?? null
}

const stored = { keys: Prisma.sql`virtual_key`, secrets: Prisma.sql`key_secret` }

/** Everything that a grant is compiled from, in one statement and so in one snapshot. */
async function readFacts(
  db: Db,
  which: Prisma.Sql,
  most: number,
  { keys, secrets }: { readonly keys: Prisma.Sql; readonly secrets: Prisma.Sql } = stored,
): Promise<unknown[]> {
  const rows = await db.$queryRaw<{ facts: unknown }[]>`
    SELECT DISTINCT ON (k.id) jsonb_build_object(
      'key', jsonb_build_object(
        'id', k.id, 'name', k.name, 'kind', k.kind, 'status', k.status, 'statusReason', k.status_reason,
        'expiresAtMs', floor(extract(epoch FROM k.expires_at) * 1000), 'environment', k.environment,
        'models', to_jsonb(k.models), 'providers', to_jsonb(k.providers), 'regions', to_jsonb(k.regions),
        'limits', k.limits, 'tags', k.tags, 'overrides', to_jsonb(k.overrides),
        'grantedModels', to_jsonb(k.granted_models), 'grantedProviders', to_jsonb(k.granted_providers)),
      'secret', jsonb_build_object('id', s.id, 'notAfterMs', floor(extract(epoch FROM s.not_after) * 1000)),
      'user', CASE WHEN u.id IS NULL THEN NULL ELSE jsonb_build_object('id', u.id, 'name', u.name, 'status', u.status) END,
      'groups', to_jsonb(coalesce(u.groups, '{}')),
      'team', jsonb_build_object('id', coalesce(t.id, ''), 'name', coalesce(t.name, ''), 'status', coalesce(t.status, 'active')),
      'workload', CASE WHEN w.id IS NULL THEN NULL ELSE jsonb_build_object('id', w.id, 'name', w.name, 'status', w.status) END,
      'project', CASE WHEN p.id IS NULL THEN NULL ELSE jsonb_build_object('id', p.id, 'name', p.name, 'status', p.status) END,
      'businessUnit', CASE WHEN b.id IS NULL THEN NULL ELSE jsonb_build_object('id', b.id, 'name', b.name) END,
      'organisation', jsonb_build_object(
        'id', coalesce(o.id, ''), 'name', coalesce(o.name, ''), 'timeZone', coalesce(o.time_zone, 'UTC')),
      'profile', jsonb_build_object('id', f.id, 'name', f.name, 'version', f.version, 'policy', f.policy),
      'costCentre', t.cost_centre_code,
      'layers', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('type', y.scope_type, 'policy', y.policy)), '[]')
        FROM scope_policy y
        WHERE (y.scope_type, y.scope_id) IN (('project', k.project_id), ('team', k.team_id), ('organisation', o.id))),
      'scopeLimits', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('type', l.scope_type, 'id', l.scope_id, 'limits', l.limits)), '[]')
        FROM scope_limit l
        WHERE (l.scope_type, l.scope_id) IN (
          ('user', k.owner_user_id), ('workload', k.workload_id), ('project', k.project_id), ('team', k.team_id),
          ('business_unit', t.business_unit_id), ('organisation', o.id), ('environment', k.team_id || ':' || k.environment))
          OR (l.scope_type = 'group' AND l.scope_id = ANY(u.groups))
          OR (l.scope_type = 'tag' AND l.scope_id IN (SELECT key || '=' || value FROM jsonb_each_text(k.tags)))),
      'budgets', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', g.id, 'type', g.scope_type, 'scopeId', g.scope_id, 'amountNanos', g.amount_nanos::text,
          'period', g.period, 'posture', g.posture, 'enforceAtPercent', g.enforce_at_percent, 'timeZone', g.time_zone,
          'perMember', g.per_member)), '[]')
        FROM budget g
        WHERE g.archived_at IS NULL
          AND ((g.scope_type, g.scope_id) IN (
            ('key', k.id), ('user', k.owner_user_id), ('workload', k.workload_id), ('project', k.project_id),
            ('team', k.team_id), ('business_unit', t.business_unit_id), ('organisation', o.id),
            ('environment', k.team_id || ':' || k.environment))
            OR (g.scope_type = 'group' AND g.scope_id = ANY(u.groups))
            OR (g.scope_type = 'tag' AND g.scope_id IN (SELECT key || '=' || value FROM jsonb_each_text(k.tags))))),
      'versions', (
        SELECT jsonb_agg(jsonb_build_array(subject, coalesce(v.version, 0)::text) ORDER BY subject)
        FROM unnest(ARRAY[
          'key:' || k.id, 'user:' || k.owner_user_id, 'workload:' || k.workload_id, 'project:' || k.project_id,
          'team:' || k.team_id, 'profile:' || k.profile_id, 'organisation']) AS subject
        LEFT JOIN policy_version v USING (subject)
        WHERE subject IS NOT NULL)
    ) AS facts
    FROM ${secrets} s
    JOIN ${keys} k ON k.id = s.key_id
    LEFT JOIN team t ON t.id = k.team_id
    JOIN access_profile f ON f.id = k.profile_id
    LEFT JOIN app_user u ON u.id = k.owner_user_id
    LEFT JOIN workload w ON w.id = k.workload_id
    LEFT JOIN project p ON p.id = k.project_id
    LEFT JOIN business_unit b ON b.id = t.business_unit_id
    LEFT JOIN organisation o ON true
    WHERE ${which}
    ORDER BY k.id, s.not_after DESC NULLS FIRST, s.created_at DESC
    LIMIT ${most}`
  return rows.map(({ facts }) => facts)
}
