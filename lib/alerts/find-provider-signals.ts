import { triesOfLastMinutes } from '#lib/alerts/facts-store.ts'
import { providerSignal } from '#lib/alerts/rules/provider-signal.ts'
import type { Signal } from '#lib/alerts/rules/signal.ts'
import type { Context } from '#lib/platform/context.ts'

/** Providers that failed or refused too much of what they were asked in the last minutes. */
export async function findProviderSignals({ sql, clock }: Context): Promise<Signal[]> {
  const nowMs = clock.nowMs()
  const tries = await triesOfLastMinutes(sql, nowMs)
  return tries.map((provider) => providerSignal(provider, nowMs)).filter((signal) => signal !== null)
}
