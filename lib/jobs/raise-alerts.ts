/** Raises and closes alerts. What is cheap to find is looked for every minute, what reads weeks of history every five. */
import { findAnomalies } from '#lib/alerts/find-anomalies.ts'
import { findForecastSignals, findThresholdSignals } from '#lib/alerts/find-budget-signals.ts'
import { findKeySignals } from '#lib/alerts/find-key-signals.ts'
import { findProviderSignals } from '#lib/alerts/find-provider-signals.ts'
import { raiseAlerts as raise, type Raised } from '#lib/alerts/raise-alerts.ts'
import { closeSightings } from '#lib/alerts/key-alerts-store.ts'
import type { Context } from '#lib/platform/context.ts'

export function raiseAlerts(context: Context): Promise<Raised> {
  return raise(context, [
    { kinds: ['budget_threshold'], find: findThresholdSignals },
    { kinds: ['provider_trouble'], find: findProviderSignals },
  ])
}

/** A month without another sighting, and a key is taken for mended. */
const sightingsMs = 30 * 86_400_000

export async function raiseSlowAlerts(context: Context): Promise<Raised> {
  const nowMs = context.clock.nowMs()
  const mended = await closeSightings(context.sql, new Date(nowMs - sightingsMs), new Date(nowMs))
  const raised = await raise(context, [
    { kinds: ['budget_forecast'], find: findForecastSignals },
    { kinds: ['anomaly'], find: findAnomalies },
    { kinds: ['key_ending', 'key_idle'], find: findKeySignals },
  ])
  return { ...raised, closed: raised.closed + mended }
}
