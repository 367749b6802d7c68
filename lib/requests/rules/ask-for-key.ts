/** A new key that goes beyond its profile, taken apart: what may begin at once, and what has to be asked for. Pure. */
import type { CreateKeyInput } from '#lib/keys/contract.ts'
import { limitKinds } from '#lib/limits/contract.ts'
import type { FieldError } from '#lib/platform/errors.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import type { KeyTerms } from '#lib/policy/rules/apply-guardrails.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'
import type { Raise } from '#lib/requests/contract.ts'

/** What has to be asked for; null where part of it can't be: no limit at all, a softer budget, a region. */
export function raiseFor(
  input: CreateKeyInput,
  beyond: readonly FieldError[],
  policy: ProfilePolicy,
  isKindAllowed: boolean,
): Raise | null {
  const raise: Raise = isKindAllowed ? {} : { kind: true }
  for (const { field } of beyond) {
    const kind = limitKinds.find((each) => field === `limits.${each}`)
    if (kind) {
      const limit = input.limits?.[kind]
      if (limit == null) return null
      raise.limits = { ...raise.limits, [kind]: limit }
    } else if (field === 'budget.amountUsd' && input.budget) raise.budgetUsd = input.budget.amountUsd
    else if (field === 'expiresAt' && input.expiresAt) raise.expiresAt = input.expiresAt
    else if (field === 'models')
      raise.models = [...new Set(input.models)].filter((name) => !name.includes('*') && !isAllowed(name, policy.models))
    else if (field === 'providers')
      raise.providers = [...new Set(input.providers)].filter(
        (name) => !name.includes('*') && !isAllowed(name, policy.providers),
      )
    else if (field === 'keysPerPerson') raise.oneMore = true
    else return null
  }
  return raise
}

/**
 * The terms with every value that goes beyond at its maximum. Models stay as asked: what the profile does not allow is
 * out of reach until it is granted.
 */
export function termsWithin(terms: KeyTerms, beyond: readonly FieldError[]): KeyTerms {
  const maxima = new Map(beyond.map(({ field, maximum }) => [field, maximum]))
  const limits = Object.fromEntries(
    Object.entries(terms.limits).map(([kind, limit]) => {
      const maximum = maxima.get(`limits.${kind}`)
      return [kind, typeof maximum === 'number' ? maximum : limit]
    }),
  )
  const amountUsd = maxima.get('budget.amountUsd')
  const end = maxima.get('expiresAt')
  return {
    ...terms,
    limits,
    budget: terms.budget && typeof amountUsd === 'string' ? { ...terms.budget, amountUsd } : terms.budget,
    expiresAtMs: typeof end === 'string' ? Date.parse(end) : terms.expiresAtMs,
  }
}
