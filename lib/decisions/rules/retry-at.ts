/** When the same call would have passed. Pure. */
import type { TestedRule } from '#lib/ledger/contract.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'
import { spanOf } from '#lib/limits/rules/limit-kinds.ts'

type Refused = {
  readonly atMs: number
  readonly message: string | null
  readonly heldNanos: string | null
  readonly rules: readonly TestedRule[]
}

/**
 * Null where time does not help, or where nobody can say: a call at once ends when it ends. Buckets (limits of a minute) refill
 * evenly, and how long this call had to wait is what its caller was told.
 */
export function retryAtMs(refused: Refused): number | null {
  const waits = refused.rules.filter(({ passed }) => !passed).map((rule) => waitOf(rule, refused))
  if (waits.length === 0 || waits.some((wait) => wait === null)) return null
  return Math.max(...waits.map((wait) => wait ?? 0))
}

function waitOf({ rule, limit, resetsAtMs }: TestedRule, { atMs, message, heldNanos }: Refused): number | null {
  const span = limitKinds.includes(rule as LimitKind) ? spanOf(rule as LimitKind) : null
  if (span === 'hour' || span === 'day') return resetsAtMs
  if (span === 'minute') {
    const seconds = /Try again in (\d+) s\b/.exec(message ?? '')?.[1]
    return seconds === undefined ? null : atMs + Number(seconds) * 1000
  }
  // A new period begins with the whole amount: it helps unless this call alone needs more than that.
  if (rule.startsWith('budget_') && heldNanos !== null && BigInt(heldNanos) <= BigInt(limit ?? 0)) return resetsAtMs
  return null
}
