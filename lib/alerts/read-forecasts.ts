/** Where the periods of budgets are expected to end. */
import { spendByDay } from '#lib/alerts/facts-store.ts'
import { dayOfText, forecastPeriod, type Forecast } from '#lib/alerts/rules/forecast.ts'
import { groupBy } from '#lib/alerts/rules/group-by.ts'
import type { BudgetListRow } from '#lib/limits/scope-store.ts'
import { budgetWindow } from '#lib/limits/windows.ts'
import type { Context } from '#lib/platform/context.ts'

const historyDays = 29

export type ForecastRow = Pick<
  BudgetListRow,
  'id' | 'scopeType' | 'scopeId' | 'period' | 'timeZone' | 'amountNanos' | 'spentNanos'
> & {
  /** Of a person: only what they do in this team. */
  readonly inTeamId?: string
}

/**
 * By the budget's id; without those that nothing can be said of: a day is too short for weekdays to matter, a total never
 * ends, and a fortnight of history is the least. One query for each type of scope, team and time zone among them.
 */
export async function readForecasts(
  { sql }: Pick<Context, 'sql'>,
  rows: readonly ForecastRow[],
  nowMs: number,
): Promise<ReadonlyMap<string, Forecast>> {
  const forecasts = new Map<string, Forecast>()
  const asked = rows.filter(({ period }) => period !== 'day' && period !== 'total')
  for (const group of groupBy(asked, placeOf).values()) {
    const { scopeType, inTeamId, timeZone } = group[0]!
    const days = await spendByDay(sql, {
      type: scopeType,
      teamId: inTeamId,
      ids: [...new Set(group.map(({ scopeId }) => scopeId))],
      timeZone,
      days: historyDays,
      nowMs,
    })
    const byScope = groupBy(days, ({ id }) => id)
    for (const row of group) {
      const history = new Map((byScope.get(row.scopeId) ?? []).map(({ day, nanos }) => [dayOfText(day), nanos]))
      const forecast = forecastPeriod({ ...daysOf(row, nowMs), ...row, nowMs, history })
      if (forecast) forecasts.set(row.id, forecast)
    }
  }
  return forecasts
}

function placeOf({ scopeType, inTeamId = '', timeZone }: ForecastRow): string {
  return `${scopeType} ${inTeamId} ${timeZone}`
}

function daysOf({ period, timeZone }: ForecastRow, nowMs: number) {
  const { endMs } = budgetWindow(period, timeZone, nowMs)
  const day = budgetWindow('day', timeZone, nowMs)
  return {
    today: localDay(nowMs, timeZone),
    todayLeft: (day.endMs - nowMs) / (day.endMs - day.startMs),
    lastDay: localDay(endMs - 1, timeZone),
  }
}

function localDay(atMs: number, timeZone: string): number {
  // Sweden writes dates as ISO 8601 does.
  return dayOfText(new Intl.DateTimeFormat('sv-SE', { timeZone }).format(atMs))
}
