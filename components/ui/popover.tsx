'use client'

import { Popover as Primitive } from 'radix-ui'
import { useRef, type ComponentProps, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

export const Popover = Primitive.Root
export const PopoverTrigger = Primitive.Trigger
export const PopoverAnchor = Primitive.Anchor

/** Over the page, beside what it belongs to. */
export function PopoverContent({
  className,
  align = 'end',
  sideOffset = 6,
  ...rest
}: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        align={align}
        sideOffset={sideOffset}
        collisionPadding={8}
        {...rest}
        className={cn(
          'over-page z-(--z-menu) max-h-(--radix-popover-content-available-height) w-[27rem] max-w-[calc(100vw-1rem)] overflow-auto rounded-3 outline-none data-[state=open]:animate-appear',
          className,
        )}
      />
    </Primitive.Portal>
  )
}

export type ConfirmPopoverProps = {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly trigger: ReactNode
  /** The trigger opens it by itself; an anchor only says where it belongs: the menu of a row, whose item opens it. */
  readonly anchored?: boolean
  readonly icon?: ReactNode
  /** The question with its object: "Quarantine refund-writer?" */
  readonly title: string
  readonly description?: ReactNode
  /** What stops, what goes on, who is told; then a reason. */
  readonly children?: ReactNode
  /** At the left of the buttons: "Esc to keep it running". */
  readonly hint?: ReactNode
  readonly actions: ReactNode
}

/** Asks beside the row before something is taken away. The verb is on the button. */
export function ConfirmPopover(props: ConfirmPopoverProps) {
  const anchor = useRef<HTMLSpanElement>(null)
  return (
    <Popover open={props.open} onOpenChange={props.onOpenChange}>
      {props.anchored ? (
        <PopoverAnchor asChild>
          <span ref={anchor} className="inline-flex">
            {props.trigger}
          </span>
        </PopoverAnchor>
      ) : (
        <PopoverTrigger asChild>{props.trigger}</PopoverTrigger>
      )}
      <PopoverContent
        aria-label={props.title}
        className="flex flex-col overflow-hidden"
        onCloseAutoFocus={(event) => {
          if (!props.anchored) return
          event.preventDefault()
          anchor.current?.querySelector('button')?.focus()
        }}
      >
        <header className="grid gap-0.5 px-4 pt-3.5 pb-2">
          <h2 className="flex items-center gap-2 text-md font-semibold">
            {props.icon}
            {props.title}
          </h2>
          {props.description ? <p className="text-ink-2">{props.description}</p> : null}
        </header>
        {props.children ? (
          <div className="grid min-h-0 gap-3 overflow-auto px-4 py-2 pb-3">{props.children}</div>
        ) : null}
        <footer className="flex items-center gap-2 border-t border-line bg-sunken px-3 py-2.5 pl-4">
          <span className="min-w-0 flex-1 text-ink-3">{props.hint}</span>
          {props.actions}
        </footer>
      </PopoverContent>
    </Popover>
  )
}

/** What an act does, one line each: an icon and a counted effect. */
export function Effects({
  items,
}: {
  readonly items: readonly { readonly icon: ReactNode; readonly text: ReactNode }[]
}) {
  return (
    <ul className="grid gap-1.5">
      {items.map((item, index) => (
        <li key={index} className="grid grid-cols-[16px_1fr] gap-2 [&_svg]:mt-0.5 [&_svg]:text-ink-3">
          {item.icon}
          <span>{item.text}</span>
        </li>
      ))}
    </ul>
  )
}
