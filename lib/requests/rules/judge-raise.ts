/** What may be asked for, and what is approved without a person. Pure. */
import type { BudgetPeriod, LimitKind } from '#lib/limits/contract.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import type { FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { dayMs } from '#lib/policy/rules/apply-guardrails.ts'
import { maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'
import { isAllowed, matchesPattern } from '#lib/policy/rules/patterns.ts'
import type { Raise } from '#lib/requests/contract.ts'

export type RaiseFacts = {
  readonly policy: ProfilePolicy
  /** Of the key's own budget. */
  readonly period: BudgetPeriod
  /** When the key was made, epoch ms: its longest life counts from there. */
  readonly createdAtMs: number
}

export type RaiseVerdict =
  /** Within the profile: nobody has to be asked. */
  | { readonly kind: 'within' }
  /** A rule of the profile says yes. */
  | { readonly kind: 'automatic' }
  | { readonly kind: 'ask'; readonly approver: 'team_lead' | 'admin' }
  /** Nobody may give it; with what could be asked for. */
  | { readonly kind: 'refused'; readonly errors: readonly FieldError[] }

type Reach = 'within' | 'automatic' | 'ask' | FieldError

export function judgeRaise(raise: Raise, facts: RaiseFacts): RaiseVerdict {
  const { approver } = facts.policy.approval
  const reaches = reachesOf(raise, facts)
  const errors = reaches.filter((reach): reach is FieldError => typeof reach === 'object')
  if (errors.length > 0) return { kind: 'refused', errors }
  if (reaches.every((reach) => reach === 'within')) return { kind: 'within' }
  if (approver === 'nobody')
    return {
      kind: 'refused',
      errors: [{ field: 'approval', message: 'This access profile lets nobody go beyond it.' }],
    }
  return reaches.includes('ask') ? { kind: 'ask', approver } : { kind: 'automatic' }
}

/** Fields of a raise that go beyond the profile as it is now: where the key needs an override to have them. */
export function overridesFor(raise: Raise, facts: RaiseFacts): string[] {
  const fields: string[] = []
  const { budgetUsd, limits = {}, expiresAt } = raise
  if (budgetUsd !== undefined && budgetReach(budgetUsd, facts) !== 'within') fields.push('budget')
  for (const kind of limitKinds) {
    const limit = limits[kind]
    if (limit !== undefined && limitReach(kind, limit, facts.policy) !== 'within') fields.push(`limits.${kind}`)
  }
  if (expiresAt !== undefined && lifetimeReach(expiresAt, facts) !== 'within') fields.push('expiresAt')
  if (raise.kind) fields.push('kind')
  if (raise.oneMore) fields.push('keysPerPerson')
  return fields
}

/** Whether each part of `given` is at most what was asked for. */
export function isWithin(given: Raise, asked: Raise): boolean {
  if (given.budgetUsd !== undefined) {
    if (asked.budgetUsd === undefined || nanosOfUsd(given.budgetUsd) > nanosOfUsd(asked.budgetUsd)) return false
  }
  for (const kind of limitKinds) {
    const limit = given.limits?.[kind]
    if (limit !== undefined && limit > (asked.limits?.[kind] ?? 0)) return false
  }
  if (given.models?.some((model) => !asked.models?.includes(model))) return false
  if (given.providers?.some((provider) => !asked.providers?.includes(provider))) return false
  return (
    given.expiresAt === undefined ||
    (asked.expiresAt !== undefined && Date.parse(given.expiresAt) <= Date.parse(asked.expiresAt))
  )
}

function reachesOf(raise: Raise, facts: RaiseFacts): Reach[] {
  const { budgetUsd, limits = {}, models, providers = [], expiresAt } = raise
  return [
    ...(budgetUsd === undefined ? [] : [budgetReach(budgetUsd, facts)]),
    ...limitKinds.flatMap((kind) => {
      const limit = limits[kind]
      return limit === undefined ? [] : [limitReach(kind, limit, facts.policy)]
    }),
    ...(models === undefined ? [] : models.map((model) => modelReach(model, facts.policy))),
    ...providers.map((provider) => providerReach(provider, facts.policy)),
    ...(expiresAt === undefined ? [] : [lifetimeReach(expiresAt, facts)]),
    ...(raise.oneMore || raise.kind ? (['ask'] as const) : []),
  ]
}

function budgetReach(amountUsd: string, { policy, period }: RaiseFacts): Reach {
  const wanted = nanosOfUsd(amountUsd)
  const maximum = maximumNanosFor(period, policy)
  if (maximum === null || wanted <= maximum) return 'within'
  const { auto, upToFactor } = policy.approval
  const automatic =
    auto.budgetUsd === null
      ? null
      : maximumNanosFor(period, { ...policy, budget: { ...policy.budget, maximumUsd: auto.budgetUsd } })
  if (automatic !== null && wanted <= automatic) return 'automatic'
  const most = maximum * BigInt(upToFactor)
  return wanted <= most ? 'ask' : tooMuch('budget.amountUsd', usdOfNanos(most))
}

function limitReach(kind: LimitKind, wanted: number, policy: ProfilePolicy): Reach {
  const maximum = policy.limits[kind]?.maximum ?? null
  if (maximum === null || wanted <= maximum) return 'within'
  const { auto, upToFactor } = policy.approval
  if (auto.limitFactor !== null && wanted <= maximum * auto.limitFactor) return 'automatic'
  return wanted <= maximum * upToFactor ? 'ask' : tooMuch(`limits.${kind}`, maximum * upToFactor)
}

function modelReach(model: string, policy: ProfilePolicy): Reach {
  if (isAllowed(model, policy.models)) return 'within'
  // A pattern would give away what nobody has looked at.
  if (model.includes('*')) return { field: 'models', message: 'Name the models one by one.' }
  return policy.approval.auto.models.some((pattern) => matchesPattern(model, pattern)) ? 'automatic' : 'ask'
}

/** No rule says yes to a provider: whom prompts are sent to is for a person to decide. */
function providerReach(provider: string, policy: ProfilePolicy): Reach {
  if (isAllowed(provider, policy.providers)) return 'within'
  return provider.includes('*') ? { field: 'providers', message: 'Name the providers one by one.' } : 'ask'
}

function lifetimeReach(expiresAt: string, { policy, createdAtMs }: RaiseFacts): Reach {
  const days = policy.lifetimeDays.maximum
  const wanted = Date.parse(expiresAt) - createdAtMs
  if (days === null || wanted <= days * dayMs) return 'within'
  const { auto, upToFactor } = policy.approval
  if (auto.lifetimeDays !== null && wanted <= auto.lifetimeDays * dayMs) return 'automatic'
  const most = days * upToFactor * dayMs
  return wanted <= most ? 'ask' : tooMuch('expiresAt', new Date(createdAtMs + most).toISOString())
}

function tooMuch(field: string, maximum: string | number): FieldError {
  return { field, message: 'This is more than anyone may approve.', maximum }
}
