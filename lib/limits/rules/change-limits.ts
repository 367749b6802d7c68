/** What is given changes, null takes away, the rest stays. Pure. */
import { limitKinds, type LimitsInput, type ScopeLimits, type ScopeLimitsInput } from '#lib/limits/contract.ts'

export function changeLimits(current: ScopeLimits, given: ScopeLimitsInput): ScopeLimits {
  return { ...changeKinds(current, given), ...changeModels(current, given) }
}

/** The part by models, empty where no pattern has a limit. */
export function changeModels(current: ScopeLimits, given: ScopeLimitsInput): Pick<ScopeLimits, 'models'> {
  const models: Record<string, LimitsInput> = {}
  for (const pattern of new Set([...Object.keys(current.models ?? {}), ...Object.keys(given.models ?? {})])) {
    const change = given.models?.[pattern]
    const limits = change === null ? {} : changeKinds(current.models?.[pattern] ?? {}, change ?? {})
    if (Object.keys(limits).length > 0) models[pattern] = limits
  }
  return Object.keys(models).length > 0 ? { models } : {}
}

function changeKinds(current: LimitsInput, given: LimitsInput): LimitsInput {
  const next: LimitsInput = {}
  for (const kind of limitKinds) {
    const limit = given[kind] === undefined ? current[kind] : given[kind]
    if (limit != null) next[kind] = limit
  }
  return next
}
