/** The words of limits and budgets, as CONTRACT.md's "what the words mean" defines them. Browser-safe. */
import * as z from 'zod'

/** Beside the contract's: `itpm` and `otpm`, `itpd` and `otpd` count input and output tokens apart. */
export const limitKinds = ['rpm', 'rph', 'rpd', 'tpm', 'itpm', 'otpm', 'tpd', 'itpd', 'otpd', 'concurrency'] as const
export type LimitKind = (typeof limitKinds)[number]

export const scopeTypes = [
  'key',
  'user',
  'team',
  'project',
  'workload',
  'environment',
  'group',
  'business_unit',
  'organisation',
  // Beside the contract's: every key that carries a tag with this value.
  'tag',
] as const
export type ScopeType = (typeof scopeTypes)[number]

/** Whom a limit or budget counts together. */
export type Scope = {
  readonly type: ScopeType
  readonly id: string
  readonly name: string
  /** Of a person: only what they do in this team. */
  readonly teamId?: string
}

/** A limit: whole number from 1 to 10^12. */
const limitRange = 'Enter a whole number from 1 to 1,000,000,000,000.'
export const limitValue = z.int(limitRange).min(1, limitRange).max(1_000_000_000_000, limitRange)

/** Left out: the profile's default. Null: no limit. */
export const limitsInput = z.strictObject({
  rpm: limitValue.nullish(),
  rph: limitValue.nullish(),
  rpd: limitValue.nullish(),
  tpm: limitValue.nullish(),
  itpm: limitValue.nullish(),
  otpm: limitValue.nullish(),
  tpd: limitValue.nullish(),
  itpd: limitValue.nullish(),
  otpd: limitValue.nullish(),
  concurrency: limitValue.nullish(),
})
export type LimitsInput = z.infer<typeof limitsInput>

/** A model's name, or a pattern in which `*` stands for any run of characters up to the next `/`. */
const modelPattern = /^[A-Za-z0-9._:/@*-]{1,120}$/
const mostModelPatterns = 50

/** Null for a pattern takes all its limits away. */
const modelLimitsInput = z.record(z.string(), limitsInput.nullable()).superRefine((models, { addIssue }) => {
  const patterns = Object.keys(models)
  if (patterns.length > mostModelPatterns)
    addIssue({ code: 'custom', message: `Name at most ${mostModelPatterns} patterns.` })
  for (const pattern of patterns) {
    if (!modelPattern.test(pattern)) addIssue({ code: 'custom', path: [pattern], message: modelPatternRule })
  }
})

/** What is wrong with a pattern of models, said to whoever wrote it; null where nothing is. */
export function problemOfPattern(pattern: string): string | null {
  return modelPattern.test(pattern) ? null : modelPatternRule
}
const modelPatternRule =
  'Name a model, or a pattern such as claude-*: 1 to 120 letters, digits and any of . _ - : / @ *.'

/**
 * Limits of a scope, a key or above. Those of `models` count calls of the models that their pattern names, together per
 * pattern, and beside the others.
 */
export const scopeLimitsInput = limitsInput.extend({ models: modelLimitsInput.optional() })
export type ScopeLimitsInput = z.infer<typeof scopeLimitsInput>

/** As they are kept: null stays only where a key says "none" instead of its profile's default. */
export const scopeLimits = limitsInput.extend({ models: z.record(z.string(), limitsInput).optional() })
export type ScopeLimits = z.infer<typeof scopeLimits>

export const budgetPeriods = ['day', 'week', 'month', 'quarter', 'total'] as const
export type BudgetPeriod = (typeof budgetPeriods)[number]

export const budgetPostures = ['hard', 'soft', 'alert_then_enforce'] as const
export type BudgetPosture = (typeof budgetPostures)[number]

/** A decimal above 0 with at most 9 decimals, at most $9,000,000. Given as text or number, kept as text. */
export const amountUsd = z
  .union([z.string(), z.number().transform(plainDecimal)])
  .refine((text) => /^\d{1,7}(\.\d{1,9})?$/.test(text) && /[1-9]/.test(text) && Number(text) <= 9_000_000, {
    message: 'Enter an amount above 0, at most 9,000,000, with at most 9 decimals, such as "25" or "0.5".',
  })

export const budgetInput = z.strictObject({
  amountUsd,
  period: z.enum(budgetPeriods),
  posture: z.enum(budgetPostures).default('hard'),
})
export type BudgetInput = z.infer<typeof budgetInput>

/** A rate limit as the call path applies it. */
export type LimitRule = {
  readonly scope: Scope
  readonly kind: LimitKind
  readonly limit: number
  /** Pattern of the models that it counts; absent: all. */
  readonly models?: string
}

/** A budget as the call path applies it. `amountNanos` is decimal text, since grants travel as JSON. */
export type BudgetRule = {
  readonly id: string
  readonly scope: Scope
  readonly amountNanos: string
  readonly period: BudgetPeriod
  readonly posture: BudgetPosture
  /** For `alert_then_enforce`: the percentage of the amount at which calls are refused. */
  readonly enforceAtPercent: number
  readonly timeZone: string
}

const scopeInUse = z.object({ type: z.enum(scopeTypes), id: z.string(), name: z.string() })
const sourceInUse = z
  .object({ layer: z.string(), id: z.string(), name: z.string() })
  .describe('The layer of policy that sets this value.')
const maybeTime = z.string().nullable()

/** What is left, as GET /me/limits says it. */
const limitInUse = z.object({
  kind: z.enum(limitKinds),
  models: z.string().optional().describe('Pattern of the models that it counts; absent for all.'),
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  resetsAt: maybeTime.describe('When nothing of it is in use any more.'),
  scope: scopeInUse,
  source: sourceInUse,
})

const budgetInUse = z.object({
  id: z.string(),
  period: z.enum(budgetPeriods),
  posture: z.enum(budgetPostures),
  amountUsd: z.string(),
  usedUsd: z.string().describe('Settled calls of this period.'),
  heldUsd: z.string().describe('Set aside for calls that are running.'),
  remainingUsd: z.string(),
  enforcedAtUsd: z.string().nullable().describe('Where calls are refused; null where the budget only alerts.'),
  startsAt: maybeTime,
  resetsAt: maybeTime,
  timeZone: z.string(),
  scope: scopeInUse,
  source: sourceInUse,
})

export const keyLimitsView = z.object({
  key: z.object({ id: z.string(), name: z.string(), last4: z.string(), status: z.string() }),
  limits: z.array(limitInUse),
  budgets: z.array(budgetInUse),
})

export const limitsView = z.object({ at: z.string(), data: z.array(keyLimitsView) })
export type LimitsView = z.infer<typeof limitsView>
export type KeyLimitsView = z.infer<typeof keyLimitsView>

// 1e-7 as a number would print with an exponent, which the amount rule refuses.
function plainDecimal(value: number): string {
  return Number.isFinite(value) ? value.toFixed(9).replace(/\.?0+$/, '') : String(value)
}
