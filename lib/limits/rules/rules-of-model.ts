/** Which of a grant's limits count a call of a model, and how such a limit is called. Pure. */
import type { LimitRule, Scope } from '#lib/limits/contract.ts'
import { matchesPattern } from '#lib/policy/rules/patterns.ts'

export const isOfSomeModels = ({ models }: LimitRule): boolean => models !== undefined

/** `model`: the catalogue's name, whatever alias the caller used. */
export function limitsOfModel(limits: readonly LimitRule[], model: string): readonly LimitRule[] {
  return limits.filter((rule) => countsModel(rule, model))
}

export function countsModel({ models }: Pick<LimitRule, 'models'>, model: string): boolean {
  return models === undefined || matchesPattern(model, models)
}

/** The scope of a limit, as people are told it. */
export function namedScope({ scope, models }: LimitRule): Scope {
  return models === undefined ? scope : { ...scope, name: `${scope.name}, ${models}` }
}
