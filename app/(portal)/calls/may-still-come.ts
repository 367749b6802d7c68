import { idTimeMs } from '#lib/platform/ids.ts'

/** A call may run this long; an older id without a record names nothing. */
const longestCallMs = 30 * 60_000
/** Clocks of several machines differ. */
const skewMs = 60_000

/** Whether the ledger may yet get this call: its id carries when it began. */
export function mayStillCome(id: string, prefix: 'call_' | 'dec_', nowMs: number): boolean {
  const atMs = id.startsWith(prefix) ? idTimeMs(id) : null
  return atMs !== null && atMs <= nowMs + skewMs && nowMs - atMs < longestCallMs
}
