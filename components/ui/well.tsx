import type { ComponentProps } from 'react'
import { cn } from '#components/ui/cn.ts'

/** A box for what stands apart: a secret, two secrets side by side, a difference. Hairlines first, boxes rarely. */
export function Well({ sunken, className, ...rest }: ComponentProps<'div'> & { readonly sunken?: boolean }) {
  return (
    <div
      {...rest}
      className={cn('min-w-0 rounded-3 border border-line', sunken ? 'bg-sunken' : 'bg-surface', className)}
    />
  )
}
