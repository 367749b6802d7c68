/**
 * Gives Redis back what it lost, where that is not restored yet for the epoch that is in force or to come: after everything
 * was lost, after a start that may have forgotten the end, and after a gateway told late what it knew.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { reconcileAllBudgets } from '#lib/jobs/reconcile-budgets.ts'
import { restoredKey } from '#lib/limits/keys.ts'
import { restoreBudgets, restoreForCalls } from '#lib/limits/restore.ts'
import { beginEpoch } from '#lib/limits/begin-epoch.ts'
import { readWatermark } from '#lib/limits/watermark.ts'
import type { Context } from '#lib/platform/context.ts'

/** What workers had in hand when Redis forgot it was in neither place; it is booked by then. */
const inHandMs = 2_000
const lookEveryMs = 100

export async function restoreState(context: Omit<Context, 'config'>): Promise<void> {
  const { redis, sql, log } = context
  const seen = await beginEpoch(redis, sql, {})
  const epoch = seen.epoch ?? seen.recovery!.epoch
  if (seen.restored === epoch) return
  const startedMs = Date.now()
  // While calls wait: what they are judged by, but for budgets, which nobody knows until all gateways have told.
  const forCalls = await restoreForCalls(context)
  for (let inForce = seen.epoch; inForce !== epoch;) {
    await sleep(lookEveryMs)
    const now = await readWatermark(redis, {})
    // Lost again meanwhile: that is for the next run.
    if (now.epoch !== epoch && now.recovery?.epoch !== epoch) return
    inForce = now.epoch
  }
  const budgets = await restoreBudgets(context)
  log.warn({ ...forCalls, budgets, tookMs: Date.now() - startedMs }, 'Redis had lost data: restored from the ledger')
  await sleep(inHandMs)
  await reconcileAllBudgets(context)
  // Last: a worker that dies before leaves the work to the next one. Not where it was lost again, or told late, meanwhile.
  await redis.set(restoredKey, epoch)
}
