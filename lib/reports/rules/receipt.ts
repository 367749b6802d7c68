/**
 * A call as it stands in the ledger: what was booked when it ended, and what corrections made of it. Pure.
 */
import type { TokenVector, Unit } from '#lib/catalog/contract.ts'
import { units } from '#lib/catalog/contract.ts'
import type { Outcome, PriceLine } from '#lib/ledger/contract.ts'
import { addLines } from '#lib/ledger/rules/price-lines.ts'

/** What a call and its corrections have in common. */
export type Booking = {
  readonly kind: 'call' | 'attempt' | 'adjustment'
  readonly outcome: Outcome
  readonly status: number
  readonly errorCode: string | null
  readonly tokens: TokenVector
  readonly costNanos: bigint
  readonly priceLines: readonly PriceLine[]
  readonly estimated: boolean
  readonly estimatedWhy: string | null
}

/**
 * The call with its corrections: tokens and cost are sums over all bookings, exactly what usage counts. An adjustment
 * carries the differences of tokens, money and lines, and the whole truth of how the call ended; a failed attempt that was
 * billed adds to the call and tells nothing of its end.
 */
export function standing<Call extends Booking>(call: Call, corrections: readonly Booking[]): Call {
  return corrections.reduce<Call>((now, correction) => {
    const sums = { tokens: addTokens(now.tokens, correction.tokens), costNanos: now.costNanos + correction.costNanos }
    if (correction.kind === 'attempt')
      return { ...now, ...sums, priceLines: [...now.priceLines, ...correction.priceLines] }
    const { outcome, status, errorCode, estimated, estimatedWhy } = correction
    const priceLines = addLines(now.priceLines, correction.priceLines)
    return { ...now, ...sums, outcome, status, errorCode, priceLines, estimated, estimatedWhy }
  }, call)
}

/**
 * What was used and has no price line: its cost is not known, so the call's cost is that of the rest. Reasoning is part
 * of the output, and is billed as either.
 */
export function unpricedUnits(tokens: TokenVector, lines: readonly Pick<PriceLine, 'unit'>[]): Unit[] {
  const priced = new Set(lines.map(({ unit }) => unit))
  const isPriced = (unit: Unit) => priced.has(unit) || (unit === 'output' && priced.has('reasoning'))
  return units.filter((unit) => unit !== 'reasoning' && (tokens[unit] ?? 0) !== 0 && !isPriced(unit))
}

function addTokens(a: TokenVector, b: TokenVector): TokenVector {
  const sum: TokenVector = {}
  for (const unit of units) {
    const quantity = (a[unit] ?? 0) + (b[unit] ?? 0)
    if (quantity !== 0) sum[unit] = quantity
  }
  return sum
}

export type ReceiptTokens = {
  readonly input: number
  readonly cachedRead: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
} & { readonly [Name in string]?: number }

/** The token vector in the API's words. The usual five are always there; the others where there are any. */
export function receiptTokens(tokens: TokenVector): ReceiptTokens {
  const others = units.filter((unit) => !usual.has(unit) && tokens[unit] !== undefined)
  return {
    input: tokens.input ?? 0,
    cachedRead: tokens.cached_read ?? 0,
    cacheWrite: (tokens.cache_write_5m ?? 0) + (tokens.cache_write_1h ?? 0),
    output: tokens.output ?? 0,
    reasoning: tokens.reasoning ?? 0,
    ...Object.fromEntries(others.map((unit) => [camelCase(unit), tokens[unit]])),
  }
}

const usual: ReadonlySet<Unit> = new Set(['input', 'cached_read', 'output', 'reasoning'])

function camelCase(unit: Unit): string {
  return unit.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())
}

/**
 * What one line costs, exact: quantities count in thousandths and prices in nano-USD a million, so a line has up to 18
 * decimals. Rounding comes once, in the call's total.
 */
export function lineUsd({ quantity, nanosPerMillion }: PriceLine): string {
  const thousandths = Number.isInteger(quantity) ? BigInt(quantity) * 1000n : BigInt(Math.round(quantity * 1000))
  return decimal(thousandths * BigInt(nanosPerMillion), 18)
}

/** An integer of 10^-places as plain decimal text. */
function decimal(value: bigint, places: number): string {
  const size = value < 0n ? -value : value
  const digits = size.toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -places)}${fraction ? `.${fraction}` : ''}`
}
