/** A grant of a value that another grant has raised already: the new one takes the old one's place. */
import type { Tx } from '#lib/platform/db.ts'
import { AppError } from '#lib/platform/errors.ts'
import { effects as effectList, isSameField, onTopOf, type Effect } from '#lib/requests/rules/effects.ts'
import { lockRunningGrants, updateRequest } from '#lib/requests/store.ts'

/**
 * Takes over what running grants would have put back, and ends those of which nothing is left. What is lent stays lent
 * until its day: two would have to be put back at once, or money would be made from nothing.
 */
export async function takePlaceOf(
  tx: Tx,
  scopeIds: readonly string[],
  fresh: readonly Effect[],
  nowMs: number,
): Promise<Effect[]> {
  let settled = [...fresh]
  for (const grant of await lockRunningGrants(tx, scopeIds)) {
    const running = effectList.parse(grant.effects)
    const overlaps = running.filter((old) => settled.some((each) => isSameField(each, old)))
    if (overlaps.length === 0) continue
    if (grant.what === 'lend')
      throw new AppError('conflict', `Part of this budget is lent (${grant.id}). Wait until that ends.`)
    settled = settled.map((each) => {
      const old = overlaps.find((one) => isSameField(each, one))
      return old ? onTopOf(each, old) : each
    })
    const left = running.filter((old) => !overlaps.includes(old))
    await updateRequest(tx, grant.id, {
      effects: left,
      ...(left.length === 0 ? { status: 'ended', endedAt: new Date(nowMs) } : {}),
    })
  }
  return settled
}

/** Budgets that are raised or lent until a day are not lent on: what is put back has to be what was taken. */
export async function refuseIfRunning(
  tx: Tx,
  budgetIds: readonly string[],
  scopeIds: readonly string[],
): Promise<void> {
  for (const { id, effects } of await lockRunningGrants(tx, scopeIds)) {
    const touched = effectList
      .parse(effects)
      .some((each) => each.field === 'budget' && budgetIds.includes(each.budgetId))
    if (touched)
      throw new AppError(
        'conflict',
        `One of these budgets is raised or lent until a day already (${id}). Wait until that ends.`,
      )
  }
}
