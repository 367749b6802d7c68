/** The groups that the identity provider named at somebody's latest sign-in: where their team, profile and roles come from. */
import type { Actor } from '#lib/identity/contract.ts'
import { findLatestSession } from '#lib/identity/people/session-store.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import type { Context } from '#lib/platform/context.ts'
import { forbidden } from '#lib/platform/errors.ts'

export type LastGroups = { readonly provider: string; readonly groups: readonly string[]; readonly atMs: number }

/** Null where no session of this person is kept any more. */
export async function readLastGroups({ db }: Context, actor: Actor, userId: string): Promise<LastGroups | null> {
  if (!may(actor, 'profile_mapping.read')) throw forbidden('Only admins and auditors see what groups give.')
  const session = await findLatestSession(db, userId)
  return session && { provider: session.provider, groups: session.groups, atMs: session.createdAt.getTime() }
}
