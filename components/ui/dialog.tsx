'use client'

import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { IconButton } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'

export const scrimStyle =
  'fixed inset-0 z-(--z-panel) bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in'

export type DialogProps = {
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  /** The element that opens it, where one does. */
  readonly trigger?: ReactNode
  readonly title: ReactNode
  /** One sentence below the title: what this is about. */
  readonly description?: ReactNode
  readonly children?: ReactNode
  /** The buttons; the one that acts comes last. */
  readonly foot?: ReactNode
  readonly wide?: boolean
  readonly contentProps?: ComponentProps<typeof Primitive.Content>
}

/** For what cannot be done beside the thing itself. It traps focus and gives it back. */
export function Dialog({
  open,
  onOpenChange,
  trigger,
  title,
  description,
  children,
  foot,
  wide,
  contentProps,
}: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      {trigger ? <Primitive.Trigger asChild>{trigger}</Primitive.Trigger> : null}
      <Primitive.Portal>
        <Primitive.Overlay className={scrimStyle} />
        <Primitive.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={focusFirstField}
          {...contentProps}
          className={cn(
            'over-page fixed top-[12vh] left-1/2 z-(--z-panel) flex max-h-[76vh] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-4 shadow-3 outline-none data-[state=closed]:animate-fade-out data-[state=open]:animate-appear',
            wide && 'w-[min(40rem,calc(100vw-2rem))]',
            contentProps?.className,
          )}
        >
          <header className="flex items-start gap-2 py-3 pr-3 pl-6">
            <div className="grid flex-1 gap-1 pt-1">
              <Primitive.Title className="text-lg font-semibold tracking-(--track-tight)">{title}</Primitive.Title>
              {description ? <Primitive.Description className="text-ink-2">{description}</Primitive.Description> : null}
            </div>
            <Primitive.Close asChild>
              <IconButton icon="x" label="Close" kbd="Esc" />
            </Primitive.Close>
          </header>
          {children ? (
            <div data-body className="grid min-h-0 content-start gap-4 overflow-auto px-6 pt-1 pb-6">
              {children}
            </div>
          ) : null}
          {foot ? (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line bg-sunken px-6 py-3">
              {foot}
            </footer>
          ) : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

/** Focus goes to what is to be filled in, else to the dialog itself: never to the cross that closes it. */
export function focusFirstField(event: Event) {
  const content = event.currentTarget
  if (!(content instanceof HTMLElement)) return
  event.preventDefault()
  // Under a finger the first field would bring up the keyboard over the form.
  const isTouch = window.matchMedia('(pointer: coarse)').matches
  const field = content.querySelector<HTMLElement>(
    isTouch
      ? '[data-autofocus]'
      : '[data-autofocus], [data-body] :is(input, textarea, [role="combobox"]):not(:disabled)',
  )
  ;(field ?? content).focus()
}

/** Closes the dialog or panel around it. */
export function DialogClose({ children }: { readonly children: ReactNode }) {
  return <Primitive.Close asChild>{children}</Primitive.Close>
}
