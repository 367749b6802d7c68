'use client'

import { RadioGroup as Primitive } from 'radix-ui'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconProps } from '#components/ui/icon.tsx'

export function RadioGroup({ className, ...rest }: ComponentProps<typeof Primitive.Root>) {
  return <Primitive.Root {...rest} className={cn('grid gap-2', className)} />
}

type RadioProps = {
  readonly value: string
  readonly children: ReactNode
  readonly help?: ReactNode
  readonly disabled?: boolean
}

export function Radio({ value, children, help, disabled }: RadioProps) {
  const id = useId()
  return (
    <span className="flex items-start gap-2">
      <Primitive.Item
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        className="relative mt-[2.5px] size-[15px] flex-none rounded-full border border-line-control bg-surface before:absolute before:-inset-[5px] disabled:border-line data-[state=checked]:border-[5px] data-[state=checked]:border-accent pointer-coarse:before:-inset-[15px]"
      />
      <span className="grid">
        <label htmlFor={id} className={disabled ? 'text-ink-disabled' : undefined}>
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

type ChoiceProps<Value extends string> = {
  readonly value: Value
  readonly onValueChange: (value: Value) => void
  readonly label: string
  readonly options: readonly {
    readonly value: Value
    readonly label: ReactNode
    /** After the words: a lock, where asking is needed. */
    readonly mark?: IconProps['name']
    readonly disabled?: boolean
  }[]
  readonly size?: 'base' | 'small'
  readonly wide?: boolean
  readonly className?: string
}

/** Two to four exclusive choices, side by side. */
export function Segmented<Value extends string>({
  value,
  onValueChange,
  label,
  options,
  size,
  wide,
  className,
}: ChoiceProps<Value>) {
  return (
    <Primitive.Root
      value={value}
      aria-label={label}
      orientation="horizontal"
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next)
        if (chosen) onValueChange(chosen.value)
      }}
      className={cn(
        'inline-flex gap-0.5 rounded-2 bg-mute-soft p-0.5',
        size === 'small' ? 'h-(--control-sm) text-xs' : 'h-(--control)',
        wide && 'flex w-full',
        className,
      )}
    >
      {options.map((option) => (
        <Primitive.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className={cn(
            'inline-flex items-center justify-center gap-1.5 rounded-1 px-2.5 whitespace-nowrap text-ink-2 enabled:hover:text-ink disabled:text-ink-disabled data-[state=checked]:bg-thumb data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:shadow-[0_0_0_1px_var(--line),var(--shadow-1)]',
            wide && 'flex-1',
          )}
        >
          {option.label}
          {option.mark ? <Icon name={option.mark} size={12} className="text-ink-3" /> : null}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  )
}

type TilesProps<Value extends string> = Omit<ChoiceProps<Value>, 'options' | 'size' | 'wide'> & {
  readonly options: readonly {
    readonly value: Value
    readonly label: string
    readonly icon: IconProps['name']
    /** After the word: a lock, where asking is needed. */
    readonly mark?: IconProps['name']
    readonly disabled?: boolean
  }[]
}

/** Kinds: boxes with an icon. Six in a row on a desk, three on a phone. */
export function Tiles<Value extends string>({ value, onValueChange, label, options, className }: TilesProps<Value>) {
  return (
    <Primitive.Root
      value={value}
      aria-label={label}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next)
        if (chosen) onValueChange(chosen.value)
      }}
      className={cn('grid auto-cols-fr grid-flow-col gap-1.5 phone:grid-flow-row phone:grid-cols-3', className)}
    >
      {options.map((option) => (
        <Primitive.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className="grid justify-items-center gap-1 rounded-2 border border-line-strong pt-2 pb-[7px] text-xs text-ink-2 enabled:hover:bg-hover disabled:text-ink-disabled data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:[&_svg]:text-accent-ink"
        >
          <Icon name={option.icon} />
          <span className="inline-flex items-center gap-1">
            {option.label}
            {option.mark ? <Icon name={option.mark} size={12} /> : null}
          </span>
        </Primitive.Item>
      ))}
    </Primitive.Root>
  )
}
