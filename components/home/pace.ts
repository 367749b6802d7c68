/** Where a period ends if it goes on as it went so far. Pure; money stays exact until it is rounded for a sentence. */
import { toNanos } from '#components/ui/format.ts'

type Period = { readonly usedUsd: string; readonly startsAt: string | null; readonly resetsAt: string | null }

/** Below this share of a period there is nothing to go by. */
const leastShare = 0.1

export type Pace = {
  /** Nano-dollars at the end of the period. */
  readonly endNanos: bigint
  /** When the amount is used up, where that is before the period's end. */
  readonly reachesMs: number | null
}

/** Null where the period has no end, has only begun, or nothing was spent in it. */
export function paceOf({ usedUsd, startsAt, resetsAt }: Period, amountUsd: string, nowMs: number): Pace | null {
  if (startsAt === null || resetsAt === null) return null
  const startMs = Date.parse(startsAt)
  const wholeMs = Date.parse(resetsAt) - startMs
  const passedMs = Math.min(wholeMs, nowMs - startMs)
  const used = toNanos(usedUsd)
  if (wholeMs <= 0 || passedMs / wholeMs < leastShare || used <= 0n) return null
  const endNanos = (used * BigInt(wholeMs)) / BigInt(Math.round(passedMs))
  const amount = toNanos(amountUsd)
  const reachesMs = endNanos > amount ? startMs + Number((amount * BigInt(Math.round(passedMs))) / used) : null
  return { endNanos, reachesMs }
}

/** `$30` from $29.71: what is only expected is not written to the cent. */
export function roundedDollars(nanos: bigint): string {
  const dollar = 1_000_000_000n
  const step = nanos < 10n * dollar ? dollar : nanos < 1_000n * dollar ? 5n * dollar : 50n * dollar
  const rounded = ((nanos + step / 2n) / step) * (step / dollar)
  return rounded === 0n ? 'under $1' : `$${rounded.toString().replace(/\B(?=(\d{3})+$)/g, ',')}`
}
