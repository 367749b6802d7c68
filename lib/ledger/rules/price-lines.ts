/** Lines of a price, added and taken away: what a call and its corrections come to, line by line. */
import type { PriceLine } from '#lib/ledger/contract.ts'

/** The lines of both, those of one unit at one price as one; what comes to nothing is left out. */
export function addLines(lines: readonly PriceLine[], others: readonly PriceLine[]): PriceLine[] {
  const sums = new Map<string, PriceLine>()
  for (const { unit, quantity, nanosPerMillion } of [...lines, ...others]) {
    const name = `${unit} ${nanosPerMillion}`
    sums.set(name, { unit, quantity: (sums.get(name)?.quantity ?? 0) + quantity, nanosPerMillion })
  }
  return [...sums.values()].filter(({ quantity }) => quantity !== 0)
}

/** What turns `booked` into `truth`. */
export function linesBetween(truth: readonly PriceLine[], booked: readonly PriceLine[]): PriceLine[] {
  return addLines(
    truth,
    booked.map((line) => ({ ...line, quantity: -line.quantity })),
  )
}
