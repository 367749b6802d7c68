/* "Your call": what one call of a given size costs on each model, and how long its bar is beside the others. */
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import type { NanosPerMillion } from '#lib/catalog/contract.ts'

export type CallSize = { readonly tokensIn: number; readonly tokensOut: number }

/** Where the address and the person's own calls say nothing. */
export const commonCall: CallSize = { tokensIn: 3000, tokensOut: 400 }

/** The middle of a person's own calls, each direction by itself; null where there are none. */
export function medianCall(calls: readonly CallSize[]): CallSize | null {
  if (calls.length === 0) return null
  return {
    tokensIn: median(calls.map((call) => call.tokensIn)),
    tokensOut: median(calls.map((call) => call.tokensOut)),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = sorted.length % 2 === 0 ? sorted.slice(middle - 1) : [sorted[middle], sorted[middle]]
  return Math.round((low + high) / 2)
}

const most = 10_000_000

/** The size that the address asks for; what is no whole number falls back to the person's own. */
export function readCallSize(asked: { readonly in?: string; readonly out?: string }, own: CallSize): CallSize {
  return { tokensIn: tokensOf(asked.in) ?? own.tokensIn, tokensOut: tokensOf(asked.out) ?? own.tokensOut }
}

function tokensOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,8}$/.test(text)) return null
  return Math.min(Number(text), most)
}

/** Exact nano-dollars; null where the model has no price, or none for a direction that this call uses. */
export function callCost({ tokensIn, tokensOut }: CallSize, prices: NanosPerMillion | null): bigint | null {
  if (!prices) return null
  const priced = priceCall({ input: tokensIn, output: tokensOut }, prices)
  return priced.unpriced.length > 0 ? null : priced.costNanos
}

/** Widths for costs that span orders of magnitude: the dearest is full, the cheapest a mark. A log scale, so said in the foot. */
export function costShares(costs: readonly (bigint | null)[]): readonly (number | null)[] {
  const known = costs.filter((cost) => cost !== null && cost > 0n).map(Number)
  const least = Math.log(Math.min(...known))
  const greatest = Math.log(Math.max(...known))
  const span = greatest - least
  return costs.map((cost) => {
    if (cost === null) return null
    if (cost <= 0n) return 0
    return span === 0 ? 1 : shortest + ((Math.log(Number(cost)) - least) / span) * (1 - shortest)
  })
}

const shortest = 0.03
