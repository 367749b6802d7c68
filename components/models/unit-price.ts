import { formatPrice } from '#components/ui/format.ts'

/** `$0.15`: nano-dollars per million as a price; null where there is none. */
export function unitPriceText(nanosPerMillion: number | undefined): string | null {
  if (nanosPerMillion === undefined) return null
  const text = formatPrice(BigInt(nanosPerMillion))
  // Prices stand under each other: whole dollars take their cents.
  return text.includes('.') ? text : `${text}.00`
}
