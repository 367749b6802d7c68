'use client'

import { useSearchParams } from 'next/navigation'
import { spendPeriods } from '#components/keys/detail/spend-points.ts'
import { useQueryChange } from '#components/ui/query.ts'
import { Segmented } from '#components/ui/radio-group.tsx'

/** Which span of its spend one looks at; the address keeps it. */
export function SpendPeriodSwitch({ month }: { readonly month: string }) {
  const asked = useSearchParams().get('period')
  const { go } = useQueryChange()
  return (
    <Segmented
      label="Period"
      size="small"
      value={spendPeriods.find((period) => period === asked) ?? 'month'}
      options={[
        { value: 'day', label: '24 h' },
        { value: 'week', label: '7 d' },
        { value: 'month', label: month },
      ]}
      onValueChange={(period) => go({ period: period === 'month' ? null : period }, 'replace')}
    />
  )
}
