'use client'

import { useRouter } from 'next/navigation'
import { copyText } from '#components/ui/copy-button.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { toast } from '#components/ui/toaster.tsx'

type DrawerKeysProps = {
  readonly newerHref: string | null
  readonly olderHref: string | null
  readonly closeHref: string
  readonly link: string
}

/** `j k` move the drawer with the row, `y` copies its address, Esc closes it. */
export function DrawerKeys({ newerHref, olderHref, closeHref, link }: DrawerKeysProps) {
  const router = useRouter()
  const go = (href: string | null) => (href === null ? undefined : router.push(href, { scroll: false }))
  const group = { group: 'In the drawer' }
  useHotkey('j', 'Older entry', () => go(olderHref), group)
  useHotkey('k', 'Newer entry', () => go(newerHref), group)
  useHotkey('Escape', 'Close', () => go(closeHref), group)
  useHotkey(
    'y',
    'Copy link to the entry',
    () =>
      void copyText(new URL(link, location.origin).href).then((done) =>
        done ? toast({ text: 'Link copied.' }) : undefined,
      ),
    group,
  )
  return null
}
