import type { Actor } from '#lib/identity/contract.ts'
import { readableKey } from '#lib/keys/get-key.ts'
import type { Context } from '#lib/platform/context.ts'
import { profilePolicy } from '#lib/policy/contract.ts'

/** The most days from now on that a key's profile lets it live; null for no end. */
export async function readMaximumDays(context: Context, actor: Actor, id: string): Promise<number | null> {
  const row = await readableKey(context, actor, id)
  return profilePolicy.parse(row.profile.policy).lifetimeDays.maximum
}
