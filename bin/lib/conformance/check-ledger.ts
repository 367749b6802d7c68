/** Holds the ledger's rows of a run against what the simulator says it produced for it. Pure. */
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import type { TokenVector } from '#lib/catalog/contract.ts'
import type { Difference } from './compare.ts'
import { models } from './catalogue.ts'

export type LedgerRow = {
  readonly keyId: string
  readonly outcome: string
  readonly model: string | null
  readonly provider: string | null
  readonly tokens: TokenVector
  readonly costNanos: bigint
  readonly estimated: boolean
}

/** Tokens of a run, in the ledger's terms; what was written to a cache is one number. */
type Sums = { input: number; cachedRead: number; cacheWrite: number; output: number }

/**
 * What can be known of a run's usage. `exact`: what the provider told. `estimated`: its wire tells none. `cut`: the call
 * ended before it was told.
 */
export type Knowledge = 'exact' | 'estimated' | 'cut'

/** The first difference between journal and ledger, or null. */
export function ledgerDifference(
  rows: readonly LedgerRow[],
  journal: readonly CallEntry[],
  knowledge: Knowledge,
): Difference | null {
  if (knowledge === 'cut') {
    const ended = rows.some(({ outcome }) => outcome === 'aborted' || outcome === 'cut')
    return ended
      ? null
      : { path: 'ledger.outcome', expected: 'aborted or cut', got: rows.map(({ outcome }) => outcome) }
  }
  const produced = journal.filter(({ finished }) => finished === 'done')
  const served = rows.filter(({ outcome }) => outcome === 'served')
  const guessed = rows.some(({ estimated }) => estimated)
  const isExact = knowledge === 'exact'
  const expected = { calls: produced.length, estimated: !isExact, ...(isExact ? producedSums(produced) : {}) }
  const got = { calls: served.length, estimated: guessed, ...bookedSums(rows) }
  for (const [name, value] of Object.entries(expected)) {
    const booked = got[name as keyof typeof got]
    if (booked !== value) return { path: `ledger.${name}`, expected: value, got: booked }
  }
  if (!isExact) return null
  const cost = costOf(produced, rows)
  const booked = rows.reduce((sum, { costNanos }) => sum + costNanos, 0n)
  return cost === booked ? null : { path: 'ledger.costNanos', expected: String(cost), got: String(booked) }
}

function producedSums(calls: readonly CallEntry[]): Sums {
  const sums: Sums = { input: 0, cachedRead: 0, cacheWrite: 0, output: 0 }
  for (const { usage } of calls) {
    sums.input += usage.prompt_tokens - usage.cached_tokens - usage.cache_write_tokens
    sums.cachedRead += usage.cached_tokens
    sums.cacheWrite += usage.cache_write_tokens
    sums.output += usage.completion_tokens
  }
  return sums
}

function bookedSums(rows: readonly LedgerRow[]): Sums {
  const sums: Sums = { input: 0, cachedRead: 0, cacheWrite: 0, output: 0 }
  for (const { tokens } of rows) {
    sums.input += tokens.input ?? 0
    sums.cachedRead += tokens.cached_read ?? 0
    sums.cacheWrite += writtenFor(tokens)
    sums.output += tokens.output ?? 0
  }
  return sums
}

const writtenFor = (tokens: TokenVector): number => (tokens.cache_write_5m ?? 0) + (tokens.cache_write_1h ?? 0)

/** By the price book. For how long a cache keeps what was written, only the ledger's rows say. */
function costOf(calls: readonly CallEntry[], rows: readonly LedgerRow[]): bigint {
  const forAnHour = rows.some(({ tokens }) => (tokens.cache_write_1h ?? 0) > 0)
  return calls.reduce((sum, { model, usage }) => {
    const prices = models.find(({ name }) => name === model)?.prices ?? {}
    const written = (forAnHour ? prices.cache_write_1h : prices.cache_write_5m) ?? prices.input ?? 0
    const nanosPerMillion =
      BigInt(usage.prompt_tokens - usage.cached_tokens - usage.cache_write_tokens) * BigInt(prices.input ?? 0) +
      BigInt(usage.cached_tokens) * BigInt(prices.cached_read ?? prices.input ?? 0) +
      BigInt(usage.cache_write_tokens) * BigInt(written) +
      BigInt(usage.completion_tokens) * BigInt(prices.output ?? 0)
    return sum + nanosPerMillion / 1_000_000n
  }, 0n)
}
