/** Daily cost as running sums, this month beside the one before. Exact: sums of nano-dollars. Pure. */
import type { Point } from '#components/charts/chart-data.ts'
import { formatDay, toDecimal, toNanos } from '#components/ui/format.ts'

export type DailyCost = { readonly startMs: number; readonly costUsd: string }

const dayMs = 86_400_000

/** A point for every day of the month; after `days` ends there is nothing to show, and nothing is made up. */
export function spendSoFar(month: string, days: readonly DailyCost[], lastMonthDays: readonly DailyCost[]): Point[] {
  const startMs = Date.parse(`${month}-01T00:00:00Z`)
  const start = new Date(startMs)
  const length = Math.round((Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) - startMs) / dayMs)
  const [actual, before] = [running(days), running(lastMonthDays)]
  return Array.from({ length }, (_, day) => ({
    label: formatDay(startMs + day * dayMs),
    values: { actual: actual[day] ?? null, before: before[day] ?? null },
  }))
}

function running(days: readonly DailyCost[]): string[] {
  let sum = 0n
  return days.map(({ costUsd }) => {
    sum += toNanos(costUsd)
    return toDecimal(sum)
  })
}
