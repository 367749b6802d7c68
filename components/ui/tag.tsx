import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from '#components/ui/cn.ts'

const tagStyle = cva(
  'inline-flex h-5 flex-none items-center gap-1 rounded-1 border px-1.5 align-middle text-2xs leading-none font-medium whitespace-nowrap',
  {
    variants: {
      tone: {
        none: 'border-line bg-sunken text-ink-2',
        strong: 'border-line-strong bg-surface text-ink',
        accent: 'border-transparent bg-accent-soft text-accent-ink',
        ok: 'border-transparent bg-ok-soft text-ok-ink',
        warn: 'border-transparent bg-warn-soft text-warn-ink',
        bad: 'border-transparent bg-bad-soft text-bad-ink',
        quar: 'border-transparent bg-quar-soft text-quar-ink',
      },
      mono: { true: 'font-mono font-normal', false: '' },
    },
    defaultVariants: { tone: 'none', mono: false },
  },
)

/** A short fact about a thing: its environment, its version, how many wait. */
export function Tag({ tone, mono, className, ...rest }: ComponentProps<'span'> & VariantProps<typeof tagStyle>) {
  return <span {...rest} className={cn(tagStyle({ tone, mono }), className)} />
}
