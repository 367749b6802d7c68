import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { medianOf, narrowest, usualOf, type Place } from '#lib/alerts/rules/anomaly.ts'
import { forecastSignal, thresholdSignal, type BudgetNow } from '#lib/alerts/rules/budget-signals.ts'
import { keySignals, type KeyFacts } from '#lib/alerts/rules/key-signals.ts'
import { providerSignal } from '#lib/alerts/rules/provider-signal.ts'

const dollar = 1_000_000_000n
const nowMs = Date.UTC(2026, 10, 16, 12)
const dayMs = 86_400_000

function aBudget(differences: Partial<BudgetNow> = {}): BudgetNow {
  return {
    id: 'bud_one',
    subjectType: 'team',
    subjectId: 'team_search',
    teamId: 'team_search',
    ownerUserId: null,
    perMemberOf: null,
    amountNanos: 100n * dollar,
    spentNanos: 0n,
    heldNanos: 0n,
    period: 'month',
    posture: 'hard',
    enforcedAtNanos: 100n * dollar,
    thresholds: [75, 90, 100],
    timeZone: 'Europe/Berlin',
    startMs: Date.UTC(2026, 9, 31, 23),
    resetsAtMs: Date.UTC(2026, 10, 30, 23),
    ...differences,
  }
}

describe('a budget', () => {
  test.each([
    [74_999_999_999n, null, null],
    [75n * dollar, 75, 'notice'],
    [89_999_999_999n, 75, 'notice'],
    [90n * dollar, 90, 'warning'],
    [99_499_999_999n, 90, 'warning'],
    // What is left fits no call.
    [99_500_000_000n, 100, 'critical'],
    [100n * dollar, 100, 'critical'],
    [250n * dollar, 100, 'critical'],
  ] as const)('with %s nanos of $100 spent is at threshold %s', (spentNanos, threshold, level) => {
    const signal = thresholdSignal(aBudget({ spentNanos }))
    expect([signal?.threshold ?? null, signal?.level ?? null]).toEqual([threshold, level])
  })

  test('is critical only where calls stop', () => {
    const soft = aBudget({ spentNanos: 100n * dollar, posture: 'soft', enforcedAtNanos: null })
    expect(thresholdSignal(soft)?.level).toBe('warning')
    const later = { posture: 'alert_then_enforce', enforcedAtNanos: 110n * dollar } as const
    expect(thresholdSignal(aBudget({ ...later, spentNanos: 105n * dollar }))?.level).toBe('warning')
    expect(thresholdSignal(aBudget({ ...later, spentNanos: 110n * dollar }))?.level).toBe('critical')
  })

  test('says nothing without thresholds, and has another occasion in each period', () => {
    expect(thresholdSignal(aBudget({ spentNanos: 100n * dollar, thresholds: [] }))).toBeNull()
    const occasions = [0, 1].map((startMs) => thresholdSignal(aBudget({ spentNanos: 80n * dollar, startMs }))?.occasion)
    expect(new Set(occasions).size).toBe(2)
  })

  test('warns of its end while there is some left, not for a few per cent', () => {
    const reachesDay = 20_775
    const at = (endUsd: bigint, spentNanos = 50n * dollar) =>
      forecastSignal(aBudget({ spentNanos }), { endNanos: endUsd * dollar, reachesDay })
    expect(at(104n)).toBeNull()
    expect(at(105n)?.facts).toMatchObject({ kind: 'budget_forecast', endUsd: '105', reachesOn: '2026-11-18' })
    expect(at(300n, 100n * dollar)).toBeNull()
    expect(forecastSignal(aBudget(), null)).toBeNull()
  })
})

describe('an anomaly', () => {
  test('is a value far beyond its own busy hours', () => {
    const history = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 0 : 10 + (i % 5)))
    const usual = usualOf(history, 24, 5)!
    expect(usual.median).toBeGreaterThanOrEqual(10)
    expect(usual.limit).toBeLessThan(60)
    expect(usual.limit).toBeGreaterThanOrEqual(4 * usual.median)
  })

  test('is not judged from too few busy hours, nor below what is worth a look', () => {
    expect(usualOf([...Array<number>(500).fill(0), ...Array<number>(23).fill(7)], 24, 1)).toBeNull()
    expect(usualOf(Array<number>(24).fill(0.01), 24, 5)?.limit).toBe(5)
  })

  test('is not moved by one earlier outburst, but is by what happened twice', () => {
    const even = Array<number>(50).fill(10)
    expect(usualOf([...even, 5_000], 24, 1)?.limit).toBe(40)
    expect(usualOf([...even, 5_000, 5_000], 24, 1)?.limit).toBe(5_000)
  })

  test('grows with its history: the limit scales with the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 24 }), (history) => {
        const one = usualOf(history, 24, 0)!
        const ten = usualOf(
          history.map((value) => value * 10),
          24,
          0,
        )!
        expect(ten.limit / one.limit).toBeCloseTo(10)
        expect(one.limit).toBeGreaterThan(one.median)
      }),
    )
  })

  test('of a key says all that its workload and team would say', () => {
    const place = (dimension: Place['dimension'], id: string, teamId: string, workloadId: string | null = null) => ({
      dimension,
      id,
      teamId,
      workloadId,
    })
    const found = [
      place('team', 't1', 't1'),
      place('workload', 'w1', 't1'),
      place('key', 'k1', 't1', 'w1'),
      place('workload', 'w2', 't2'),
      place('team', 't2', 't2'),
      place('team', 't3', 't3'),
    ]
    expect(narrowest(found).map(({ id }) => id)).toEqual(['k1', 'w2', 't3'])
  })

  test.each([
    [[], 0],
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 5], 5],
  ])('knows the median of %j', (values, median) => expect(medianOf(values)).toBe(median))
})

describe('a key', () => {
  const at = (days: number) => new Date(nowMs + days * dayMs)
  const aKey = (differences: Partial<KeyFacts>): KeyFacts => ({
    id: 'key_one',
    teamId: 'team_search',
    ownerUserId: 'user_dana',
    createdAt: at(-90),
    expiresAt: null,
    lastUsedAt: at(-1),
    idleSince: at(-1),
    endingDays: [14, 3, 1],
    idleDays: null,
    announcedAt: null,
    ...differences,
  })
  const told = (differences: Partial<KeyFacts>) =>
    keySignals(aKey(differences), nowMs).map(({ facts, level, threshold }) => `${facts.kind} ${threshold} ${level}`)

  test.each([
    [{}, []],
    [{ expiresAt: at(14.1) }, []],
    [{ expiresAt: at(14) }, ['key_ending 14 notice']],
    [{ expiresAt: at(3) }, ['key_ending 3 warning']],
    [{ expiresAt: at(1) }, ['key_ending 1 warning']],
    [{ expiresAt: at(0) }, []],
    [{ expiresAt: at(2), endingDays: [30, 7] }, ['key_ending 7 warning']],
    [{ expiresAt: at(2), endingDays: [] }, []],
    [{ idleSince: at(-29.9) }, []],
    [{ idleSince: at(-30) }, ['key_idle 0 notice']],
    [{ idleSince: at(-40), expiresAt: at(2) }, ['key_ending 3 warning', 'key_idle 0 notice']],
    [{ idleSince: at(-40), idleDays: { warn: 60, expire: 90 } }, []],
    [{ idleSince: at(-60), idleDays: { warn: 60, expire: 62 } }, ['key_idle 0 warning']],
  ])('%j is told as %j', (differences, expected) => expect(told(differences)).toEqual(expected))

  test.each([
    // It rests as long as the profile says.
    [{ idleSince: at(-30) }, 15],
    // The profile came to say so when it had rested for long: it is warned of for as long as any other.
    [{ idleSince: at(-400) }, 15],
    [{ idleSince: at(-400), announcedAt: at(-10) }, 5],
    // What was announced of an earlier rest is none.
    [{ idleSince: at(-31), announcedAt: at(-200) }, 15],
  ])('that nobody uses, %j, ends in %i days', (differences, days) => {
    const [signal] = keySignals(aKey({ ...differences, idleDays: { warn: 30, expire: 45 } }), nowMs)
    expect(signal?.facts).toMatchObject({ endsAt: at(days).toISOString() })
  })
})

describe('a provider', () => {
  test.each([
    [9, 9, null],
    [10, 1, null],
    [10, 2, 'warning'],
    [100, 49, 'warning'],
    [100, 50, 'critical'],
  ] as const)('with %i tries of which %i failed is %s', (tries, failed, level) => {
    expect(providerSignal({ id: 'prov_one', tries, failed, throttled: 0 }, nowMs)?.level ?? null).toBe(level)
  })
})
