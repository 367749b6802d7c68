'use client'

import { useShell } from '#components/shell/shell-controls.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

/** Looks like a box to type in, opens the palette. */
export function PaletteButton() {
  const { setOpen } = useShell()
  return (
    <button
      type="button"
      onClick={() => setOpen('palette')}
      aria-keyshortcuts="Meta+K Control+K"
      className="flex h-[1.875rem] flex-none items-center gap-2 rounded-2 border border-line-strong bg-surface pr-1 pl-2 text-ink-3 shadow-1 slim:justify-center slim:px-0"
    >
      <Icon name="search" size={14} />
      <span className="flex-1 text-left slim:sr-only">Search or jump to</span>
      <Kbd bare className="slim:hidden">
        <Icon name="cmd" size={11} />K
      </Kbd>
    </button>
  )
}
