/** The order of budgets as a tree: the organisation, each business unit, its teams, and what is in a team. Pure. */
import type { BudgetView } from '#lib/limits/budget-contract.ts'

type Team = { readonly id: string; readonly name: string; readonly businessUnit: { readonly id: string } | null }

export type TreeRow = { readonly budget: BudgetView; readonly depth: 0 | 1 | 2 | 3 }

const within: Partial<Record<BudgetView['scope']['type'], number>> = { environment: 0, project: 1, workload: 2, key: 3 }

/** What cuts across teams stands at the end. */
const across = ['user', 'group', 'tag'] as const

/**
 * `inside`: the budgets in the one team that is open, shown below it. Teams of a unit that has no budget stand below the organisation.
 */
export function budgetTree(
  budgets: readonly BudgetView[],
  teams: readonly Team[],
  open: { readonly teamId: string; readonly inside: readonly BudgetView[] } | null,
): readonly TreeRow[] {
  const of = (type: BudgetView['scope']['type']) =>
    budgets.filter(({ scope }) => scope.type === type).toSorted((a, b) => a.scope.name.localeCompare(b.scope.name))
  const unitOf = new Map(teams.map(({ id, businessUnit }) => [id, businessUnit?.id ?? null]))
  const teamRows = (budget: BudgetView, depth: 1 | 2): TreeRow[] => [
    { budget, depth },
    ...(open?.teamId === budget.scope.id && isLastOf(budget, of('team'))
      ? inOrder(open.inside).map((inner): TreeRow => ({ budget: inner, depth: depth === 1 ? 2 : 3 }))
      : []),
  ]
  const units = of('business_unit')
  const unitIds = new Set(units.map(({ scope }) => scope.id))
  return [
    ...of('organisation').map((budget): TreeRow => ({ budget, depth: 0 })),
    ...units.flatMap((budget): TreeRow[] => [
      { budget, depth: 1 },
      ...(isLastOf(budget, units)
        ? of('team')
            .filter(({ scope }) => unitOf.get(scope.id) === budget.scope.id)
            .flatMap((team) => teamRows(team, 2))
        : []),
    ]),
    ...of('team')
      .filter(({ scope }) => !unitIds.has(unitOf.get(scope.id) ?? ''))
      .flatMap((team) => teamRows(team, 1)),
    ...across.flatMap(of).map((budget): TreeRow => ({ budget, depth: 1 })),
  ]
}

/** A scope may have several budgets, one a period; what hangs below it hangs below the last. */
function isLastOf(budget: BudgetView, rows: readonly BudgetView[]): boolean {
  return rows.findLast(({ scope }) => scope.id === budget.scope.id) === budget
}

function inOrder(budgets: readonly BudgetView[]): readonly BudgetView[] {
  const rank = ({ scope }: BudgetView) => within[scope.type] ?? 4
  return budgets.toSorted((a, b) => rank(a) - rank(b) || a.scope.name.localeCompare(b.scope.name))
}
