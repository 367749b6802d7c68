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

/** What a run used, in the ledger's units; what was written to a cache is one number. */
const counted = [
  'input',
  'cached_read',
  'cache_write',
  'audio_input',
  'output',
  'image_output',
  'images',
  'seconds',
  'characters',
] as const
type Used = Record<(typeof counted)[number], number>

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
  const expected = { calls: produced.length, estimated: !isExact, ...(isExact ? sumOf(produced.map(producedBy)) : {}) }
  const got = { calls: served.length, estimated: guessed, ...sumOf(rows.map(bookedIn)) }
  for (const [name, value] of Object.entries(expected)) {
    const booked = got[name as keyof typeof got]
    if (booked !== value) return { path: `ledger.${name}`, expected: value, got: booked }
  }
  if (!isExact) return null
  const cost = costOf(produced, rows)
  const booked = rows.reduce((sum, { costNanos }) => sum + costNanos, 0n)
  return cost === booked ? null : { path: 'ledger.costNanos', expected: String(cost), got: String(booked) }
}

function sumOf(uses: readonly Used[]): Used {
  const sum = (unit: keyof Used) => uses.reduce((total, used) => total + used[unit], 0)
  return Object.fromEntries(counted.map((unit) => [unit, sum(unit)])) as Used
}

function producedBy({ path, usage }: CallEntry): Used {
  const audio = usage.audio_tokens ?? 0
  const drawn = path.includes('/images/') ? usage.completion_tokens : 0
  return {
    input: usage.prompt_tokens - usage.cached_tokens - usage.cache_write_tokens - audio,
    cached_read: usage.cached_tokens,
    cache_write: usage.cache_write_tokens,
    audio_input: audio,
    output: usage.completion_tokens - drawn,
    image_output: drawn,
    images: usage.images ?? 0,
    seconds: usage.seconds ?? 0,
    characters: usage.characters ?? 0,
  }
}

function bookedIn({ tokens }: LedgerRow): Used {
  const written = (tokens.cache_write_5m ?? 0) + (tokens.cache_write_1h ?? 0)
  return Object.fromEntries(
    counted.map((unit) => [unit, unit === 'cache_write' ? written : (tokens[unit] ?? 0)]),
  ) as Used
}

/** By the price book. For how long a cache keeps what was written, only the ledger's rows say. */
function costOf(calls: readonly CallEntry[], rows: readonly LedgerRow[]): bigint {
  const forAnHour = rows.some(({ tokens }) => (tokens.cache_write_1h ?? 0) > 0)
  return calls.reduce((sum, call) => {
    const prices = models.find(({ name }) => name === call.model)?.prices ?? {}
    const used = producedBy(call)
    const nanosPerMillion = counted.reduce((nanos, unit) => {
      const own = unit === 'cache_write' ? prices[forAnHour ? 'cache_write_1h' : 'cache_write_5m'] : prices[unit]
      const price = own ?? (ofPrompts.includes(unit) ? prices.input : 0) ?? 0
      return nanos + BigInt(used[unit]) * BigInt(price)
    }, 0n)
    return sum + nanosPerMillion / 1_000_000n
  }, 0n)
}

/** What costs as much as the rest of the prompt where it has no price of its own. */
const ofPrompts: readonly (keyof Used)[] = ['cached_read', 'cache_write', 'audio_input']
