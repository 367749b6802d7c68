/**
 * The usage event: one immutable ledger row a call. It is written by SETTLE into a Redis Stream and from there, once, into
 * PostgreSQL. Its shape is final in the sense that later readers need no migration: new facts go into `decision`,
 * `timing` or `tags`.
 */
import * as z from 'zod'
import { nanosPerMillion, tokenVector, units } from '#lib/catalog/contract.ts'

/** The stream that carries events from the gateways to the worker, and its consumer group. */
export const usageStream = '{gh}:usage'
export const ledgerGroup = 'ledger'

const nanos = z.string().regex(/^-?\d{1,19}$/)

/**
 * served: the provider answered in full. refused: by policy, before any upstream call. failed: the provider or the way to
 * it. aborted: the client went away. cut: the stream broke after its first byte. interrupted: the gateway died.
 */
export const outcomes = ['served', 'refused', 'failed', 'aborted', 'cut', 'interrupted'] as const
export type Outcome = (typeof outcomes)[number]

export const priceLine = z.object({ unit: z.enum(units), quantity: z.number(), nanosPerMillion: z.int() })
export type PriceLine = z.infer<typeof priceLine>

/** One try at one deployment. */
export const attempt = z.object({
  provider: z.string(),
  deploymentId: z.string(),
  upstreamModel: z.string(),
  region: z.string(),
  credentialId: z.string().nullable(),
  startMs: z.number(),
  durationMs: z.number(),
  status: z.number().nullable(),
  error: z.string().nullable(),
})
export type Attempt = z.infer<typeof attempt>

/** One rule that was tested, and how it stood. `remaining` is after this call where it passed. */
export const testedRule = z.object({
  rule: z.string(),
  passed: z.boolean(),
  scope: z.object({ type: z.string(), id: z.string(), name: z.string() }).nullable(),
  /** The layer that set the rule, e.g. "profile Experiment". */
  source: z.string().nullable(),
  limit: z.union([z.number(), z.string()]).nullable(),
  used: z.union([z.number(), z.string()]).nullable(),
  held: z.union([z.number(), z.string()]).nullable(),
  unit: z.string().nullable(),
  resetsAtMs: z.number().nullable(),
})
export type TestedRule = z.infer<typeof testedRule>

/** Why the call was let through or refused. Money amounts in rules are nano-USD as text. */
export const decision = z.object({
  id: z.string(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  rules: z.array(testedRule),
  profileVersion: z.number().nullable(),
  /** What this call would have held on each budget, nano-USD. */
  heldNanos: nanos.nullable(),
  /** Output maximum asked for and allowed, in tokens. */
  outputAsked: z.number().nullable(),
  outputAllowed: z.number().nullable(),
  promptBytes: z.number().nullable(),
})
export type Decision = z.infer<typeof decision>

/** Milliseconds since admission began; null where the step was not reached. */
export const timing = z.object({
  admittedMs: z.number().nullable(),
  firstByteMs: z.number().nullable(),
  totalMs: z.number(),
})

export const usageEvent = z.object({
  v: z.literal(1),
  /** `call_…`, which carries `at`; an adjustment has the rest of the call's id behind `adj_`. */
  id: z.string(),
  /** Epoch ms of admission, equal to the time in the id. */
  at: z.int(),
  kind: z.enum(['call', 'attempt', 'adjustment']),
  /** The event that an adjustment corrects. */
  adjusts: z.string().nullable(),
  outcome: z.enum(outcomes),
  /** What the client was answered. */
  status: z.int(),
  errorCode: z.string().nullable(),

  keyId: z.string().nullable(),
  secretId: z.string().nullable(),
  keyKind: z.string().nullable(),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  projectId: z.string().nullable(),
  workloadId: z.string().nullable(),
  businessUnitId: z.string().nullable(),
  costCentre: z.string().nullable(),
  environment: z.string().nullable(),
  profileId: z.string().nullable(),
  /** How the caller proved itself: virtual_key, idp_token, mtls. */
  identityMethod: z.string(),
  clientIp: z.string().nullable(),
  userAgent: z.string().nullable(),

  endpoint: z.string(),
  stream: z.boolean(),
  modelAsked: z.string().nullable(),
  model: z.string().nullable(),
  modelServed: z.string().nullable(),
  provider: z.string().nullable(),
  deploymentId: z.string().nullable(),
  region: z.string().nullable(),

  /** Signed in adjustments. */
  tokens: tokenVector,
  costNanos: nanos,
  priceLines: z.array(priceLine),
  priceVersion: z.string().nullable(),
  estimated: z.boolean(),
  estimatedWhy: z.string().nullable(),

  attempts: z.array(attempt),
  decision,
  timing,
  tags: z.record(z.string(), z.string()),
})
export type UsageEvent = z.infer<typeof usageEvent>

/** What a hold carries so that the worker can settle it when its gateway died. */
export const holdDraft = z.object({ event: usageEvent, prices: nanosPerMillion.nullable(), promptTokensEstimate: z.number() })
export type HoldDraft = z.infer<typeof holdDraft>
