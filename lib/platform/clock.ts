/** The clock as a port: UTC epoch milliseconds. Tests pass their own. */
export type Clock = { readonly nowMs: () => number }

export const systemClock: Clock = { nowMs: () => Date.now() }

/** Time that runs on from `atMs` with the process's steady clock: no step or correction of any other clock is felt in it. */
export function steadyFrom(atMs: number): () => number {
  const sinceMs = performance.now()
  return () => atMs + Math.round(performance.now() - sinceMs)
}

/**
 * Another machine's time, told without asking it: the process's steady clock and the distance between the two. Steps of
 * this machine's system clock do not matter. The distance is measured at the start, learned again from whatever the other
 * one says anyway, and asked for when it has said nothing for two seconds.
 */
export type SharedClock = Clock & {
  /** What the other one said its time was, epoch ms, at some moment between `askedMs` (performance.now) and this one. */
  learn(theirMs: number, askedMs: number): void
  /** By how much this machine's system clock is ahead of the shared one, ms. */
  skewMs(): number
  stop(): void
}

/** An answer that took long says little; what it leaves possible is not corrected, nor what differs by less than this. */
const toleranceMs = 5
const lookEveryMs = 2_000
const warnAboveMs = 5_000

const processClocks = { steadyMs: (): number => performance.now(), systemMs: (): number => Date.now() }

/**
 * `ask`: the other one's time, epoch ms. `warn` hears once each time that the system clock goes astray by more than 5 s.
 * Throws what `ask` throws.
 */
export async function startSharedClock(
  ask: () => Promise<number>,
  warn: (skewMs: number) => void,
  { steadyMs, systemMs } = processClocks,
): Promise<SharedClock> {
  let distanceMs = await measure(ask, steadyMs)
  let learnedMs = steadyMs()
  let isAstray = false
  const nowMs = (): number => Math.round(steadyMs() + distanceMs)
  const skewMs = (): number => systemMs() - nowMs()

  function learn(theirMs: number, askedMs: number): void {
    learnedMs = steadyMs()
    const [least, most] = [theirMs - learnedMs, theirMs - askedMs]
    if (distanceMs < least - toleranceMs) distanceMs = least
    else if (distanceMs > most + toleranceMs) distanceMs = most
  }

  function look(): void {
    const wasAstray = isAstray
    isAstray = Math.abs(skewMs()) > warnAboveMs
    if (isAstray && !wasAstray) warn(skewMs())
    const askedMs = steadyMs()
    if (askedMs - learnedMs < lookEveryMs) return
    // Whoever does not answer now is asked again; until then the time runs on.
    ask().then(
      (theirMs) => learn(theirMs, askedMs),
      () => {},
    )
  }
  look()
  const timer = setInterval(look, lookEveryMs)
  timer.unref()
  return { nowMs, learn, skewMs, stop: () => clearInterval(timer) }
}

/** The middle of the quickest of three answers. */
async function measure(ask: () => Promise<number>, steadyMs: () => number): Promise<number> {
  let [distanceMs, quickestMs] = [0, Infinity]
  for (let n = 0; n < 3; n++) {
    const askedMs = steadyMs()
    const theirMs = await ask()
    const tookMs = steadyMs() - askedMs
    if (tookMs < quickestMs) [distanceMs, quickestMs] = [theirMs - askedMs - tookMs / 2, tookMs]
  }
  return distanceMs
}
