/** A small deterministic source of randomness (mulberry32): the demo organisation looks the same wherever it is made. */
export type Random = {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  /** One of the values, each as likely as its weight. */
  weighted<T>(list: readonly (readonly [value: T, weight: number])[]): T
  chance(probability: number): boolean
  /** A positive number around `median`, with a long tail: as token counts and waiting times are. */
  skewed(median: number, spread: number): number
  /** A count with this mean. */
  count(mean: number): number
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const itemAt = <T>(list: readonly T[], index: number): T => {
    const item = list[index]
    if (item === undefined) throw new RangeError('nothing to choose from')
    return item
  }
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (list) => itemAt(list, Math.floor(next() * list.length)),
    weighted: (list) => {
      let rest = next() * list.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [value, weight] of list) {
        rest -= weight
        if (rest < 0) return value
      }
      return itemAt(list, list.length - 1)[0]
    },
    chance: (probability) => next() < probability,
    skewed: (median, spread) => median * Math.exp(normal() * spread),
    count: (mean) => {
      // Knuth's method is exact for small means; for large ones the normal curve is close enough.
      if (mean > 30) return Math.max(0, Math.round(mean + normal() * Math.sqrt(mean)))
      const limit = Math.exp(-mean)
      let drawn = 0
      for (let product = next(); product > limit; product *= next()) drawn += 1
      return drawn
    },
  }
}
