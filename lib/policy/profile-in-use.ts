import type { Actor } from '#lib/identity/contract.ts'
import type { Db } from '#lib/platform/db.ts'
import { profilePolicy, type ProfilePolicy } from '#lib/policy/contract.ts'
import { findDefaultProfileId, findPolicy } from '#lib/policy/profile-store.ts'

/** The profile whose guardrails apply to this actor: their own, else the default. Null where there is neither. */
export async function profileInUse(
  db: Db,
  actor: Actor,
): Promise<{ readonly id: string; readonly name: string; readonly policy: ProfilePolicy } | null> {
  const id = actor.profileId ?? (await findDefaultProfileId(db))
  const row = id === null ? null : await findPolicy(db, id)
  return row && { id: row.id, name: row.name, policy: profilePolicy.parse(row.policy) }
}
