import type { DecisionView, Way } from '#lib/decisions/contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

/** A way on in the API's words. */
export function wayViewOf(way: Way): DecisionView['waysOn'][number] {
  if (way.kind !== 'model') return way
  return { kind: 'model', model: way.model, costAtMostUsd: way.costNanos === null ? null : usdOfNanos(way.costNanos) }
}
