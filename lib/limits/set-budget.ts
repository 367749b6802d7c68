/** Sets, changes and ends the budgets of scopes above keys. Every key in the scope obeys on its next call. */
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import {
  archiveBudgets,
  findBudget,
  findLiveBudgets,
  insertBudget,
  updateBudget,
  type BudgetRow,
} from '#lib/limits/budget-store.ts'
import {
  unknownTimeZone,
  type BudgetView,
  type CreateBudgetInput,
  type LimitedScopeType,
  type PatchBudgetInput,
} from '#lib/limits/budget-contract.ts'
import { bookedOnly } from '#lib/limits/budget-money.ts'
import { viewBudget } from '#lib/limits/list-budgets.ts'
import {
  findBudgets,
  findOrganisationTimeZone,
  findScope,
  isKnownTimeZone,
  type ScopeRow,
} from '#lib/limits/scope-store.ts'
import { subjectOfScope } from '#lib/limits/rules/subject-of-scope.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'

export async function createBudget(context: Context, actor: Actor, input: CreateBudgetInput): Promise<BudgetView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  if (input.timeZone !== undefined && !(await isKnownTimeZone(context.sql, input.timeZone))) {
    throw new AppError('validation_failed', 'The budget cannot be set.', {
      errors: [{ field: 'timeZone', message: unknownTimeZone }],
    })
  }
  return changePolicy(context, actor, async (tx) => {
    const scope = await scopeOf(tx, input.scopeType, input.scopeId)
    const live = await findLiveBudgets(tx, scope.type, scope.id)
    if (input.perMember && scope.type !== 'team') {
      throw new AppError('validation_failed', 'The budget cannot be set.', {
        errors: [{ field: 'perMember', message: 'Only a team has members. Set it on the team.' }],
      })
    }
    if (live.some(({ period, perMember }) => period === input.period && perMember === input.perMember)) {
      throw new AppError('conflict', `${scope.name} has a budget a ${input.period} already. Change that one.`, {
        errors: [{ field: 'period', message: 'There is a budget for this period.' }],
      })
    }
    const { amountUsd, ...rest } = withoutScope(input)
    const { period } = rest
    const timeZone = input.timeZone ?? (await findOrganisationTimeZone(tx))
    const terms = { ...rest, amountNanos: nanosOfUsd(amountUsd), timeZone }
    const { id } = await insertBudget(tx, scope.type, scope.id, terms, nowMs)
    return {
      result: await viewed(tx, actor, id, nowMs),
      subjects: [subjectOfScope(scope.type, scope.id)],
      audit: {
        ...entryFor('budget.create', id, scope.name),
        summary: `set a budget of $${amountUsd} a ${period} on ${input.perMember ? 'each member of ' : ''}${wordOf(scope.type)} ${scope.name}`,
        after: { scope: { type: scope.type, id: scope.id }, amountUsd, ...rest, timeZone },
      },
    }
  })
}

export async function changeBudget(
  context: Context,
  actor: Actor,
  id: string,
  patch: PatchBudgetInput,
): Promise<BudgetView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const { row, scope } = await opened(tx, id)
    const { posture, enforceAtPercent, thresholds } = row
    const current = { amountUsd: usdOfNanos(row.amountNanos), posture, enforceAtPercent, thresholds }
    const given =
      patch.amountUsd === undefined ? patch : { ...patch, amountUsd: usdOfNanos(nanosOfUsd(patch.amountUsd)) }
    const { isEmpty, before, after } = changedFields(current, given)
    if (isEmpty) return { result: await viewed(tx, actor, id, nowMs), subjects: [], audit: null }
    await updateBudget(tx, id, {
      ...(patch.amountUsd === undefined ? {} : { amountNanos: nanosOfUsd(patch.amountUsd) }),
      ...(patch.posture === undefined ? {} : { posture: patch.posture }),
      ...(patch.enforceAtPercent === undefined ? {} : { enforceAtPercent: patch.enforceAtPercent }),
      ...(patch.thresholds === undefined ? {} : { thresholds: patch.thresholds }),
    })
    return {
      result: await viewed(tx, actor, id, nowMs),
      subjects: [subjectOfScope(scope.type, scope.id)],
      audit: {
        ...entryFor('budget.update', id, scope.name),
        summary: `changed ${Object.keys(after).join(', ')} of the budget a ${row.period} of ${wordOf(scope.type)} ${scope.name}`,
        before,
        after,
      },
    }
  })
}

/** Ends a budget: nothing is counted against it from the next call on. Its row stays for the ledger's sake. */
export async function archiveBudget(context: Context, actor: Actor, id: string): Promise<void> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  await changePolicy(context, actor, async (tx) => {
    const { row, scope } = await opened(tx, id)
    await archiveBudgets(tx, [id], nowMs)
    return {
      result: null,
      subjects: [subjectOfScope(scope.type, scope.id)],
      audit: {
        ...entryFor('budget.archive', id, scope.name),
        summary: `ended the budget a ${row.period} of ${wordOf(scope.type)} ${scope.name}`,
        before: { amountUsd: usdOfNanos(row.amountNanos), period: row.period, posture: row.posture },
      },
    }
  })
}

function withoutScope({ scopeType: _type, scopeId: _id, ...terms }: CreateBudgetInput) {
  return terms
}

function mustWrite(actor: Actor): void {
  if (!may(actor, 'budget.write')) throw forbidden('Only administrators set budgets.')
}

async function scopeOf(tx: Tx, type: LimitedScopeType, id: string | undefined): Promise<ScopeRow<LimitedScopeType>> {
  const scope = id === undefined && type !== 'organisation' ? null : await findScope(tx, type, id ?? '')
  if (scope && (type !== 'organisation' || id === undefined || id === scope.id)) return scope
  const message = id === undefined ? 'Name what the budget is for.' : `There is no ${wordOf(type)} with this id.`
  throw new AppError('validation_failed', 'The budget cannot be set.', { errors: [{ field: 'scopeId', message }] })
}

async function opened(tx: Tx, id: string): Promise<{ row: BudgetRow; scope: ScopeRow<LimitedScopeType> }> {
  await tx.$executeRaw`SELECT 1 FROM budget WHERE id = ${id} FOR UPDATE`
  const row = await findBudget(tx, id)
  if (!row || row.archivedAt !== null) throw notFound('budget')
  if (row.scopeType === 'key')
    throw new AppError('conflict', `This is the budget of a key. Change it with the key ${row.scopeId}.`)
  const scope = await findScope(tx, row.scopeType as LimitedScopeType, row.scopeId)
  if (!scope) throw notFound('budget')
  return { row, scope }
}

/** As booked: no network call inside a transaction. Reading it again says what is held. */
async function viewed(tx: Tx, actor: Actor, id: string, nowMs: number): Promise<BudgetView> {
  const [row] = await findBudgets(tx, actor, { id, downward: false, limit: 1, nowMs })
  if (!row) throw notFound('budget')
  return viewBudget(row, bookedOnly(row), nowMs)
}

function wordOf(type: LimitedScopeType): string {
  return type.replace('_', ' ')
}

function entryFor(action: string, targetId: string, targetName: string) {
  return { action, targetType: 'budget', targetId, targetName }
}
