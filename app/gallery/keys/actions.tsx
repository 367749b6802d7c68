'use client'

import { BulkBar, BulkButton } from '#components/ui/bulk-bar.tsx'
import { plural } from '#components/ui/format.ts'
import { useSelection } from '#components/ui/list.tsx'
import { MenuItem, MenuSeparator, RowMenu } from '#components/ui/menu.tsx'
import { toast } from '#components/ui/toaster.tsx'

export function GalleryRowMenu({ name }: { readonly name: string }) {
  return (
    <RowMenu label={name}>
      <MenuItem icon="external" kbd="Enter" href="/gallery/key">
        Open
      </MenuItem>
      <MenuItem icon="copy">Copy key id</MenuItem>
      <MenuItem icon="rotate" kbd="R">
        Rotate
      </MenuItem>
      <MenuItem icon="chart">See calls</MenuItem>
      <MenuSeparator />
      <MenuItem icon="pause" kbd="S">
        Suspend
      </MenuItem>
      <MenuItem icon="halt" kbd="Q" tone="quar">
        Quarantine
      </MenuItem>
      <MenuItem icon="ban" tone="bad">
        Revoke…
      </MenuItem>
    </RowMenu>
  )
}

export function GalleryBulk() {
  return (
    <BulkBar>
      <SuspendSelected />
      <BulkButton icon="calendar">Extend</BulkButton>
      <BulkButton icon="ban">Revoke…</BulkButton>
    </BulkBar>
  )
}

function SuspendSelected() {
  const { count, clear } = useSelection()
  return (
    <BulkButton
      icon="pause"
      onClick={() => {
        toast({ text: `Suspended ${plural(count, 'key')}.`, undo: () => {} })
        clear()
      }}
    >
      Suspend
    </BulkButton>
  )
}
