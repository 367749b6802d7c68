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
  credentialId: z.string().nullable().default(null),
  startMs: z.number(),
  durationMs: z.number(),
  status: z.number().nullable().default(null),
  error: z.string().nullable().default(null),
})
export type Attempt = z.output<typeof attempt>
export type WrittenAttempt = z.input<typeof attempt>

/** One rule that was tested, and how it stood. `remaining` is after this call where it passed. */
export const testedRule = z.object({
  rule: z.string(),
  passed: z.boolean().default(true),
  scope: z.object({ type: z.string(), id: z.string(), name: z.string() }).nullable().default(null),
  /** The layer that set the rule, e.g. "profile Experiment". */
  source: z.string().nullable().default(null),
  limit: z.union([z.number(), z.string()]).nullable().default(null),
  used: z.union([z.number(), z.string()]).nullable().default(null),
  held: z.union([z.number(), z.string()]).nullable().default(null),
  unit: z.string().nullable().default(null),
  resetsAtMs: z.number().nullable().default(null),
})
export type TestedRule = z.output<typeof testedRule>
export type WrittenRule = z.input<typeof testedRule>

/**
 * How an admitted call stood with each limit and budget, before it. All passed, and every call carries this, so it names a
 * scope once and no fields.
 */
export const standing = z.object({
  scopes: z.array(z.tuple([z.string(), z.string(), z.string()])),
  /** Kind, place of the scope, limit, used. */
  limits: z.array(z.tuple([z.string(), z.int().nonnegative(), z.number(), z.number()])),
  /** Period, place of the scope, posture, limit, spent, held (nano-USD), reset in epoch ms or 0. */
  budgets: z.array(
    z.tuple([z.string(), z.int().nonnegative(), z.string(), z.string(), z.string(), z.string(), z.number()]),
  ),
})
export type Standing = z.infer<typeof standing>

/** Why the call was let through or refused. Money amounts in rules are nano-USD as text. */
const writtenDecision = z.object({
  id: z.string(),
  code: z.string().nullable().default(null),
  message: z.string().nullable().default(null),
  rules: z.array(testedRule).default([]),
  standing: standing.nullable().default(null),
  profileVersion: z.number().nullable().default(null),
  /** What this call would have held on each budget, nano-USD. */
  heldNanos: nanos.nullable().default(null),
  /** Output maximum asked for and allowed, in tokens. */
  outputAsked: z.number().nullable().default(null),
  outputAllowed: z.number().nullable().default(null),
  promptBytes: z.number().nullable().default(null),
  /** The web page that a call with a personal key came from, where its profile warns of it or refuses it. */
  browserOrigin: z.string().nullable().default(null),
  /** Let through while limits could not be checked, within what the profile's degraded mode allows. */
  degraded: z.boolean().default(false),
})

/** For readers: a standing is told as the rules that it stands for. */
export const decision = writtenDecision.transform(({ standing: stood, rules, ...others }) => ({
  ...others,
  rules: stood ? [...rules, ...rulesOf(stood)] : rules,
}))
export type Decision = z.output<typeof decision>

function rulesOf({ scopes, limits, budgets }: Standing): TestedRule[] {
  const passed = { passed: true, source: null, held: null, unit: null, resetsAtMs: null }
  const scopeAt = (place: number): TestedRule['scope'] => {
    const scope = scopes[place]
    return scope ? { type: scope[0], id: scope[1], name: scope[2] } : null
  }
  return [
    ...limits.map(([rule, place, limit, used]) => ({ ...passed, rule, scope: scopeAt(place), limit, used })),
    ...budgets.map(([period, place, source, limit, used, held, resetsAtMs]) => ({
      ...passed,
      rule: `budget_${period}`,
      scope: scopeAt(place),
      source,
      limit,
      used,
      held,
      unit: 'nanos',
      resetsAtMs: resetsAtMs || null,
    })),
  ]
}

/** Milliseconds since admission began; null where the step was not reached. */
export const timing = z.object({
  admittedMs: z.number().nullable().default(null),
  firstByteMs: z.number().nullable().default(null),
  totalMs: z.number(),
  /** The gateway's clock was so far ahead that the event has the time at which it reached Redis. */
  clockAheadMs: z.number().optional(),
})

export const usageEvent = z.object({
  v: z.literal(1),
  /** `call_…`, which carries `at`; an adjustment has the rest of the call's id behind `adj_`. */
  id: z.string(),
  /** Epoch ms of admission, equal to the time in the id. */
  at: z.int(),
  kind: z.enum(['call', 'attempt', 'adjustment']).default('call'),
  /** The event that an adjustment corrects. */
  adjusts: z.string().nullable().default(null),
  outcome: z.enum(outcomes),
  /** What the client was answered. */
  status: z.int(),
  errorCode: z.string().nullable().default(null),

  keyId: z.string().nullable().default(null),
  secretId: z.string().nullable().default(null),
  keyKind: z.string().nullable().default(null),
  userId: z.string().nullable().default(null),
  teamId: z.string().nullable().default(null),
  projectId: z.string().nullable().default(null),
  workloadId: z.string().nullable().default(null),
  businessUnitId: z.string().nullable().default(null),
  costCentre: z.string().nullable().default(null),
  environment: z.string().nullable().default(null),
  profileId: z.string().nullable().default(null),
  /** How the caller proved itself: virtual_key, idp_token, mtls. */
  identityMethod: z.string().default('virtual_key'),
  clientIp: z.string().nullable().default(null),
  userAgent: z.string().nullable().default(null),

  endpoint: z.string(),
  stream: z.boolean().default(false),
  modelAsked: z.string().nullable().default(null),
  model: z.string().nullable().default(null),
  modelServed: z.string().nullable().default(null),
  provider: z.string().nullable().default(null),
  deploymentId: z.string().nullable().default(null),
  region: z.string().nullable().default(null),

  /** Signed in adjustments. */
  tokens: tokenVector.default({}),
  costNanos: nanos.default('0'),
  priceLines: z.array(priceLine).default([]),
  priceVersion: z.string().nullable().default(null),
  estimated: z.boolean().default(false),
  estimatedWhy: z.string().nullable().default(null),

  attempts: z.array(attempt).default([]),
  decision: writtenDecision,
  timing,
  tags: z.record(z.string(), z.string()).default({}),
  /** The owner's at the identity provider, in alphabetical order; none in events of gateways that did not say. */
  groups: z.array(z.string()).default([]),
})
/** As it is read. */
export type UsageEvent = z.output<typeof usageEvent>
/** As it is written: what a call does not have is left out, since every call is written, sent and stored. */
export type WrittenEvent = z.input<typeof usageEvent>

/** What a hold carries so that the worker can settle it when its gateway died. */
export const holdDraft = z.object({
  event: usageEvent,
  prices: nanosPerMillion.nullable().default(null),
  promptTokensEstimate: z.number(),
  /** What a call with pictures or sound in it probably uses, in the units of its price. */
  likely: tokenVector.optional(),
})
export type HoldDraft = z.output<typeof holdDraft>
