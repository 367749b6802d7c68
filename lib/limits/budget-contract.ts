/** Budgets and limits of scopes above keys, on the management API. Browser-safe. */
import * as z from 'zod'
import { amountUsd, budgetInput, budgetPeriods, budgetPostures, limitKinds, scopeTypes } from '#lib/limits/contract.ts'

/**
 * What administrators set budgets and limits on; a key's own are part of the key. Some are no rows of their own: an
 * environment is `team:environment`, such as `team_…:production`; a group is its name at the identity provider, and counts
 * the personal keys of all who were in it at their latest sign-in; a tag is `name=value`.
 */
export const limitedScopeTypes = [
  'user',
  'workload',
  'project',
  'team',
  'business_unit',
  'organisation',
  'environment',
  'group',
  'tag',
] as const
export type LimitedScopeType = (typeof limitedScopeTypes)[number]

export const unknownTimeZone = 'Enter a time zone such as UTC or Europe/Berlin.'

const scopeId = z.string().trim().min(1, 'Name what the budget is for.').max(200)
const enforceAtPercent = z
  .int('Enter a whole number.')
  .min(100, 'Enter at least 100.')
  .max(1000, 'Enter at most 1,000.')
const thresholds = z
  .array(z.int('Enter whole percentages.').min(1, 'Enter at least 1 %.').max(1000, 'Enter at most 1,000 %.'))
  .max(10, 'Enter at most 10 thresholds.')
  .transform((percents) => [...new Set(percents)].sort((a, b) => a - b))
/** By name: an offset knows no summer time, and PostgreSQL reads its sign the other way round. */
const timeZone = z
  .string()
  .max(60)
  .refine((text) => /^[A-Z]/i.test(text) && isTimeZone(text), unknownTimeZone)

export const createBudgetInput = z.strictObject({
  scopeType: z.enum(limitedScopeTypes),
  /** May be left out for the organisation, of which there is one. */
  scopeId: scopeId.optional(),
  ...budgetInput.shape,
  /** For `alert_then_enforce`: the percentage of the amount at which calls are refused. */
  enforceAtPercent: enforceAtPercent.default(110),
  /** Where its periods begin; the organisation's unless said. */
  timeZone: timeZone.optional(),
  /** Percentages of the amount at which an alert is raised; none for no alerts. */
  thresholds: thresholds.default([75, 90, 100]),
  /** Of a team: each person has this much for their calls in the team, instead of all together. */
  perMember: z.boolean().default(false),
})
export type CreateBudgetInput = z.infer<typeof createBudgetInput>

/** Period, time zone and whom it counts together stay: with another of them it is another budget. */
export const patchBudgetInput = z.strictObject({
  amountUsd: amountUsd.optional(),
  posture: z.enum(budgetPostures).optional(),
  enforceAtPercent: enforceAtPercent.optional(),
  thresholds: thresholds.optional(),
})
export type PatchBudgetInput = z.infer<typeof patchBudgetInput>

/** Money that goes from one budget to a sibling, for good. */
export const moveBudgetInput = z.strictObject({
  toBudgetId: z.string().min(1, 'Choose the budget that gets it.').max(64),
  amountUsd,
  reason: z.string().trim().min(1, 'Say why: it goes into the audit log.').max(500, 'Use at most 500 characters.'),
})
export type MoveBudgetInput = z.infer<typeof moveBudgetInput>

const scopeView = z.object({ type: z.enum(scopeTypes), id: z.string(), name: z.string() })

export const budgetView = z.object({
  id: z.string(),
  scope: scopeView,
  parent: z
    .object({ type: z.enum(['organisation', 'business_unit', 'team']), id: z.string() })
    .nullable()
    .describe('What it hangs from in the tree. Money can move between budgets with the same one.'),
  amountUsd: z.string(),
  period: z.enum(budgetPeriods),
  posture: z.enum(budgetPostures),
  enforceAtPercent: z.int(),
  timeZone: z.string(),
  thresholds: z.array(z.int()),
  perMember: z.boolean().describe('Each person of the team has the amount; what is spent is then that of all of them.'),
  spentUsd: z.string().describe('Settled calls of this period.'),
  heldUsd: z.string().describe('Set aside for calls that are running.'),
  startsAt: z.string().nullable(),
  resetsAt: z.string().nullable(),
  createdAt: z.string(),
})
export type BudgetView = z.infer<typeof budgetView>

export const movedBudgets = z.object({ from: budgetView, to: budgetView })
export type MovedBudgets = z.infer<typeof movedBudgets>

export const scopeLimitsView = z.object({
  scope: scopeView,
  limits: z.partialRecord(z.enum(limitKinds), z.number()),
  /** Of calls of some models, by pattern. */
  models: z.record(z.string(), z.partialRecord(z.enum(limitKinds), z.number())),
  inUse: z
    .array(
      z.object({
        kind: z.enum(limitKinds),
        models: z.string().optional().describe('Pattern of the models that it counts; absent for all.'),
        limit: z.int(),
        used: z.int(),
        resetsAt: z.string().nullable().describe('When nothing of it is in use any more.'),
      }),
    )
    .nullable()
    .describe('What is used of each now; null while live limits cannot be read.'),
  updatedAt: z.string().nullable().describe('Null where there is none.'),
})
export type ScopeLimitsView = z.infer<typeof scopeLimitsView>

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
