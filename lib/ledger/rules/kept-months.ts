/** Which months the ledger keeps. */

/** The first month that is kept whole, as "2025-01", where `months` are kept beside the one that runs. */
export function firstKeptMonth(nowMs: number, months: number): string {
  const now = new Date(nowMs)
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months)).toISOString().slice(0, 7)
}
