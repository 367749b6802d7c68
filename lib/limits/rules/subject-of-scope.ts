import type { ManagedScopeType } from '#lib/limits/budget-contract.ts'
import type { Subject } from '#lib/policy/versions.ts'

/** Whose version rises when limits or budgets of a scope change. Business units have none of their own. */
export function subjectOfScope(type: ManagedScopeType, id: string): Subject {
  return type === 'organisation' || type === 'business_unit' ? 'organisation' : `${type}:${id}`
}
