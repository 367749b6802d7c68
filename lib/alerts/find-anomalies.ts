/** Keys, workloads and teams whose last hour or day is unlike their own history. */
import { placesOf, readLivelyUse, type PlaceRow, type Use } from '#lib/alerts/facts-store.ts'
import type { AlertFacts } from '#lib/alerts/contract.ts'
import { narrowest, usualOf, type Place } from '#lib/alerts/rules/anomaly.ts'
import { groupBy } from '#lib/alerts/rules/group-by.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import type { Context } from '#lib/platform/context.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What is judged: by which sums, from how many busy ones, and from which size on it is worth anybody's time. */
const windows = {
  hour: { table: 'usage_hourly', lengthMs: hourMs, fewest: 24, leastNanos: 5e9, leastCalls: 200 },
  day: { table: 'usage_daily', lengthMs: dayMs, fewest: 10, leastNanos: 20e9, leastCalls: 1_000 },
} as const
const historyMs = 28 * dayMs

type Measure = 'spend' | 'calls'
type Found = PlaceRow & { readonly facts: Extract<AlertFacts, { kind: 'anomaly' }> }

export async function findAnomalies({ sql, clock }: Context): Promise<Signal[]> {
  const nowMs = clock.nowMs()
  const found: Found[] = []
  for (const window of ['hour', 'day'] as const) {
    const { table, lengthMs, leastNanos, leastCalls } = windows[window]
    const currentMs = nowMs - (nowMs % lengthMs)
    // The hour before is still news; the day before is not.
    const recentMs = window === 'hour' ? currentMs - hourMs : currentMs
    for (const dimension of ['key', 'workload', 'team'] as const) {
      const use = await readLivelyUse(sql, {
        table,
        dimension,
        fromMs: recentMs - historyMs,
        recentMs,
        leastNanos,
        leastCalls,
      })
      found.push(...(await judged(sql, { window, dimension, recentMs }, use)))
    }
  }
  return (['spend', 'calls'] as const).flatMap((measure) =>
    (['hour', 'day'] as const).flatMap((window) =>
      narrowest(found.filter(({ facts }) => facts.measure === measure && facts.window === window)).map(signalOf),
    ),
  )
}

type Question = {
  readonly window: keyof typeof windows
  readonly dimension: Place['dimension']
  readonly recentMs: number
}

async function judged(
  sql: Context['sql'],
  { window, dimension, recentMs }: Question,
  use: readonly Use[],
): Promise<Found[]> {
  const byId = groupBy(use, ({ id }) => id)
  const places = await placesOf(sql, [...byId.keys()])
  return places
    .filter((place) => place.dimension === dimension)
    .flatMap((place) => {
      const rows = byId.get(place.id) ?? []
      return (['spend', 'calls'] as const).flatMap((measure) => {
        const facts = unusual(rows, { window, recentMs, measure })
        return facts ? [{ ...place, facts }] : []
      })
    })
}

function unusual(
  rows: readonly Use[],
  { window, recentMs, measure }: { window: keyof typeof windows; recentMs: number; measure: Measure },
): Found['facts'] | null {
  const { fewest, leastNanos, leastCalls } = windows[window]
  const valueOf = (row: Use) => (measure === 'spend' ? row.nanos : row.calls)
  const history = rows.filter(({ startMs }) => startMs < recentMs).map(valueOf)
  const usual = usualOf(history, fewest, measure === 'spend' ? leastNanos : leastCalls)
  const [highest] = rows.filter(({ startMs }) => startMs >= recentMs).toSorted((a, b) => valueOf(b) - valueOf(a))
  if (!usual || !highest || valueOf(highest) <= usual.limit) return null
  const words = (value: number) => {
    const whole = BigInt(Math.round(value))
    return measure === 'spend' ? usdOfNanos(whole) : whole.toString()
  }
  return {
    kind: 'anomaly',
    measure,
    window,
    startsAt: new Date(highest.startMs).toISOString(),
    value: words(valueOf(highest)),
    usual: words(usual.median),
    limit: words(usual.limit),
  }
}

/** One alert a day for each measure and window, however many hours stand out. */
function signalOf({ dimension, id, teamId, ownerUserId, facts }: Found): Signal {
  return {
    subjectType: dimension,
    subjectId: id,
    occasion: `${facts.measure} ${facts.window} ${facts.startsAt.slice(0, 10)}`,
    threshold: 0,
    level: 'warning',
    budgetId: null,
    teamId,
    ownerUserId,
    facts,
  }
}
