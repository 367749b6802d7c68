/**
 * The three token counts that rollups and reports carry, from a call's full vector.
 *
 * - `input`: everything on the prompt's side that was not read from a cache: text, audio and image tokens, and cache
 *   writes too, since what is written to a cache was sent as a prompt.
 * - `cached`: prompt tokens read from a cache.
 * - `output`: everything that was produced, in tokens. `reasoning` is contained in `output` already.
 *
 * Units that are no tokens (pictures, seconds, characters, tool calls) count in money only.
 */
import type { TokenVector, Unit } from '#lib/catalog/contract.ts'

export type RollupTokens = {
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
}

const inputUnits = ['input', 'audio_input', 'image_input', 'cache_write_5m', 'cache_write_1h'] as const
const cachedUnits = ['cached_read'] as const
const outputUnits = ['output', 'audio_output', 'image_output'] as const

export function rollupTokens(tokens: TokenVector): RollupTokens {
  return {
    inputTokens: sum(tokens, inputUnits),
    cachedTokens: sum(tokens, cachedUnits),
    outputTokens: sum(tokens, outputUnits),
  }
}

function sum(tokens: TokenVector, among: readonly Unit[]): number {
  return Math.round(among.reduce((total, unit) => total + (tokens[unit] ?? 0), 0))
}
