'use client'

import { Checkbox as Primitive } from 'radix-ui'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'

export function Checkbox({ className, ...rest }: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      {...rest}
      className={cn(
        // The box is 15 px, what can be hit is 24, and 44 under a finger.
        'relative inline-grid size-[15px] flex-none place-items-center rounded-1 border border-line-control bg-surface align-middle before:absolute before:-inset-[5px] disabled:border-line disabled:bg-mute-soft data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=checked]:text-on-accent data-[state=indeterminate]:text-ink-2 pointer-coarse:before:-inset-[15px]',
        className,
      )}
    >
      <Primitive.Indicator className="contents">
        {rest.checked === 'indeterminate' ? (
          <Icon name="dash" size={11} className="stroke-[2.2]" />
        ) : (
          <Icon name="check" size={11} className="stroke-[2.2]" />
        )}
      </Primitive.Indicator>
    </Primitive.Root>
  )
}

type CheckRowProps = ComponentProps<typeof Primitive.Root> & { readonly children: ReactNode; readonly help?: ReactNode }

/** A box with its words at the right. */
export function CheckRow({ children, help, className, ...rest }: CheckRowProps) {
  const id = useId()
  return (
    <span className={cn('flex items-start gap-2', className)}>
      <Checkbox id={id} aria-describedby={help ? `${id}-help` : undefined} {...rest} className="mt-[2.5px]" />
      <span className="grid">
        <label htmlFor={id} className="text-ink-2">
          {children}
        </label>
        {help ? (
          <small id={`${id}-help`} className="text-ink-3">
            {help}
          </small>
        ) : null}
      </span>
    </span>
  )
}
