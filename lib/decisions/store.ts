/** What decisions are explained with: the key's secret, models with their prices of a moment, other keys, people to ask. */
import type { Db, SqlPool } from '#lib/platform/db.ts'

/** The digest under which the key of a call is found; null where the secret is gone. */
export async function findDigest(db: Db, secretId: string): Promise<Buffer | null> {
  const secret = await db.keySecret.findUnique({ where: { id: secretId }, select: { digest: true } })
  return secret && Buffer.from(secret.digest)
}

export type OtherKeyRow = { readonly id: string; readonly name: string; readonly leftNanos: bigint | null }

/**
 * Other active keys of the person that may use the model, with what is left of their tightest monthly budget this month.
 * Carried by virtual_key(owner_user_id, status) and usage_daily(key_id, start).
 */
export async function findOtherKeys(
  sql: SqlPool,
  question: { readonly ownerUserId: string; readonly exceptKeyId: string; readonly model: string; readonly now: Date },
): Promise<OtherKeyRow[]> {
  const { rows } = await sql.query<OtherKeyRow>(
    `SELECT k.id, k.name,
       (SELECT min(b.amount_nanos) - coalesce(
          (SELECT sum(u.cost_nanos) FROM usage_daily u WHERE u.key_id = k.id AND u.start >= date_trunc('month', $4::timestamptz, 'UTC')), 0)
        FROM budget b
        WHERE b.scope_type = 'key' AND b.scope_id = k.id AND b.archived_at IS NULL AND b.period = 'month')::bigint AS "leftNanos"
     FROM virtual_key k
     WHERE k.owner_user_id = $1
       AND k.status = 'active'
       AND (k.expires_at IS NULL OR k.expires_at > $4)
       AND k.id <> $2
       AND (k.models = '{}' OR $3 = ANY(k.models))
     ORDER BY k.last_used_at DESC NULLS LAST, k.id
     LIMIT 20`,
    [question.ownerUserId, question.exceptKeyId, question.model, question.now],
  )
  return rows
}

export type PersonRow = { readonly id: string; readonly name: string; readonly mail: string }

export async function findLead(db: Db, teamId: string): Promise<(PersonRow & { readonly team: string }) | null> {
  const row = await db.teamMember.findFirst({
    where: { teamId, isLead: true, user: { status: 'active' } },
    select: { user: { select: { id: true, name: true, email: true } }, team: { select: { name: true } } },
    orderBy: { userId: 'asc' },
  })
  return row && { id: row.user.id, name: row.user.name, mail: row.user.email, team: row.team.name }
}

/** The desk that the organisation names, else the first admin. */
export async function findDesk(db: Db): Promise<{ readonly name: string; readonly mail: string | null } | null> {
  const organisation = await db.organisation.findFirst({ select: { contactName: true, contactMail: true } })
  if (organisation && organisation.contactName !== '') {
    return { name: organisation.contactName, mail: organisation.contactMail || null }
  }
  const admin = await db.user.findFirst({
    where: { roles: { has: 'admin' }, status: 'active' },
    select: { name: true, email: true },
    orderBy: { id: 'asc' },
  })
  return admin && { name: admin.name, mail: admin.email }
}

export async function findProfileName(db: Db, id: string): Promise<string | null> {
  return (await db.accessProfile.findUnique({ where: { id }, select: { name: true } }))?.name ?? null
}
