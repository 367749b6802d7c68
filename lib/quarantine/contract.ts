/** Quarantine of a key, person, team, workload, model or provider: what is asked and what is answered. Browser-safe. */
import * as z from 'zod'

export const quarantineSubjects = ['key', 'user', 'team', 'workload', 'model', 'provider'] as const
export type QuarantineSubject = (typeof quarantineSubjects)[number]

const named = z.object({ id: z.string(), name: z.string() })
const reason = z.string().trim().max(500).optional()
/** Only count what would stop, or go on. */
const dryRun = z.boolean().default(false)

export const quarantineInput = z.strictObject({
  reason,
  /** When it ends by itself; left out: when somebody releases it. */
  until: z.iso.datetime({ offset: true, message: 'Use RFC 3339, such as 2027-01-31T00:00:00Z.' }).nullable().optional(),
  dryRun,
})
export type QuarantineInput = z.output<typeof quarantineInput>

export const releaseInput = z.strictObject({ reason, dryRun })

/** What a quarantine stops, counted at this moment. */
export const stops = z.object({
  /** Keys that work now; of a model or provider, those that called it in the last 7 days. */
  keys: z.int(),
  /** The first ten of them, by name. */
  firstKeys: z.array(named),
  /** Of the last 7 days, whole hours. */
  calls: z.int(),
  spentUsd: z.string(),
  /** Calls that are under way; they finish and are paid for. */
  runningCalls: z.int(),
})
export type Stops = z.infer<typeof stops>

/** An open quarantine. */
export const quarantineView = z.object({
  reason: z.string().nullable(),
  by: named,
  since: z.string(),
  until: z.string().nullable(),
})
export type QuarantineView = z.infer<typeof quarantineView>
