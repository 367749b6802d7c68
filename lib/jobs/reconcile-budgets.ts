/** Do Redis' budgets and the ledger agree? Where they do not, Redis follows; how far they were apart is told and kept. */
import { budgetsInForce } from '#lib/limits/budgets-in-force.ts'
import { reconciledKey } from '#lib/limits/keys.ts'
import { reconcileBudgets, type BudgetDrift } from '#lib/limits/reconcile.ts'
import type { Context } from '#lib/platform/context.ts'

export async function reconcileAllBudgets(
  context: Pick<Context, 'db' | 'sql' | 'redis' | 'clock' | 'log'>,
): Promise<{ compared: number; drift: BudgetDrift[] }> {
  const { redis, clock, log } = context
  const drift: BudgetDrift[] = []
  let compared = 0
  for await (const budgets of budgetsInForce(context, clock.nowMs())) {
    const found = await reconcileBudgets(context, budgets, clock.nowMs())
    compared += found.compared
    drift.push(...found.drift)
  }
  for (const { budgetId, driftNanos, repaired } of drift) {
    log.warn({ budgetId, driftNanos: driftNanos.toString(), repaired }, 'a budget in Redis differed from the ledger')
  }
  const size = drift.reduce((sum, { driftNanos }) => sum + (driftNanos < 0n ? -driftNanos : driftNanos), 0n)
  await redis
    .multi()
    .hset(reconciledKey, { atMs: clock.nowMs(), compared, drifted: drift.length, driftNanos: size.toString() })
    .hincrby(reconciledKey, 'repaired', drift.filter(({ repaired }) => repaired).length)
    .exec()
  return { compared, drift }
}
