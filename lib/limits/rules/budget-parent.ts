/** Where budgets hang in the tree: those with the same parent are siblings, and money can go from one to the other. Pure. */
import type { ScopeType } from '#lib/limits/contract.ts'

export type BudgetParent = { readonly type: 'organisation' | 'business_unit' | 'team'; readonly id: string }

export type ScopePlace = {
  readonly scopeType: ScopeType
  readonly teamId: string | null
  /** The team's. */
  readonly businessUnitId: string | null
  readonly organisationId: string
}

/** People, groups and tags cut across teams, and hang from the organisation like units, and teams without one. */
export function budgetParent({ scopeType, teamId, businessUnitId, organisationId }: ScopePlace): BudgetParent | null {
  if (scopeType === 'organisation') return null
  if (scopeType === 'team' && businessUnitId !== null) return { type: 'business_unit', id: businessUnitId }
  if (scopeType !== 'team' && teamId !== null) return { type: 'team', id: teamId }
  return { type: 'organisation', id: organisationId }
}

type Sibling = {
  readonly id: string
  readonly scope: { readonly type: ScopeType }
  readonly parent: BudgetParent | null
  readonly period: string
  readonly timeZone: string
  readonly perMember: boolean
}

/** Why no money can go from one budget to the other; null where it can. Amounts are another matter. */
export function notSiblings(from: Sibling, to: Sibling): string | null {
  if (from.id === to.id) return 'Choose another budget than the one that gives.'
  if (from.scope.type === 'key' || to.scope.type === 'key') return 'The budget of a key is lent with a request.'
  if (from.perMember || to.perMember) return 'A budget for each member has no money of its own to give or take.'
  if (from.parent === null || from.parent.type !== to.parent?.type || from.parent.id !== to.parent.id) {
    return 'Both have to hang from the same team, unit or organisation.'
  }
  if (from.period !== to.period) return 'Both have to have the same period.'
  return from.timeZone === to.timeZone ? null : 'Both have to begin by the clock of the same time zone.'
}
