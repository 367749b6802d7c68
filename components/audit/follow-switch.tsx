'use client'

import { useSearchParams } from 'next/navigation'
import { RefreshEvery } from '#components/admin/refresh-every.tsx'
import { useQueryChange } from '#components/ui/query.ts'
import { Switch } from '#components/ui/switch.tsx'

/** New entries come in by themselves. Only on the first page: elsewhere rows would move away under the reader. */
export function FollowSwitch() {
  const search = useSearchParams()
  const { go } = useQueryChange()
  const follows = search.get('follow') === '1'
  if (search.has('cursor')) return null
  return (
    <>
      <Switch checked={follows} onCheckedChange={(on) => go({ follow: on ? '1' : null }, 'replace')}>
        Follow new entries
      </Switch>
      {follows ? <RefreshEvery seconds={5} /> : null}
    </>
  )
}
