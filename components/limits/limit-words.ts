/** Words and signs of what limits are set on. */
import { formatBigCount } from '#components/ui/format.ts'
import type { IconName } from '#components/ui/icons.ts'
import type { LimitedScopeType, ScopeLimitsView } from '#lib/limits/budget-contract.ts'

export const scopeLooks: Record<LimitedScopeType, { readonly icon: IconName; readonly word: string }> = {
  organisation: { icon: 'building', word: 'Organisation' },
  business_unit: { icon: 'building', word: 'Business unit' },
  team: { icon: 'users', word: 'Team' },
  environment: { icon: 'server', word: 'Environment' },
  project: { icon: 'file', word: 'Project' },
  workload: { icon: 'bot', word: 'Workload' },
  user: { icon: 'user', word: 'Person' },
  group: { icon: 'users', word: 'Group' },
  tag: { icon: 'tag', word: 'Tag' },
}

/** In the order in which one looks for them. */
export const scopeOrder = Object.keys(scopeLooks) as LimitedScopeType[]

type Use = NonNullable<ScopeLimitsView['inUse']>[number]

/** The limit that is nearest to full; null where nothing of any is in use. */
export function fullestOf(uses: ScopeLimitsView['inUse']): Use | null {
  const [first] = (uses ?? []).toSorted((a, b) => b.used / b.limit - a.used / a.limit)
  return first && first.used > 0 ? first : null
}

/** "12 of 500". */
export function sentenceOfUse({ used, limit }: Pick<Use, 'used' | 'limit'>): string {
  return `${formatBigCount(used)} of ${formatBigCount(limit)}`
}
