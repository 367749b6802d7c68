/** Alerts: what waits for a person, why, and how far it has gone. Browser-safe. */
import * as z from 'zod'
import { budgetPeriods, budgetPostures, scopeTypes } from '#lib/limits/contract.ts'

export const alertKinds = [
  'budget_threshold',
  'budget_forecast',
  'anomaly',
  'key_ending',
  'key_idle',
  'key_in_browser',
  'provider_trouble',
] as const
export type AlertKind = (typeof alertKinds)[number]

/** `notice`: good to know. `warning`: act soon. `critical`: calls are refused or failing. */
export const alertLevels = ['notice', 'warning', 'critical'] as const
export type AlertLevel = (typeof alertLevels)[number]

export const alertStates = ['open', 'acknowledged', 'closed'] as const
export type AlertState = (typeof alertStates)[number]

export const alertSubjectTypes = [...scopeTypes, 'provider'] as const
export type AlertSubjectType = (typeof alertSubjectTypes)[number]

const budgetFacts = {
  spentUsd: z.string(),
  amountUsd: z.string(),
  period: z.enum(budgetPeriods),
  posture: z.enum(budgetPostures),
  enforcedAtUsd: z.string().nullable().describe('Where calls are refused; null where the budget only alerts.'),
  resetsAt: z.string().nullable(),
  timeZone: z.string(),
}

const perMemberOf = z.string().nullable().describe('The team, where the budget is for each of its people.')

export const alertFacts = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('budget_threshold'),
    ...budgetFacts,
    heldUsd: z.string(),
    perMemberOf,
  }),
  z.object({
    kind: z.literal('budget_forecast'),
    ...budgetFacts,
    perMemberOf: perMemberOf.default(null),
    endUsd: z.string().describe('Expected at the end of the period.'),
    reachesOn: z.string().describe('The day on which the amount is expected to be used up, in its time zone.'),
  }),
  z.object({
    kind: z.literal('anomaly'),
    measure: z.enum(['spend', 'calls']),
    window: z.enum(['hour', 'day']),
    startsAt: z.string().describe('Begin of the hour or day, UTC.'),
    value: z.string().describe('US dollars or calls.'),
    usual: z.string().describe('The median of its own busy hours or days.'),
    limit: z.string().describe('Up to here it would have been nothing unusual.'),
  }),
  z.object({ kind: z.literal('key_ending'), expiresAt: z.string() }),
  z.object({
    kind: z.literal('key_idle'),
    lastUsedAt: z.string().nullable(),
    createdAt: z.string(),
    // Alerts from before profiles could end idle keys have none of these.
    days: z.int().default(30).describe('Without a call for so many days, and it is told.'),
    endsAt: z.string().nullable().default(null).describe('When its profile ends it; null: never.'),
    announcedAt: z.string().nullable().default(null).describe('Since when that end is told.'),
  }),
  z.object({
    kind: z.literal('key_in_browser'),
    page: z.string().describe('The origin of the web page that called with it last.'),
    lastSeenAt: z.string(),
  }),
  z.object({
    kind: z.literal('provider_trouble'),
    tries: z.int(),
    failed: z.int(),
    throttled: z.int(),
    minutes: z.int(),
  }),
])
export type AlertFacts = z.infer<typeof alertFacts>

export const alertView = z.object({
  id: z.string(),
  kind: z.enum(alertKinds),
  level: z.enum(alertLevels),
  state: z.enum(alertStates),
  subject: z.object({ type: z.enum(alertSubjectTypes), id: z.string(), name: z.string() }),
  threshold: z.int().nullable().describe('Percent of a budget; days before the end of a key.'),
  budgetId: z.string().nullable(),
  facts: alertFacts,
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  mayAcknowledge: z.boolean(),
})
export type AlertView = z.infer<typeof alertView>
