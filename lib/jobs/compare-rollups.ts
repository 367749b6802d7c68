/**
 * Compares rollups with the events they were summed from. They are written in one transaction, so a difference means
 * that somebody changed data by hand, or a fault: it is reported, with the numbers, and never repaired in silence.
 */
import type { JobPayload } from '#lib/jobs/contract.ts'
import { findDrift, type Drift } from '#lib/ledger/store.ts'
import type { Context } from '#lib/platform/context.ts'

const hour = 3_600_000
const day = 24 * hour
const usualHours = 48

export async function compareRollups(
  context: Context,
  payload: JobPayload<'compare-rollups'>,
): Promise<{ drift: Drift[] }> {
  const { sql, clock, log } = context
  const nowMs = clock.nowMs()
  const hours = payload.hours ?? usualHours
  const to = new Date(nowMs + day)
  const drift = [
    ...(await findDrift(sql, 'usage_hourly', floor(nowMs - hours * hour, hour), to)),
    ...(await findDrift(sql, 'usage_daily', floor(nowMs - hours * hour, day), to)),
  ]
  for (const { table, start, keyId, field, events, rollup } of drift) {
    const numbers = { events: events.toString(), rollup: rollup.toString() }
    log.error({ table, start, keyId, field, ...numbers }, 'rollup differs from its events')
  }
  return { drift }
}

function floor(ms: number, unit: number): Date {
  return new Date(ms - (ms % unit))
}
