import { cva } from 'class-variance-authority'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

/** The edge every control shares: it carries meaning, so it is at least 3:1; focus adds a halo for mouse and keyboard. */
export const controlStyle = cva(
  'flex w-full min-w-0 items-center gap-2 rounded-2 border bg-surface px-2 text-sm text-ink transition-[border-color,box-shadow] duration-(--fast) has-disabled:cursor-not-allowed has-disabled:border-line has-disabled:bg-mute-soft has-disabled:text-ink-disabled pointer-coarse:text-lg',
  {
    variants: {
      tone: {
        none: 'border-line-control focus-within:border-accent focus-within:shadow-[0_0_0_3px_var(--accent-soft)]',
        bad: 'border-bad focus-within:shadow-[0_0_0_3px_var(--bad-soft)]',
        ask: 'border-warn shadow-[0_0_0_3px_var(--warn-soft)]',
      },
      size: { base: 'h-(--control)', small: 'h-(--control-sm) text-xs' },
    },
    defaultVariants: { tone: 'none', size: 'base' },
  },
)

export type InputProps = Omit<ComponentProps<'input'>, 'size' | 'prefix'> & {
  readonly size?: 'base' | 'small'
  /** `bad` where a value is refused, `ask` where it needs a yes. */
  readonly tone?: 'none' | 'bad' | 'ask'
  /** What stands before the value: an icon. */
  readonly lead?: ReactNode
  /** What stands after it: a unit, a key. */
  readonly unit?: ReactNode
  readonly mono?: boolean
}

export function Input({ size, tone, lead, unit, mono, className, ...rest }: InputProps) {
  const shown = tone ?? (rest['aria-invalid'] && rest['aria-invalid'] !== 'false' ? 'bad' : 'none')
  return (
    <span className={cn(controlStyle({ tone: shown, size }), className)}>
      {lead ? <span className="flex flex-none text-ink-3">{lead}</span> : null}
      <input
        autoComplete="off"
        {...rest}
        className={cn(
          'h-full w-full min-w-0 flex-1 bg-transparent outline-none disabled:cursor-not-allowed',
          mono && 'mono',
        )}
      />
      {unit ? <span className="flex-none text-ink-3">{unit}</span> : null}
    </span>
  )
}

export type TextareaProps = ComponentProps<'textarea'> & { readonly tone?: 'none' | 'bad' }

export function Textarea({ tone, className, rows = 3, ...rest }: TextareaProps) {
  const shown = tone ?? (rest['aria-invalid'] && rest['aria-invalid'] !== 'false' ? 'bad' : 'none')
  return (
    <textarea
      rows={rows}
      {...rest}
      className={cn(
        controlStyle({ tone: shown }),
        'h-auto min-h-15 resize-y py-1.5 outline-none disabled:bg-mute-soft disabled:text-ink-disabled',
        className,
      )}
    />
  )
}
