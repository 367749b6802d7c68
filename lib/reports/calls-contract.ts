/** What the log of calls is asked and answers. Browser-safe. */
import * as z from 'zod'
import { units } from '#lib/catalog/contract.ts'
import { outcomes } from '#lib/ledger/contract.ts'

const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'Use RFC 3339, such as 2026-11-01T00:00:00Z, or a date.',
  })
  .transform((text) => Date.parse(text))

const values = z.array(z.string().max(200)).max(100).optional()
const outcomeValues = z.array(z.enum(outcomes, { error: `Use ${outcomes.join(', ')}.` })).optional()
const statusValues = z.array(z.coerce.number('Use HTTP status codes.').int().min(100).max(599)).max(100).optional()

export const callFilters = [
  'key',
  'user',
  'team',
  'project',
  'workload',
  'cost_centre',
  'environment',
  'model',
  'provider',
  'endpoint',
  'code',
] as const
export type CallFilter = (typeof callFilters)[number]

const filterValues = {
  key: values,
  user: values,
  team: values,
  project: values,
  workload: values,
  cost_centre: values,
  environment: values,
  model: values,
  provider: values,
  endpoint: values,
  code: values,
} satisfies Record<CallFilter, z.ZodType>

export const listCallsQuery = z.strictObject({
  limit: z.coerce
    .number('Enter a whole number from 1 to 200.')
    .int('Enter a whole number from 1 to 200.')
    .min(1, 'Enter at least 1.')
    .max(200, 'Enter at most 200.')
    .default(50),
  cursor: z.string().min(1).max(200).optional(),
  /** A call's or decision's id, an error code, or a model. */
  q: z.string().trim().max(200).optional(),
  from: moment.optional(),
  to: moment.optional(),
  filter: z.strictObject({ ...filterValues, outcome: outcomeValues, status: statusValues }).prefault({}),
})
export type ListCallsQuery = z.output<typeof listCallsQuery>

const named = z.object({ id: z.string(), name: z.string() })

/** Whoever a call is attributed to: a program, a person, or the team whose key it was. */
export const principal = named.extend({ type: z.enum(['workload', 'user', 'team']) })
export type Principal = z.infer<typeof principal>

const tokens = z
  .object({
    input: z.number(),
    cachedRead: z.number(),
    cacheWrite: z.number(),
    output: z.number(),
    reasoning: z.number(),
  })
  .catchall(z.number().optional())

export const callItem = z.object({
  id: z.string(),
  at: z.string(),
  /** When it happened, where it was booked after its month was closed: `at` is then when it was booked. */
  effectiveAt: z.string().nullable(),
  outcome: z.enum(outcomes),
  status: z.number(),
  errorCode: z.string().nullable(),
  decisionId: z.string(),
  key: named.nullable(),
  principal: principal.nullable(),
  team: named.nullable(),
  endpoint: z.string(),
  /** The catalogue's name, or what was asked for where that is not known. */
  model: z.string().nullable(),
  modelServed: z.string().nullable(),
  provider: z.string().nullable(),
  stream: z.boolean(),
  tokens,
  costUsd: z.string(),
  /** What was used and has no price: its cost is not in `costUsd`, which is then no answer to what the call cost. */
  unpriced: z.array(z.enum(units)),
  estimated: z.boolean(),
  userAgent: z.string().nullable(),
  totalMs: z.number(),
})
export type CallItem = z.infer<typeof callItem>

export const priceLineView = z.object({
  unit: z.enum(units),
  quantity: z.number(),
  usdPerMillion: z.string(),
  /** Exact: as many decimals as it takes. */
  usd: z.string(),
})

export const ruleView = z.object({
  rule: z.string(),
  passed: z.boolean(),
  scope: z.object({ type: z.string(), id: z.string(), name: z.string() }).nullable(),
  source: z.string().nullable(),
  /** At that moment. Money is decimal text in USD, everything else a number or a name. */
  limit: z.union([z.number(), z.string()]).nullable(),
  used: z.union([z.number(), z.string()]).nullable(),
  held: z.union([z.number(), z.string()]).nullable(),
  unit: z.string().nullable(),
  resetsAt: z.string().nullable(),
})
export type RuleView = z.infer<typeof ruleView>

export const receipt = callItem.extend({
  keyKind: z.string().nullable(),
  project: named.nullable(),
  costCentre: named.nullable(),
  environment: z.string().nullable(),
  profile: named.extend({ version: z.number().nullable() }).nullable(),
  identityMethod: z.string(),
  clientIp: z.string().nullable(),
  modelAsked: z.string().nullable(),
  region: z.string().nullable(),
  priceLines: z.array(priceLineView),
  priceVersion: z.string().nullable(),
  estimatedWhy: z.string().nullable(),
  attempts: z.array(
    z.object({
      provider: z.string(),
      deploymentId: z.string(),
      upstreamModel: z.string(),
      region: z.string(),
      startMs: z.number(),
      durationMs: z.number(),
      status: z.number().nullable(),
      error: z.string().nullable(),
    }),
  ),
  rules: z.array(ruleView),
  /** Let through while limits could not be checked, within what the profile's degraded mode allows. */
  degraded: z.boolean(),
  timing: z.looseObject({
    admittedMs: z.number().nullable(),
    firstByteMs: z.number().nullable(),
    totalMs: z.number(),
    /** The gateway's clock was so far ahead that `at` is when the call's record arrived. */
    clockAheadMs: z.number().optional(),
  }),
  tags: z.record(z.string(), z.string()),
  /** Corrections that are contained in the figures above. */
  adjustments: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['attempt', 'adjustment']),
      bookedAt: z.string(),
      costUsd: z.string(),
      priceVersion: z.string().nullable(),
      /** Why it was repriced or corrected; null where the gateway's own truth came late. */
      reason: z.string().nullable(),
    }),
  ),
})
export type Receipt = z.infer<typeof receipt>
