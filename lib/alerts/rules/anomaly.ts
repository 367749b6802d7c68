/**
 * Is this hour or day unlike all that went before? Judged against the subject's own busy hours or days by median and
 * median absolute deviation, which one earlier outburst does not move. Hours of sleep are left out: they would make every
 * morning remarkable. Pure.
 */

/** Of a normal distribution, the deviation that the median absolute deviation stands for. */
const madToDeviation = 1.4826
const deviations = 8
/** However even the history is, less than this many times the usual is no news. */
const leastFactor = 4

export type Usual = {
  readonly median: number
  /** Up to here it is nothing unusual. */
  readonly limit: number
}

/**
 * What is usual of a history of values; null with fewer than `fewest` values above zero.
 * `floor`: below this no value is worth anybody's time.
 */
export function usualOf(history: readonly number[], fewest: number, floor: number): Usual | null {
  const busy = history.filter((value) => value > 0)
  if (busy.length < fewest) return null
  const median = medianOf(busy)
  const deviation = medianOf(busy.map((value) => Math.abs(value - median))) * madToDeviation
  // What happened before, short of its one highest value, is not unusual, however rare.
  const seen = busy.toSorted((a, b) => b - a)[1] ?? 0
  return { median, limit: Math.max(floor, median + deviations * deviation, leastFactor * median, seen) }
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

export type Place = {
  readonly dimension: 'key' | 'workload' | 'team'
  readonly id: string
  readonly teamId: string | null
  readonly workloadId: string | null
}

/** One cause, one alert: a workload whose key stands out, and a team with either of them, say nothing new. */
export function narrowest<Found extends Place>(found: readonly Found[]): readonly Found[] {
  const keys = found.filter(({ dimension }) => dimension === 'key')
  const workloads = found.filter(
    ({ dimension, id }) => dimension === 'workload' && !keys.some(({ workloadId }) => workloadId === id),
  )
  const inside = [...keys, ...found.filter(({ dimension }) => dimension === 'workload')]
  const teams = found.filter(({ dimension, id }) => dimension === 'team' && !inside.some(({ teamId }) => teamId === id))
  return [...keys, ...workloads, ...teams]
}
