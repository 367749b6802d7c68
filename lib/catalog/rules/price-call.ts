/**
 * What a call costs. A price is integer nano-USD per million units; the cost is the sum over the call's token vector,
 * rounded half up once at the end, so that lines add up to the total exactly and no call gains or loses by its split.
 */
import { units, type NanosPerMillion, type TokenVector, type Unit } from '#lib/catalog/contract.ts'
import type { PriceLine } from '#lib/ledger/contract.ts'

export type PricedCall = {
  /** One line a unit that was used and has a price. */
  readonly lines: PriceLine[]
  readonly costNanos: bigint
  /** Units that were used but have neither a price nor a fallback: the call must be flagged, for it was not free. */
  readonly unpriced: Unit[]
}

/** Where the price of a unit comes from when it has none of its own, first match wins. */
const fallbacks: Partial<Record<Unit, readonly Unit[]>> = {
  cached_read: ['input'],
  cache_write_5m: ['input'],
  cache_write_1h: ['cache_write_5m', 'input'],
  audio_input: ['input'],
}

export function priceCall(tokens: TokenVector, prices: NanosPerMillion): PricedCall {
  const lines: PriceLine[] = []
  const unpriced: Unit[] = []
  let sum = 0n
  for (const unit of units) {
    const quantity = billedQuantity(unit, tokens, prices)
    if (quantity <= 0) continue
    const price = priceOf(unit, prices)
    if (price === undefined) {
      unpriced.push(unit)
      continue
    }
    lines.push({ unit, quantity, nanosPerMillion: price })
    sum += thousandths(quantity) * BigInt(price)
  }
  return { lines, costNanos: (sum + halfUnit) / perUnit, unpriced }
}

/** Quantities count in thousandths (audio seconds have fractions), prices in millionths. */
const perUnit = 1_000_000_000n
const halfUnit = perUnit / 2n

/** Reasoning tokens are contained in `output`: they move to a line of their own only where they have a price of their own. */
function billedQuantity(unit: Unit, tokens: TokenVector, prices: NanosPerMillion): number {
  const output = tokens.output ?? 0
  const reasoning = Math.min(tokens.reasoning ?? 0, output)
  if (unit === 'reasoning') return prices.reasoning === undefined ? 0 : reasoning
  if (unit === 'output') return prices.reasoning === undefined ? output : output - reasoning
  return tokens[unit] ?? 0
}

function priceOf(unit: Unit, prices: NanosPerMillion): number | undefined {
  const own = prices[unit]
  if (own !== undefined) return own
  for (const other of fallbacks[unit] ?? []) {
    const price = prices[other]
    if (price !== undefined) return price
  }
  return undefined
}

/** Whether the unit has a price, of its own or by a fallback. */
export function isPriced(unit: Unit, prices: NanosPerMillion): boolean {
  return priceOf(unit, prices) !== undefined
}

/** What a usage costs by the dearest of several prices. */
export function dearestCostNanos(tokens: TokenVector, prices: readonly NanosPerMillion[]): bigint {
  return prices.reduce((dearest, price) => {
    const { costNanos } = priceCall(tokens, price)
    return costNanos > dearest ? costNanos : dearest
  }, 0n)
}

function thousandths(quantity: number): bigint {
  return Number.isInteger(quantity) ? BigInt(quantity) * 1000n : BigInt(Math.round(quantity * 1000))
}

/**
 * Unit by unit the dearest of several prices, for the ceilings below. Nothing is charged by it: a unit that only one of
 * them names would be a fallback for the others.
 */
export function dearestPrice(prices: readonly NanosPerMillion[]): NanosPerMillion {
  const [first = {}, ...others] = prices
  if (others.every((price) => price === first)) return first
  const highest: NanosPerMillion = {}
  for (const unit of units) {
    const known = prices.flatMap((price) => price[unit] ?? [])
    if (known.length > 0) highest[unit] = Math.max(...known)
  }
  return highest
}

/** The most that one token of the answer can cost, rounded up to a whole nano: what a hold counts. */
export function outputCeilingNanosPerToken(prices: NanosPerMillion): bigint {
  return dearest(prices, ['output', 'reasoning', 'audio_output', 'image_output'])
}

/** The most that one token of the prompt can cost, rounded up to a whole nano. */
export function inputCeilingNanosPerToken(prices: NanosPerMillion): bigint {
  return dearest(prices, ['input', 'cached_read', 'cache_write_5m', 'cache_write_1h', 'audio_input', 'image_input'])
}

function dearest(prices: NanosPerMillion, candidates: readonly Unit[]): bigint {
  const highest = Math.max(0, ...candidates.map((unit) => prices[unit] ?? 0))
  return (BigInt(highest) + 999_999n) / 1_000_000n
}
