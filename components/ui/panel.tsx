'use client'

import { useRouter } from 'next/navigation'
import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { IconButton } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { focusFirstField, scrimStyle } from '#components/ui/dialog.tsx'

export type PanelProps = {
  readonly title: ReactNode
  /** State tags beside the title. */
  readonly tags?: ReactNode
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  /** Where closing leads: the list's own address. For panels that live in the URL. */
  readonly closeHref?: string
  readonly trigger?: ReactNode
  readonly children: ReactNode
  /** Says what will happen when the button is pressed, then the buttons. Use PanelFoot. */
  readonly foot?: ReactNode
  /** Runs before it closes; return false to stay (a key not yet copied, a form not yet sent). */
  readonly onBeforeClose?: () => boolean
  readonly contentProps?: ComponentProps<typeof Primitive.Content>
}

/** A panel over the list one came from; the whole screen on phones. */
export function Panel(props: PanelProps) {
  const { title, tags, open, onOpenChange, closeHref, trigger, children, foot, onBeforeClose, contentProps } = props
  const router = useRouter()

  function change(next: boolean) {
    if (!next && onBeforeClose && !onBeforeClose()) return
    onOpenChange?.(next)
    if (!next && closeHref) router.push(closeHref, { scroll: false })
  }

  return (
    <Primitive.Root open={closeHref ? (open ?? true) : open} onOpenChange={change}>
      {trigger ? <Primitive.Trigger asChild>{trigger}</Primitive.Trigger> : null}
      <Primitive.Portal>
        <Primitive.Overlay className={scrimStyle} />
        <Primitive.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirstField}
          {...contentProps}
          className={cn(
            'fixed inset-y-2 right-2 z-(--z-panel) flex w-(--panel) max-w-[calc(100vw-1rem)] flex-col overflow-hidden rounded-4 bg-raised shadow-3 outline-none data-[state=closed]:animate-fade-out data-[state=open]:animate-slide-in phone:inset-0 phone:w-auto phone:max-w-none phone:rounded-none',
            contentProps?.className,
          )}
        >
          <header className="flex h-13 flex-none items-center gap-2 border-b border-line pr-3 pl-6 phone:pl-4">
            <Primitive.Title className="min-w-0 truncate text-lg font-semibold tracking-(--track-tight)">
              {title}
            </Primitive.Title>
            {tags}
            <span className="flex-1" />
            <Primitive.Close asChild>
              <IconButton icon="x" label="Close" kbd="Esc" />
            </Primitive.Close>
          </header>
          <PanelBody>{children}</PanelBody>
          {foot}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

function PanelBody({ children }: { readonly children: ReactNode }) {
  return (
    <div
      data-body
      className="grid min-h-0 flex-1 auto-rows-max grid-cols-[minmax(0,1fr)] content-start gap-4 overflow-auto px-6 py-4 phone:px-4"
    >
      {children}
    </div>
  )
}

export type PanelFootProps = {
  /** What will happen, before it does: a Note. */
  readonly verdict?: ReactNode
  /** At the left of the buttons: a box, a hint. */
  readonly start?: ReactNode
  readonly children: ReactNode
}

export function PanelFoot({ verdict, start, children }: PanelFootProps) {
  return (
    <footer className="grid flex-none gap-3 border-t border-line bg-sunken px-6 py-3 phone:px-4">
      {verdict}
      <div className="flex items-center gap-2 phone:flex-wrap phone:[&>button:last-child]:flex-1">
        <div className="min-w-0 flex-1 phone:basis-full phone:empty:hidden">{start}</div>
        {children}
      </div>
    </footer>
  )
}
