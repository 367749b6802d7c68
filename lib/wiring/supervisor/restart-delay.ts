/** A process that lived this long before it died begins a new count of failures. */
export const settledAfterMs = 60_000

const firstMs = 200
const longestMs = 30_000

/** How long to wait before the n-th start in a row: the first at once, for someone is waiting; later ones ever longer. */
export function restartDelayMs(failures: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), longestMs)
}
