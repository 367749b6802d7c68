/**
 * Makes the alerts of some kinds what was just found: raises what is new, brings what is known up to date, closes what is
 * gone. Any number of workers may do so at once: the table's unique key lets each alert be raised once.
 */
import type { AlertKind } from '#lib/alerts/contract.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import { closeOthers, upsertAlerts } from '#lib/alerts/store.ts'
import type { Context } from '#lib/platform/context.ts'

export type Raised = { readonly raised: number; readonly open: number; readonly closed: number }

export type Watch = {
  /** The kinds that `find` finds, all of them: an alert of these kinds that it does not find is over. */
  readonly kinds: readonly AlertKind[]
  readonly find: (context: Context) => Promise<readonly Signal[]>
}

/** A watch that cannot be read leaves its alerts as they are; the others go on. The first failure is thrown at the end. */
export async function raiseAlerts(context: Context, watches: readonly Watch[]): Promise<Raised> {
  const failures: unknown[] = []
  let total: Raised = { raised: 0, open: 0, closed: 0 }
  for (const { kinds, find } of watches) {
    try {
      const signals = await find(context)
      const now = new Date(context.clock.nowMs())
      const { ids, raised } = await upsertAlerts(context.sql, signals, now)
      const closed = await closeOthers(context.sql, kinds, ids, now)
      total = { raised: total.raised + raised, open: total.open + ids.length, closed: total.closed + closed }
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return total
}
