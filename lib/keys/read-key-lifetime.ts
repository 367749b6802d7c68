import type { Actor } from '#lib/identity/contract.ts'
import { readableKey } from '#lib/keys/get-key.ts'
import type { Context } from '#lib/platform/context.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import { latestEnd } from '#lib/policy/rules/apply-guardrails.ts'

/** The latest moment, epoch ms, to which its profile lets a key be extended; null where it need not end. */
export async function readLatestEnd(context: Context, actor: Actor, id: string): Promise<number | null> {
  const row = await readableKey(context, actor, id)
  return latestEnd(profilePolicy.parse(row.profile.policy), row.createdAt.getTime())
}
