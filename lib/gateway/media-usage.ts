/**
 * What a call with pictures, sound or characters in it is billed for. A price has one or another of their units, so the
 * same call is counted in those that its price has. Pure.
 */
import { units, type NanosPerMillion, type TokenVector, type Unit } from '#lib/catalog/contract.ts'
import { isPriced } from '#lib/catalog/rules/price-call.ts'
import type { AnswerReading, MediaUse } from '#lib/formats/contract.ts'

export type Usage = { readonly tokens: TokenVector; readonly estimatedWhy: string | null }

/** `unfinished`: why the answer did not come to its end, or null. */
export function usageOfMedia(
  media: MediaUse,
  reading: AnswerReading | null,
  prices: NanosPerMillion,
  unfinished: string | null,
): Usage {
  const reported = reading?.tokens ?? null
  // Where nothing was sent nothing is owed.
  if (reported && isEmpty(reported)) return { tokens: {}, estimatedWhy: null }
  const reportedPriced = pricedPart(reported ?? {}, prices)
  const measured = pricedPart({ ...partOf(media.likely, media.exact), ...reading?.counted }, prices)
  // What was measured exactly and what was reported complete each other; in the same unit the provider's word counts.
  if (!isEmpty(measured)) return { tokens: { ...measured, ...reportedPriced }, estimatedWhy: unfinished }
  const likely = likelyUsage(media, prices)
  if (reported && (!isEmpty(reportedPriced) || isEmpty(pricedPart(likely, prices)))) {
    return { tokens: reported, estimatedWhy: null }
  }
  const why =
    unfinished ?? (reported ? 'the provider reported usage that has no price' : 'the provider reported no usage')
  return { tokens: likely, estimatedWhy: `${why}: ${media.how}` }
}

/** What the call probably uses, in the units that have a price; in all of them where none has. */
export function likelyUsage({ likely }: MediaUse, prices: NanosPerMillion): TokenVector {
  const priced = pricedPart(likely, prices)
  return isEmpty(priced) ? likely : priced
}

function pricedPart(tokens: TokenVector, prices: NanosPerMillion): TokenVector {
  return partOf(
    tokens,
    units.filter((unit) => isPriced(unit, prices)),
  )
}

function partOf(tokens: TokenVector, kept: readonly Unit[]): TokenVector {
  const part: TokenVector = {}
  for (const unit of kept) if ((tokens[unit] ?? 0) > 0) part[unit] = tokens[unit]!
  return part
}

function isEmpty(tokens: TokenVector): boolean {
  return Object.keys(tokens).length === 0
}
