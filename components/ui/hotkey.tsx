'use client'

import { useRouter } from 'next/navigation'
import { useHotkey, type HotkeyOptions } from '#components/ui/hotkeys.ts'

type HotkeyProps = HotkeyOptions & {
  readonly keys: string
  readonly label: string
  /** Goes there … */
  readonly href?: string
  /** … or presses the element with this id, which may be rendered on the server. */
  readonly press?: string
}

/** A shortcut for something a server component rendered: `<Hotkey keys="c" label="New key" href="/keys?new=1" />`. */
export function Hotkey({ keys, label, href, press, ...options }: HotkeyProps) {
  const router = useRouter()
  useHotkey(
    keys,
    label,
    () => {
      if (href) router.push(href)
      if (press) document.getElementById(press)?.click()
    },
    options,
  )
  return null
}
