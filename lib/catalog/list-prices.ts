/**
 * List prices of the maintained price package. They are where the price book begins, never what a call is charged by:
 * that is always a row of the price book.
 */
import type { ConditionalPrice } from '@pydantic/genai-prices'
import type { NanosPerMillion } from '#lib/catalog/contract.ts'
import { convertListPrice, type ListPrice } from '#lib/catalog/rules/convert-list-price.ts'

export type ListVendor = 'openai' | 'anthropic' | 'google'
export type DatedListPrice = {
  readonly nanosPerMillion: NanosPerMillion
  readonly effectiveFromMs: number
  readonly source: string
}

/** The package's release, as package.json pins it: its data carries no date of its own. */
export const listPriceEdition = 'genai-prices 0.1.8'

/** Where a price list says no date, the price counts as old as the price book. */
const beginningMs = Date.UTC(2025, 0, 1)

/** The dated prices of one model, oldest first; none where the package does not know it or one figure can't say it. */
export async function listPricesOf(
  vendor: ListVendor,
  model: string,
  contextTokens: number | null,
): Promise<DatedListPrice[]> {
  const { findProvider } = await import('@pydantic/genai-prices')
  const known = findProvider({ providerId: vendor })?.models.find(({ id }) => id === model)
  if (!known) return []
  const entries: readonly ConditionalPrice[] = Array.isArray(known.prices) ? known.prices : [{ prices: known.prices }]
  return entries
    .flatMap(({ constraint, prices }): DatedListPrice[] => {
      // A price by the time of day has no place in a book of dated prices.
      if (constraint && !('start_date' in constraint)) return []
      const converted = convertListPrice(prices as ListPrice, contextTokens ?? Infinity)
      const effectiveFromMs = constraint ? Date.parse(constraint.start_date) : beginningMs
      return converted ? [{ nanosPerMillion: converted, effectiveFromMs, source: listPriceEdition }] : []
    })
    .toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs)
}
