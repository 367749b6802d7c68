import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOfText, dayText, forecastPeriod, type ForecastFacts } from '#lib/alerts/rules/forecast.ts'

const dollar = 1_000_000_000n
const today = dayOfText('2026-11-16') // a Monday
const nowMs = Date.UTC(2026, 10, 16)

/** Spend of the last 28 days, by the weekday (0 for Monday). */
function history(spendOf: (weekday: number, daysAgo: number) => bigint): Map<number, bigint> {
  const days = Array.from({ length: 28 }, (_, i) => i + 1)
  return new Map(
    days.map((ago) => [today - ago, spendOf((((today - ago - dayOfText('2026-11-16')) % 7) + 7) % 7, ago)]),
  )
}

/** At the begin of Monday the 16th, a month with $10 every day. */
function month(differences: Partial<ForecastFacts> = {}): ForecastFacts {
  return {
    nowMs,
    today,
    todayLeft: 1,
    lastDay: dayOfText('2026-11-30'),
    spentNanos: 150n * dollar,
    amountNanos: 200n * dollar,
    history: history(() => 10n * dollar),
    ...differences,
  }
}

describe('a forecast', () => {
  test('goes on day by day, and names the day on which the amount is used up', () => {
    const forecast = forecastPeriod(month())
    expect(forecast?.endNanos).toBe(300n * dollar)
    // $150 and five days of $10 make $200.
    expect(dayText(forecast!.reachesDay!)).toBe('2026-11-20')
  })

  test('expects of each weekday what that weekday is like', () => {
    const weekdaysOnly = history((weekday) => (weekday < 5 ? 10n * dollar : 0n))
    // Eleven of the fifteen days from Monday the 16th are working days.
    expect(forecastPeriod(month({ history: weekdaysOnly }))?.endNanos).toBe(260n * dollar)
    expect(dayText(forecastPeriod(month({ history: weekdaysOnly, amountNanos: 205n * dollar }))!.reachesDay!)).toBe(
      '2026-11-23',
    )
  })

  test('follows the last week where people do twice as much as before', () => {
    const doubled = history((_, ago) => (ago <= 7 ? 20n * dollar : 10n * dollar))
    expect(forecastPeriod(month({ history: doubled }))?.endNanos).toBe(450n * dollar)
  })

  test('counts of today only what is left of it', () => {
    expect(forecastPeriod(month({ todayLeft: 0.5 }))?.endNanos).toBe(295n * dollar)
  })

  test.each([
    ['no history', new Map<number, bigint>()],
    ['a week of history', new Map([...history(() => dollar)].filter(([day]) => day >= today - 7))],
    ['four busy days', history((_, ago) => (ago > 24 ? dollar : 0n))],
  ])('is not made from %s', (_, days) => {
    expect(forecastPeriod(month({ history: days }))).toBeNull()
  })

  const anyHistory = fc
    .array(fc.bigInt({ min: 0n, max: 9_000_000n * dollar }), { minLength: 28, maxLength: 28 })
    .map((amounts) => new Map(amounts.map((nanos, i) => [today - 1 - i, nanos])))
  const anyFacts = fc.record({
    history: anyHistory,
    spentNanos: fc.bigInt({ min: 0n, max: 9_000_000n * dollar }),
    amountNanos: fc.bigInt({ min: 1n, max: 9_000_000n * dollar }),
    todayLeft: fc.double({ min: 0, max: 1, noNaN: true }),
    lastDay: fc.integer({ min: today, max: today + 92 }),
  })

  test('never expects less than is spent, and reaches the amount within the period or not at all', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const forecast = forecastPeriod(month(facts))
        if (!forecast) return
        const { endNanos, reachesDay } = forecast
        // A double holds a dollar amount of this size to some microdollars.
        expect(endNanos + 10_000n >= facts.spentNanos).toBe(true)
        const lasts = reachesDay === null && endNanos <= facts.amountNanos + 10_000n
        expect(lasts || (reachesDay !== null && reachesDay >= today && reachesDay <= facts.lastDay)).toBe(true)
      }),
    )
  })

  test('never ends later with less to spend', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const whole = forecastPeriod(month(facts))
        const half = forecastPeriod(month({ ...facts, amountNanos: facts.amountNanos / 2n + 1n }))
        if (whole?.reachesDay == null || !half) return
        expect(half.reachesDay).not.toBeNull()
        expect(half.reachesDay!).toBeLessThanOrEqual(whole.reachesDay)
      }),
    )
  })
})
