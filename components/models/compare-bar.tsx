'use client'

import { BulkBar, BulkButton } from '#components/ui/bulk-bar.tsx'
import { useSelection } from '#components/ui/list.tsx'
import { useQueryChange } from '#components/ui/query.ts'

const most = 4

/** Puts two to four selected models side by side. */
export function CompareBar() {
  const { ids, count } = useSelection()
  const { go } = useQueryChange()
  const fits = count >= 2 && count <= most
  return (
    <BulkBar>
      {fits ? (
        <BulkButton icon="cols" onClick={() => go({ compare: [...ids] })}>
          Compare
        </BulkButton>
      ) : (
        <span className="px-[0.6875rem] opacity-65">
          {count < 2 ? 'Select one more to compare' : `Compare up to ${most}`}
        </span>
      )}
    </BulkBar>
  )
}
