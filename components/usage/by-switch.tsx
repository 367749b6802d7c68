'use client'

import { useQueryChange } from '#components/ui/query.ts'
import { Segmented } from '#components/ui/radio-group.tsx'
import { dimensionLabels, type UsageDimension } from '#components/usage/dimensions.ts'

type BySwitchProps = { readonly value: UsageDimension; readonly offered: readonly UsageDimension[] }

/** What the table is split by, in the address. */
export function BySwitch({ value, offered }: BySwitchProps) {
  const { go } = useQueryChange()
  const first = offered[0]
  return (
    <Segmented
      label="Split by"
      size="small"
      value={value}
      onValueChange={(next) => go({ by: next === first ? null : next, sort: null, back: null })}
      options={offered.map((each) => ({ value: each, label: dimensionLabels[each] }))}
    />
  )
}
