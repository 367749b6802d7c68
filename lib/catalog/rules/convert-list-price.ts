/**
 * From the price package's figures (US dollars per million tokens or per hour, as doubles) to ours (whole nano-USD per
 * million tokens or seconds).
 */
import type { NanosPerMillion, Unit } from '#lib/catalog/contract.ts'
import { nanosOfUsd } from '#lib/platform/money.ts'

/** A price of the package: one figure, or one that rises above a number of prompt tokens. */
export type ListFigure =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] }
export type ListPrice = Readonly<Record<string, ListFigure | undefined>>

/** The package's words for what we meter. What we do not meter (web searches, stored files) is left out. */
const unitOf: Readonly<Record<string, Unit>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cached_read',
  cache_write_mtok: 'cache_write_5m',
  cache_write_1h_mtok: 'cache_write_1h',
  output_mtok: 'output',
  input_audio_mtok: 'audio_input',
  output_audio_mtok: 'audio_output',
  input_image_mtok: 'image_input',
  output_image_mtok: 'image_output',
  input_audio_hours: 'seconds',
}

/**
 * The prices for prompts up to `contextTokens`. Null where a figure rises within that context: one number a unit can't
 * say that, and charging too little is worse than having no price.
 */
export function convertListPrice(price: ListPrice, contextTokens: number): NanosPerMillion | null {
  const converted: NanosPerMillion = {}
  for (const [name, figure] of Object.entries(price)) {
    const unit = unitOf[name]
    if (unit === undefined || figure === undefined) continue
    if (typeof figure !== 'number' && figure.tiers.some(({ start }) => start < contextTokens)) return null
    const nanos = nanosOfFigure(typeof figure === 'number' ? figure : figure.base)
    converted[unit] = unit === 'seconds' ? Math.ceil((nanos * 1_000_000) / secondsAnHour) : nanos
  }
  return converted
}

const secondsAnHour = 3600

// The shortest decimal that reads back as this double is what the price list says; from there on no double is involved.
function nanosOfFigure(usd: number): number {
  return Number(nanosOfUsd(String(usd)))
}
