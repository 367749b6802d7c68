/**
 * Moves money from a budget to its sibling, for good: one goes down by what the other goes up, so what is above them stays
 * as it was. Whoever leads the team that both are in may, and administrators everywhere.
 */
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { bookedOnly, readBudgetMoney } from '#lib/limits/budget-money.ts'
import type { MovedBudgets, MoveBudgetInput } from '#lib/limits/budget-contract.ts'
import { updateBudget } from '#lib/limits/budget-store.ts'
import { viewBudget } from '#lib/limits/list-budgets.ts'
import { notSiblings } from '#lib/limits/rules/budget-parent.ts'
import { subjectOfScope } from '#lib/limits/rules/subject-of-scope.ts'
import { findBudgets, type BudgetListRow } from '#lib/limits/scope-store.ts'
import type { LimitedScopeType } from '#lib/limits/budget-contract.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Db, Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound, type FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import { lockBudgets } from '#lib/requests/store.ts'
import { refuseIfRunning } from '#lib/requests/take-place.ts'

const mostNanos = 9_000_000n * 1_000_000_000n

/**
 * Refuses to leave less than is spent and held. That is read before the change begins, so a call that is admitted in
 * between can still be held beyond what is left, as with every amount that is lowered: the next one is refused.
 */
export async function moveBudget(
  context: Context,
  actor: Actor,
  fromId: string,
  { toBudgetId, amountUsd, reason }: MoveBudgetInput,
): Promise<MovedBudgets> {
  const nowMs = context.clock.nowMs()
  const before = await seenBudget(context.db, actor, fromId, nowMs)
  if (!before) throw notFound('budget')
  const { spentNanos, heldNanos } = (await readBudgetMoney(context, [before], nowMs)).get(fromId) ?? bookedOnly(before)
  const amount = nanosOfUsd(amountUsd)

  return changePolicy(context, actor, async (tx) => {
    await lockBudgets(tx, [fromId, toBudgetId])
    const from = await seenBudget(tx, actor, fromId, nowMs)
    if (!from) throw notFound('budget')
    const to = await seenBudget(tx, actor, toBudgetId, nowMs)
    if (!to) throw invalid({ field: 'toBudgetId', message: 'There is no budget with this id.' })
    mustMove(actor, from)
    const problem = notSiblings(viewOf(from), viewOf(to))
    if (problem) throw invalid({ field: 'toBudgetId', message: problem })
    const left = from.amountNanos - amount
    const more = to.amountNanos + amount
    if (left <= 0n || left < spentNanos + heldNanos) throw invalid(tooMuch(from, spentNanos + heldNanos))
    if (more > mostNanos) {
      throw invalid({ field: 'amountUsd', message: `${to.scopeName} would have more than $9,000,000 a period.` })
    }
    await refuseIfRunning(tx, [from.id, to.id], [from.scopeId, to.scopeId])
    await updateBudget(tx, from.id, { amountNanos: left })
    await updateBudget(tx, to.id, { amountNanos: more })
    const summary = `moved $${usdOfNanos(amount)} a ${from.period} from the budget of ${from.scopeName} to that of ${to.scopeName}: ${reason}`
    const entry = (row: BudgetListRow, after: bigint) => ({
      action: 'budget.move',
      targetType: 'budget',
      targetId: row.id,
      targetName: row.scopeName,
      summary,
      before: { amountUsd: usdOfNanos(row.amountNanos) },
      after: { amountUsd: usdOfNanos(after), fromBudgetId: from.id, toBudgetId: to.id, reason },
    })
    return {
      result: { from: viewOf({ ...from, amountNanos: left }), to: viewOf({ ...to, amountNanos: more }) },
      subjects: [from, to].map(({ scopeType, scopeId }) => subjectOfScope(scopeType as LimitedScopeType, scopeId)),
      audit: [entry(from, left), entry(to, more)],
    }
  })

  /** As booked: no network call inside a transaction. */
  function viewOf(row: BudgetListRow) {
    return viewBudget(row, bookedOnly(row), nowMs)
  }
}

async function seenBudget(db: Db | Tx, actor: Actor, id: string, nowMs: number): Promise<BudgetListRow | null> {
  const [row] = await findBudgets(db, actor, { id, downward: false, limit: 1, nowMs })
  return row ?? null
}

/** A lead moves what is in the team, not the team's own. */
function mustMove(actor: Actor, { scopeType, teamId }: BudgetListRow): void {
  const target = scopeType === 'team' ? {} : { teamId }
  if (!may(actor, 'budget.move', target)) {
    throw forbidden('Whoever leads a team moves money within it; between teams administrators do.')
  }
}

function tooMuch({ scopeName, amountNanos }: BudgetListRow, inUse: bigint): FieldError {
  return { field: 'amountUsd', message: `${scopeName} ${mostWords(amountNanos, inUse)}` }
}

function mostWords(amountNanos: bigint, inUse: bigint): string {
  const whole = usdOfNanos(amountNanos)
  if (inUse === 0n) return `can give less than $${whole}, which is all it has.`
  const used = usdOfNanos(inUse)
  if (inUse >= amountNanos) return `has nothing to give: $${used} of $${whole} is spent or held.`
  return `can give at most $${usdOfNanos(amountNanos - inUse)}: $${used} of $${whole} is spent or held.`
}

function invalid(...errors: FieldError[]): AppError {
  return new AppError('validation_failed', 'No money was moved.', { errors })
}
