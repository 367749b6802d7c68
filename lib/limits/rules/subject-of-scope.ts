import type { LimitedScopeType } from '#lib/limits/budget-contract.ts'
import type { Subject } from '#lib/policy/versions.ts'

/** Whose version rises when limits or budgets of a scope change. What is no row of its own has no version of its own. */
export function subjectOfScope(type: LimitedScopeType, id: string): Subject {
  switch (type) {
    case 'environment':
      return `team:${teamOfEnvironment(id)}`
    case 'organisation':
    case 'business_unit':
    case 'group':
    case 'tag':
      return 'organisation'
    default:
      return `${type}:${id}`
  }
}

/** The team's part of an environment's id. */
export function teamOfEnvironment(id: string): string {
  return id.slice(0, id.indexOf(':'))
}

/** The rest of it: `production`. */
export function environmentName(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
