/**
 * What a new or changed key may have: what was asked for, completed by the profile's defaults, and held against its
 * maxima. Pure: who may go beyond is the caller's question.
 */
import { limitKinds, type BudgetInput, type ScopeLimits, type ScopeLimitsInput } from '#lib/limits/contract.ts'
import { changeModels } from '#lib/limits/rules/change-limits.ts'
import type { FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { isLooser, loosestPosture, maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'
import { fieldOfLimit } from '#lib/policy/rules/compile-grant.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

export const catalogueFields = ['models', 'providers', 'regions'] as const
export type CatalogueField = (typeof catalogueFields)[number]

/** Terms as asked for; what is absent takes the default, `null` asks for none. */
export type AskedTerms = {
  readonly models?: readonly string[] | undefined
  readonly providers?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  readonly environment?: string | undefined
  readonly limits?: ScopeLimitsInput | undefined
  readonly budget?: BudgetInput | null | undefined
  /** Epoch ms. */
  readonly expiresAtMs?: number | null | undefined
}

export type KeyTerms = {
  readonly models: readonly string[]
  readonly providers: readonly string[]
  readonly regions: readonly string[]
  readonly limits: ScopeLimits
  readonly budget: BudgetInput | null
  readonly expiresAtMs: number | null
}

export type GuardrailVerdict = {
  readonly terms: KeyTerms
  /** What goes beyond the profile, each with its maximum; empty where all is within. */
  readonly beyond: readonly FieldError[]
}

export const dayMs = 86_400_000

/** `createdAtMs`: when the key was made, since the longest lifetime counts from there however often it is extended. */
export function applyGuardrails(
  policy: ProfilePolicy,
  asked: AskedTerms,
  nowMs: number,
  createdAtMs: number = nowMs,
): GuardrailVerdict {
  const beyond: FieldError[] = []
  const terms: KeyTerms = {
    models: catalogueOf('models', asked.models, policy.models, beyond),
    providers: catalogueOf('providers', asked.providers, policy.providers, beyond),
    regions: catalogueOf('regions', asked.regions, policy.regions, beyond),
    limits: limitsOf(policy, asked.limits ?? {}, beyond),
    budget: budgetOf(policy, asked.budget, beyond),
    expiresAtMs: expiryOf(policy, asked.expiresAtMs, createdAtMs, beyond),
  }
  if (asked.environment !== undefined && !isAllowed(asked.environment, { allow: policy.environments, deny: [] })) {
    const message = `The access profile does not allow keys in the environment ${asked.environment}.`
    beyond.push({ field: 'environment', message, maximum: policy.environments.join(', ').slice(0, 1000) })
  }
  return { terms, beyond }
}

/** The field names that a key lists as its overrides: `budget` stands for all of the budget's parts. */
export function overridesOf(beyond: readonly FieldError[]): string[] {
  return [...new Set(beyond.map(({ field }) => (field.startsWith('budget') ? 'budget' : field)))]
}

type Lists = { readonly allow: readonly string[]; readonly deny: readonly string[] }

// A pattern in a key's list can't widen anything, since every layer has to allow; only plain names are held against the profile.
function catalogueOf(
  field: CatalogueField,
  asked: readonly string[] | undefined,
  lists: Lists,
  beyond: FieldError[],
): readonly string[] {
  const names = [...new Set(asked)]
  const refused = names.filter((name) => !name.includes('*') && !isAllowed(name, lists))
  if (refused.length > 0) {
    const message = `The access profile does not allow ${refused.slice(0, 5).join(', ')}.`
    beyond.push({ field, message, maximum: lists.allow.join(', ').slice(0, 1000) })
  }
  return names
}

function limitsOf(policy: ProfilePolicy, asked: ScopeLimitsInput, beyond: FieldError[]): ScopeLimits {
  const limits: ScopeLimits = changeModels({}, asked)
  for (const kind of limitKinds) {
    const guardrail = policy.limits[kind]
    const given = asked[kind]
    if (given === undefined) {
      if (guardrail) limits[kind] = defaultWithin(guardrail)
      continue
    }
    limits[kind] = given
    const maximum = guardrail?.maximum ?? null
    if (maximum === null || (given !== null && given <= maximum)) continue
    const message = given === null ? 'The access profile asks for a limit here.' : moreThanAllowed
    beyond.push({ field: fieldOfLimit(kind), message, maximum })
  }
  for (const [pattern, ofModels] of Object.entries(limits.models ?? {})) {
    for (const kind of limitKinds) {
      const maximum = policy.limits[kind]?.maximum ?? null
      if (maximum === null || (ofModels[kind] ?? 0) <= maximum) continue
      beyond.push({ field: fieldOfLimit(kind, pattern), message: moreThanAllowed, maximum })
    }
  }
  return limits
}

const moreThanAllowed = 'This is more than the access profile allows.'

function defaultWithin({
  default: wanted,
  maximum,
}: {
  readonly default: number | null
  readonly maximum: number | null
}): number | null {
  return maximum !== null && (wanted === null || wanted > maximum) ? maximum : wanted
}

function budgetOf(
  policy: ProfilePolicy,
  asked: BudgetInput | null | undefined,
  beyond: FieldError[],
): BudgetInput | null {
  const { maximumUsd } = policy.budget
  if (asked === undefined) return defaultBudget(policy)
  if (asked === null) {
    if (maximumUsd !== null)
      beyond.push({ field: 'budget', message: 'The access profile asks for a budget.', maximum: maximumUsd })
    return null
  }
  const maximum = maximumNanosFor(asked.period, policy)
  if (maximum !== null && nanosOfUsd(asked.amountUsd) > maximum) {
    const message = `This is more than the access profile allows a ${asked.period === 'total' ? 'key' : asked.period}.`
    beyond.push({ field: 'budget.amountUsd', message, maximum: usdOfNanos(maximum) })
  }
  const loosest = loosestPosture(policy)
  if (isLooser(asked.posture, loosest)) {
    beyond.push({
      field: 'budget.posture',
      message: 'The access profile asks for a budget that stops.',
      maximum: loosest,
    })
  }
  return asked
}

function defaultBudget(policy: ProfilePolicy): BudgetInput | null {
  const { default: preset, maximumUsd } = policy.budget
  if (maximumUsd === null) return preset
  const wanted = preset ?? { amountUsd: maximumUsd, period: 'month', posture: loosestPosture(policy) }
  const maximum = maximumNanosFor(wanted.period, policy)
  return maximum !== null && nanosOfUsd(wanted.amountUsd) > maximum
    ? { ...wanted, amountUsd: usdOfNanos(maximum) }
    : wanted
}

function expiryOf(
  policy: ProfilePolicy,
  asked: number | null | undefined,
  createdAtMs: number,
  beyond: FieldError[],
): number | null {
  const { default: days, maximum } = policy.lifetimeDays
  const latest = latestEnd(policy, createdAtMs)
  if (asked === undefined) {
    const wanted = days === null ? null : createdAtMs + days * dayMs
    return latest !== null && (wanted === null || wanted > latest) ? latest : wanted
  }
  if (latest !== null && (asked === null || asked > latest)) {
    const message = `Keys of this access profile live ${maximum} days at most, from when they were made.`
    beyond.push({ field: 'expiresAt', message, maximum: new Date(latest).toISOString() })
  }
  return asked
}

/** The latest moment, epoch ms, at which a key may end under its profile; null where it need not end. */
export function latestEnd({ lifetimeDays: { maximum } }: ProfilePolicy, createdAtMs: number): number | null {
  return maximum === null ? null : createdAtMs + maximum * dayMs
}
