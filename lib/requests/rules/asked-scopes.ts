/** What stands above keys and belongs to somebody who asks for more for it. Browser-safe. */
export const askedScopeTypes = ['user', 'workload', 'project', 'team', 'business_unit', 'organisation'] as const
export type AskedScopeType = (typeof askedScopeTypes)[number]
