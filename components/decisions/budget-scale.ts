/*
 * The geometry of a budget that refused: spent, held and this call, with the cap's mark. One call is small beside a
 * month, so where it would not be seen the spent part is shortened, and the picture says below which figure it lies.
 */
import { shareOf } from '#components/ui/format.ts'

export type BudgetFacts = {
  readonly spentNanos: bigint
  readonly heldNanos: bigint
  readonly neededNanos: bigint
  readonly capNanos: bigint
}

export type BudgetScale = {
  /** Percent of the bar's width. */
  readonly spent: number
  readonly held: number
  readonly needed: number
  readonly cap: number
  /** Below this amount the bar is not to scale; null where all of it is. */
  readonly brokenBelowNanos: bigint | null
}

/** Least part of the bar that held and this call take together, in percent, before it is drawn broken. */
const leastTail = 12
/** Where the spent part ends in a broken bar. */
const broken = 84
/** The bar goes on a little after its last part, so that an end is seen. */
const end = 98

export function budgetScale({ spentNanos, heldNanos, neededNanos, capNanos }: BudgetFacts): BudgetScale {
  const used = spentNanos + heldNanos + neededNanos
  const whole = used > capNanos ? used : capNanos
  const share = (part: bigint) => shareOf(part, whole) * end
  const tail = share(whole - spentNanos)
  if (tail >= leastTail || spentNanos <= 0n) {
    return {
      spent: share(spentNanos),
      held: share(heldNanos),
      needed: share(neededNanos),
      cap: share(capNanos),
      brokenBelowNanos: null,
    }
  }
  const inTail = (part: bigint) => shareOf(part, whole - spentNanos) * (end - broken)
  return {
    spent: broken,
    held: inTail(heldNanos),
    needed: inTail(neededNanos),
    cap: capNanos >= spentNanos ? broken + inTail(capNanos - spentNanos) : shareOf(capNanos, spentNanos) * broken,
    brokenBelowNanos: spentNanos,
  }
}
