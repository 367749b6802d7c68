import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { readMemberMoney, type MemberMoney } from '#lib/limits/budget-money.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import type { Context } from '#lib/platform/context.ts'

/**
 * What each person spent of a budget for each member, the most first; of those whose keys the actor sees, which for a
 * member of the team is the actor alone.
 */
export async function readBudgetMembers(
  context: Context,
  actor: Actor,
  { id, scope, period, timeZone, perMember }: BudgetView,
): Promise<readonly MemberMoney[]> {
  if (!perMember) return []
  const members = await readMemberMoney(context, { id, scopeId: scope.id, period, timeZone }, context.clock.nowMs())
  return members.filter(
    ({ userId }) => may(actor, 'budget.write') || may(actor, 'usage.read', { teamId: scope.id, ownerUserId: userId }),
  )
}
