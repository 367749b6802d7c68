/**
 * Where a budget's period ends if people go on as they do. Each weekday is expected to be like the same weekday of the
 * last four weeks, and all of them together as lively as the last seven days were beside those weeks. Pure.
 */

const dayMs = 86_400_000
/** Whole days of history, and days among them with any spend, below which there is nothing to go by. */
const fewestDays = 14
const fewestBusyDays = 5
/** One wild or dead week says only so much about the next ones. */
const levelBounds = { least: 0.25, most: 4 } as const

export type ForecastFacts = {
  readonly nowMs: number
  /** The local day that `nowMs` is in, as days since the epoch, and how much of it is left, 0 to 1. */
  readonly today: number
  readonly todayLeft: number
  /** The last local day of the period. */
  readonly lastDay: number
  readonly spentNanos: bigint
  readonly amountNanos: bigint
  /** Spend by whole local day before today, days without any left out. */
  readonly history: ReadonlyMap<number, bigint>
}

export type Forecast = {
  /** Expected at the end of the period. */
  readonly endNanos: bigint
  /** The local day, as days since the epoch, on which the amount is used up; null where it lasts. */
  readonly reachesDay: number | null
}

/** Null where the history is too short to say anything. */
export function forecastPeriod(facts: ForecastFacts): Forecast | null {
  const { today, todayLeft, lastDay, amountNanos, history } = facts
  const expected = weekdays(history, today)
  if (!expected) return null
  let total = Number(facts.spentNanos)
  const amount = Number(amountNanos)
  let reachesDay = total >= amount ? today : null
  for (let day = today; day <= lastDay; day++) {
    total += expected[weekdayOf(day)]! * (day === today ? todayLeft : 1)
    if (reachesDay === null && total >= amount) reachesDay = day
  }
  return { endNanos: BigInt(Math.round(total)), reachesDay }
}

/** `2026-11-28` of days since the epoch. */
export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

export function dayOfText(text: string): number {
  return Math.round(Date.parse(`${text}T00:00:00Z`) / dayMs)
}

function weekdays(history: ReadonlyMap<number, bigint>, today: number): readonly number[] | null {
  const days = [...history.keys()].filter((day) => day < today && day >= today - 28)
  const busy = days.filter((day) => history.get(day)! > 0n)
  const first = Math.min(...days)
  if (busy.length < fewestBusyDays || today - first < fewestDays) return null
  const sums = Array.from({ length: 7 }, () => ({ nanos: 0, days: 0 }))
  let lastWeek = 0
  for (let day = first; day < today; day++) {
    const nanos = Number(history.get(day) ?? 0n)
    const sum = sums[weekdayOf(day)]!
    sum.nanos += nanos
    sum.days += 1
    if (day >= today - 7) lastWeek += nanos
  }
  const usual = sums.map(({ nanos, days: count }) => nanos / count)
  const week = usual.reduce((sum, nanos) => sum + nanos, 0)
  const level = week === 0 ? 0 : Math.min(levelBounds.most, Math.max(levelBounds.least, lastWeek / week))
  return usual.map((nanos) => nanos * level)
}

/** Any seven numbers do: what matters is that the same weekday has the same one. */
function weekdayOf(day: number): number {
  return ((day % 7) + 7) % 7
}
