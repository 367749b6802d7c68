import { readForecasts } from '#lib/alerts/read-forecasts.ts'
import { dayText, type Forecast } from '#lib/alerts/rules/forecast.ts'
import type { MemberMoney } from '#lib/limits/budget-money.ts'
import type { BudgetView } from '#lib/limits/budget-contract.ts'
import type { Context } from '#lib/platform/context.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'

export type BudgetForecast = {
  readonly endUsd: string
  /** `2026-11-28`, in the budget's own time zone; null where it lasts. */
  readonly reachesOn: string | null
}

/** Where budgets that somebody sees are expected to end, by id; without those that nothing can be said of. */
export async function forecastBudgets(
  context: Context,
  budgets: readonly BudgetView[],
): Promise<ReadonlyMap<string, BudgetForecast>> {
  const rows = budgets
    .filter(({ perMember }) => !perMember)
    .map(({ id, scope, period, timeZone, amountUsd, spentUsd }) => ({
      id,
      scopeType: scope.type,
      scopeId: scope.id,
      period,
      timeZone,
      amountNanos: nanosOfUsd(amountUsd),
      spentNanos: nanosOfUsd(spentUsd),
    }))
  return told(await readForecasts(context, rows, context.clock.nowMs()))
}

/** The same for the people of a budget for each member, by the person's id. */
export async function forecastMembers(
  context: Context,
  { scope, period, timeZone, amountUsd }: BudgetView,
  members: readonly MemberMoney[],
): Promise<ReadonlyMap<string, BudgetForecast>> {
  const rows = members.map(({ userId, spentNanos }) => ({
    id: userId,
    scopeType: 'user' as const,
    scopeId: userId,
    inTeamId: scope.id,
    period,
    timeZone,
    amountNanos: nanosOfUsd(amountUsd),
    spentNanos,
  }))
  return told(await readForecasts(context, rows, context.clock.nowMs()))
}

function told(forecasts: ReadonlyMap<string, Forecast>): ReadonlyMap<string, BudgetForecast> {
  return new Map(
    [...forecasts].map(([id, { endNanos, reachesDay }]) => [
      id,
      { endUsd: usdOfNanos(endNanos), reachesOn: reachesDay === null ? null : dayText(reachesDay) },
    ]),
  )
}
