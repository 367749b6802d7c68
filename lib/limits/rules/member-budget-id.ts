/** A budget for each member of a team has one record a person, under a name of its own. */
export function memberBudgetId(budgetId: string, userId: string): string {
  return `${budgetId}:${userId}`
}
