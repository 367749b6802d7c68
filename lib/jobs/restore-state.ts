/** Gives Redis back what it lost, where the mark of an earlier restoration is gone with everything else. */
import { setTimeout as sleep } from 'node:timers/promises'
import { reconcileAllBudgets } from '#lib/jobs/reconcile-budgets.ts'
import { epochKey } from '#lib/limits/keys.ts'
import { restore } from '#lib/limits/restore.ts'
import type { Context } from '#lib/platform/context.ts'
import { newId } from '#lib/platform/ids.ts'

/** What workers had in hand when Redis forgot it was in neither place; it is booked by then. */
const inHandMs = 2_000

export async function restoreState(context: Omit<Context, 'config'>): Promise<void> {
  const { redis, log } = context
  if ((await redis.exists(epochKey)) === 1) return
  const startedMs = Date.now()
  const restored = await restore(context)
  log.warn({ ...restored, tookMs: Date.now() - startedMs }, 'Redis was empty: restored from the ledger')
  await sleep(inHandMs)
  await reconcileAllBudgets(context)
  // Last: a worker that dies before leaves the work to the next one.
  await redis.set(epochKey, newId('req'), 'NX')
}
