'use client'

import { Dialog as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import type { NavigationGroup } from '#components/shell/navigation.ts'
import { useShell } from '#components/shell/shell-controls.tsx'
import { SideNav } from '#components/shell/side-nav.tsx'
import { IconButton } from '#components/ui/button.tsx'

type PhoneMenuProps = { readonly title: string; readonly groups: readonly NavigationGroup[]; readonly foot: ReactNode }

/** The navigation on a phone: the whole screen, from the button at the top. */
export function PhoneMenu({ title, groups, foot }: PhoneMenuProps) {
  const { open, setOpen } = useShell()
  return (
    <Primitive.Root open={open === 'menu'} onOpenChange={(next) => setOpen(next ? 'menu' : null)}>
      <Primitive.Portal>
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed inset-0 z-(--z-panel) flex flex-col bg-canvas outline-none data-[state=open]:animate-fade-in desk:hidden"
        >
          <header className="flex h-13 flex-none items-center border-b border-line pr-2 pl-4">
            <Primitive.Title className="flex-1 text-[0.9375rem] font-semibold">{title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton icon="x" label="Close" />
            </Primitive.Close>
          </header>
          <div className="flex min-h-0 flex-1 flex-col gap-2 p-2">
            <SideNav groups={groups} onGo={() => setOpen(null)} />
            {foot}
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

/** Search and menu, at the right of a phone's top bar. */
export function PhoneButtons() {
  const { setOpen } = useShell()
  return (
    <div className="flex flex-none items-center gap-0.5 desk:hidden">
      <IconButton icon="search" label="Search" onClick={() => setOpen('palette')} />
      <IconButton icon="menu" label="Menu" onClick={() => setOpen('menu')} />
    </div>
  )
}

/** Brings the navigation back on a desk where it is hidden. */
export function ShowSideButton() {
  const { prefer } = useShell()
  return (
    <IconButton
      icon="menu"
      label="Show the navigation"
      kbd="["
      className="-ml-2 hidden [[data-side=hidden]_&]:inline-flex phone:hidden!"
      onClick={() => prefer({ side: 'shown' })}
    />
  )
}
