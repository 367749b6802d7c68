/** Which layer a limit or budget of a grant comes from, for saying so beside its figure. */
import type { BudgetRule, LimitRule } from '#lib/limits/contract.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { fieldOfLimit } from '#lib/policy/rules/compile-grant.ts'

export type LimitSource = {
  readonly layer:
    | 'key'
    | 'profile'
    | 'user'
    | 'workload'
    | 'project'
    | 'team'
    | 'business_unit'
    | 'organisation'
    | 'environment'
    | 'group'
    | 'tag'
  readonly id: string
  readonly name: string
}

type Facts = {
  readonly profile: { readonly id: string; readonly name: string; readonly policy: ProfilePolicy }
  readonly overrides: readonly string[]
}

/** A key's own limit that says what its profile says anyway is the profile's. */
export function sourceOfLimit(rule: LimitRule, { profile, overrides }: Facts): LimitSource {
  const { scope, kind, limit } = rule
  if (scope.type !== 'key') return { layer: scope.type, id: scope.id, name: scope.name }
  const guardrail = profile.policy.limits[kind]
  const isDefault = rule.models === undefined && limit === guardrail?.default
  const isProfiles = !overrides.includes(fieldOfLimit(kind, rule.models)) && (isDefault || limit === guardrail?.maximum)
  return isProfiles
    ? { layer: 'profile', id: profile.id, name: profile.name }
    : { layer: 'key', id: scope.id, name: scope.name }
}

export function sourceOfBudget({ scope }: BudgetRule): LimitSource {
  return { layer: scope.type, id: scope.id, name: scope.name }
}
