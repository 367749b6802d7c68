/** What a call cost, in words that never take what has no price for free. Pure. */
import { unitWords } from '#components/calls/unit-words.ts'
import { formatCallCost, toNanos } from '#components/ui/format.ts'
import type { CallItem } from '#lib/reports/calls-contract.ts'

export type CostFacts = Pick<CallItem, 'costUsd' | 'unpriced'>

/** Nothing that cost something has a price: the sum is no answer to what the call cost. */
export function isUnpriced({ costUsd, unpriced }: CostFacts): boolean {
  return unpriced.length > 0 && toNanos(costUsd) === 0n
}

/** `$0.0638`, `not priced`, or `$0.0638 and what is not priced`. */
export function costWords(call: CostFacts): string {
  if (isUnpriced(call)) return 'not priced'
  return `${formatCallCost(call.costUsd)}${call.unpriced.length > 0 ? ' and what is not priced' : ''}`
}

/** `No price for input and output`. */
export function unpricedWords({ unpriced }: Pick<CostFacts, 'unpriced'>): string {
  const names = unpriced.map((unit) => unitWords[unit].toLowerCase())
  const last = names.at(-1) ?? ''
  return `No price for ${names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last}`
}
