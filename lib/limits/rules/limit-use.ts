/** How much of a limit is in use, from the record that ADMIT keeps of it; the same arithmetic as in admit.lua. */
import type { LimitKind } from '#lib/limits/contract.ts'
import { spanOf } from '#lib/limits/rules/limit-kinds.ts'
import type { Window } from '#lib/limits/windows.ts'

const minuteMs = 60_000

export type LimitUse = {
  readonly used: number
  readonly remaining: number
  /** When it is wholly free again; null where nothing is in use, or where that depends on running calls. */
  readonly resetsAtMs: number | null
}

/** Buckets record the time at which they are empty again; the others a count. */
export function limitUse(
  kind: LimitKind,
  limit: number,
  recorded: string | number | null,
  window: Window,
  nowMs: number,
): LimitUse {
  const span = spanOf(kind)
  if (span === 'minute') return bucketUse(limit, Number(recorded ?? 0), nowMs)
  const used = Math.max(0, Number(recorded ?? 0))
  const remaining = Math.max(0, limit - used)
  return { used, remaining, resetsAtMs: span === 'running' || used === 0 ? null : window.endMs }
}

function bucketUse(limit: number, emptyAtMs: number, nowMs: number): LimitUse {
  const waitMs = Math.max(0, emptyAtMs - nowMs)
  const interval = minuteMs / limit
  // A millionth of a unit of slack absorbs rounding of the fractions.
  const used = Math.max(0, Math.ceil(waitMs / interval - 1e-6))
  const remaining = Math.max(0, Math.floor((minuteMs - waitMs) / interval + 1e-6))
  return { used, remaining, resetsAtMs: used === 0 ? null : Math.ceil(emptyAtMs) }
}
