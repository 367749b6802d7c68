/** The paved path: someone's first personal key makes itself, so that the first call needs no form. */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { countPersonalKeysEver, lockKeysOf } from '#lib/keys/change-store.ts'
import type { MintedKey } from '#lib/keys/contract.ts'
import { mintKeyIn } from '#lib/keys/mint-key.ts'
import { findDefaultProfile, findPerson, findProfile } from '#lib/keys/place-store.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import { profilePolicy } from '#lib/policy/contract.ts'

/**
 * Mints it and tells its text, once: null for everyone who has, or ever had, a personal key, whose profile does not issue
 * one, or who may not have one. Two pages opened at once make one key.
 */
export async function issueFirstKey(context: Context, actor: Actor): Promise<MintedKey | null> {
  if (actor.kind !== 'user') return null
  if ((await context.db.virtualKey.count({ where: { ownerUserId: actor.id }, take: 1 })) > 0) return null
  try {
    return await changePolicy<MintedKey | null>(context, actor, async (tx) => {
      const none = { result: null, subjects: [], audit: null }
      await lockKeysOf(tx, actor.id)
      const name = await nameOfFirstKey(tx, actor)
      if (name === null || (await countPersonalKeysEver(tx, actor.id)) > 0) return none
      return mintKeyIn(tx, context, actor, { name, kind: 'personal' })
    })
  } catch (error) {
    // Not allowed after all (no team, no room under the profile): then the page offers the form, which says why.
    if (error instanceof AppError && error.status < 500) return null
    throw error
  }
}

async function nameOfFirstKey(tx: Tx, actor: Actor): Promise<string | null> {
  const person = await findPerson(tx, actor.id)
  if (!person || person.status !== 'active') return null
  const teamId = person.primaryTeamId ?? person.teamIds[0] ?? null
  if (!may(actor, 'key.create', { teamId, ownerUserId: person.id })) return null
  const profile = person.profileId === null ? await findDefaultProfile(tx) : await findProfile(tx, person.profileId)
  if (!profile || !profilePolicy.parse(profile.policy).issuesFirstKey) return null
  const [account = 'my'] = person.email.split('@')
  return `${account.slice(0, 60) || 'my'}-default`
}
