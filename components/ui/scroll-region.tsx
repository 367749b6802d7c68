import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

export type ScrollRegionProps = { readonly label: string; readonly children: ReactNode; readonly className?: string }

/** Scrolls by itself, so it can be reached by keyboard and has a name. */
export function ScrollRegion({ label, children, className }: ScrollRegionProps) {
  return (
    // What scrolls has to take the focus: not every browser lets a keyboard scroll it otherwise.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" tabIndex={0} aria-label={label} className={cn('overflow-auto outline-offset-[-2px]', className)}>
      {children}
    </div>
  )
}
