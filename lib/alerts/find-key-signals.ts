import { findRestingKeys } from '#lib/alerts/facts-store.ts'
import { keySignals } from '#lib/alerts/rules/key-signals.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import type { Context } from '#lib/platform/context.ts'

/** Beyond this many, a list of keys says it better than a list of alerts; what ends first is among them. */
const most = 10_000

/** Keys that end soon, and keys that nobody uses, as their profiles have it. */
export async function findKeySignals({ sql, clock }: Context): Promise<Signal[]> {
  const nowMs = clock.nowMs()
  return (await findRestingKeys(sql, nowMs, most)).flatMap((key) => keySignals(key, nowMs))
}
