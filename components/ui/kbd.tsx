import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

/** A key on the keyboard, as a hint. Screen readers get it from aria-keyshortcuts instead. */
export function Kbd({
  children,
  bare = false,
  className,
}: {
  readonly children: ReactNode
  readonly bare?: boolean
  readonly className?: string
}) {
  return (
    <kbd
      aria-hidden
      className={cn(
        'inline-flex items-center gap-px rounded-1 px-1 py-0.5 font-sans text-2xs leading-none font-medium text-ink-3 [[data-shortcuts=off]_&]:hidden',
        !bare && 'border border-line-strong bg-surface',
        className,
      )}
    >
      {children}
    </kbd>
  )
}
