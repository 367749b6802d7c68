'use client'

import { Switch as Primitive } from 'radix-ui'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

type SwitchProps = ComponentProps<typeof Primitive.Root> & { readonly children: ReactNode }

/** Only for what takes effect at once; in a form that is sent it is a Checkbox. */
export function Switch({ children, className, ...rest }: SwitchProps) {
  const id = useId()
  return (
    <span className={cn('inline-flex items-center gap-2', className)}>
      <Primitive.Root
        id={id}
        {...rest}
        className="relative h-4 w-7 flex-none rounded-full bg-line-control transition-colors duration-(--fast) before:absolute before:-inset-1 data-[state=checked]:bg-accent disabled:opacity-50 pointer-coarse:before:-inset-3.5"
      >
        <Primitive.Thumb className="block size-3 translate-x-0.5 rounded-full bg-[#fff] transition-transform duration-(--base) data-[state=checked]:translate-x-3.5" />
      </Primitive.Root>
      <label htmlFor={id} className="text-ink-2">
        {children}
      </label>
    </span>
  )
}
