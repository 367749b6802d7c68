/** Who says yes on a profile, for pages that offer to ask. */
import type { Context } from '#lib/platform/context.ts'
import { profilePolicy, type ApprovalPolicy } from '#lib/policy/contract.ts'
import { findProfileById } from '#lib/policy/profile-store.ts'

export async function approvalOf(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  profileId: string,
): Promise<{ readonly approval: ApprovalPolicy }> {
  const row = await findProfileById(db, profileId, clock.nowMs())
  return { approval: profilePolicy.parse(row?.policy).approval }
}
