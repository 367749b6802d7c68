/**
 * The jobs that BullMQ schedules: names, payloads and how often. Payloads hold ids, never rows; a new field is optional,
 * so that old and new workers can share a queue. Usage events never travel through here.
 *
 * Every handler may run twice, and at the same time in two workers.
 */
import * as z from 'zod'

export const maintenanceQueue = 'maintenance'
/** BullMQ's keys share a hash tag of their own. */
export const queuePrefix = '{bull}'

export type JobContract<Payload extends z.ZodType = z.ZodType> = {
  readonly payload: Payload
  readonly everyMs: number
  /** Tries before a run is given up; the next one comes by the schedule. */
  readonly attempts: number
}

const nothing = z.object({})
const minute = 60_000
const hour = 60 * minute

export const jobs = {
  /** Is the usage stream draining? Forgets consumers that are long gone. */
  'inspect-usage-stream': { payload: nothing, everyMs: minute / 2, attempts: 1 },
  /** Keys whose time is over say so in lists; the call path refuses them by the clock, without this job. */
  'expire-keys': { payload: nothing, everyMs: minute / 2, attempts: 1 },
  /** What is quarantined until a moment goes on from then. */
  'release-quarantines': { payload: nothing, everyMs: minute / 6, attempts: 1 },
  /** Keys that nobody uses end when they were announced to. */
  'expire-idle-keys': { payload: nothing, everyMs: 10 * minute, attempts: 1 },
  /** The ledger has its months ahead of time. */
  'ensure-partitions': { payload: nothing, everyMs: 24 * hour, attempts: 10 },
  /** Months of events that are older than they are kept go. */
  'drop-old-months': { payload: nothing, everyMs: 24 * hour, attempts: 3 },
  /** Do rollups and events agree? */
  'compare-rollups': { payload: z.object({ hours: z.int().min(1).max(2_400).optional() }), everyMs: hour, attempts: 3 },
  /** Do budgets in Redis agree with the ledger? Puts Redis right. */
  'reconcile-budgets': { payload: nothing, everyMs: minute, attempts: 1 },
  /** Budgets at their thresholds, providers in trouble. */
  'raise-alerts': { payload: nothing, everyMs: minute, attempts: 1 },
  /** Budgets that will not last, use unlike its own history, keys that end or rest. */
  'raise-slow-alerts': { payload: nothing, everyMs: 5 * minute, attempts: 1 },
  /** Sessions and idempotency records that nobody can use any more. */
  'clean-up': { payload: nothing, everyMs: hour, attempts: 3 },
} as const satisfies Record<string, JobContract>

export type JobName = keyof typeof jobs
export type JobPayload<Name extends JobName> = z.infer<(typeof jobs)[Name]['payload']>
export type JobHandlers<Context> = {
  readonly [Name in JobName]: (context: Context, payload: JobPayload<Name>) => Promise<unknown>
}
