/**
 * RESTORE: gives a Redis that lost its data what calls are judged by: versions, budget periods, windows of the hour and
 * the day. Gateways need not wait for it: a version that is missing sends them to PostgreSQL, a budget period that is
 * missing is seeded. It may run twice, and while calls are admitted and settled. What was not booked, and what running calls
 * hold, the gateways tell (lib/gateway/lookout.ts).
 *
 * Not restored: buckets (a minute at most).
 */
import { budgetsInForce } from '#lib/limits/budgets-in-force.ts'
import { restoreWindows } from '#lib/limits/restore-windows.ts'
import { createSeeder, readStream, spentOnTheWay } from '#lib/limits/seed.ts'
import { spentByScope, spentInLedger } from '#lib/limits/spent-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'
import { pageOfVersions, writeVersions } from '#lib/policy/versions.ts'

type Ports = Pick<Context, 'db' | 'sql' | 'redis' | 'clock'>

const atOnce = 1_000
const seedsAtOnce = 8

/** What calls are judged by, but for budgets. */
export async function restoreForCalls(ports: Ports): Promise<{ versions: number; windows: number }> {
  return { versions: await restoreVersions(ports), windows: await restoreWindows(ports) }
}

async function restoreVersions({ db, redis }: Ports): Promise<number> {
  let count = 0
  for (let after = ''; ;) {
    const versions = await pageOfVersions(db, after, atOnce)
    await writeVersions(redis, versions)
    count += versions.length
    if (versions.length < atOnce) return count
    after = versions.at(-1)!.subject
  }
}

/**
 * Budgets of which something is spent, when all gateways have told what they know; returns how many. The others are seeded
 * by the first call that needs them, at once.
 */
export async function restoreBudgets({ db, sql, redis, clock }: Ports): Promise<number> {
  const seed = createSeeder(redis, (scope, window, except) => spentInLedger(sql, scope, window, except))
  const travelling = await readStream(redis, '+')
  let count = 0
  for await (const budgets of budgetsInForce({ db, sql }, clock.nowMs())) {
    const periods = budgets.map((rule) => ({ rule, window: budgetWindow(rule.period, rule.timeZone, clock.nowMs()) }))
    const groups = new Map<string, typeof periods>()
    for (const period of periods) {
      const { type, teamId = '' } = period.rule.scope
      const name = `${type} ${teamId} ${period.window.startMs} ${period.window.endMs}`
      groups.set(name, [...(groups.get(name) ?? []), period])
    }
    for (const group of groups.values()) {
      const { rule, window } = group[0]!
      const ids = group.map((period) => period.rule.scope.id)
      const booked = await spentByScope(sql, rule.scope, ids, window)
      const used = group.filter(
        (one) => booked.has(one.rule.scope.id) || spentOnTheWay(travelling, one.rule.scope, one.window) > 0n,
      )
      for (let i = 0; i < used.length; i += seedsAtOnce) {
        await Promise.all(used.slice(i, i + seedsAtOnce).map((one) => seed(one.rule, one.window)))
      }
      count += used.length
    }
  }
  return count
}
