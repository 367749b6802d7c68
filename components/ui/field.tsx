'use client'

import { Slot } from 'radix-ui'
import { useId, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

export type FieldProps = {
  readonly label: ReactNode
  /** What the value means, at the right of the label. */
  readonly meaning?: ReactNode
  readonly help?: ReactNode
  /** Replaces the help, says what to do. */
  readonly error?: string | null
  /** Amber instead of grey: the value is allowed, and something follows from it. */
  readonly warning?: ReactNode
  /** One control (input, select, textarea). It gets its id and its descriptions from here. */
  readonly children: ReactNode
  /** For a group of controls: a fieldset with a legend in place of a label. */
  readonly group?: boolean
  readonly className?: string
}

/** Label above, meaning at its right, help below; an error takes the place of the help. */
export function Field({ label, meaning, help, error, warning, children, group = false, className }: FieldProps) {
  const id = useId()
  const described = error || help || warning ? `${id}-note` : undefined
  const note = error ?? warning ?? help
  const noteLine = note ? (
    <p
      id={`${id}-note`}
      className={cn('text-xs text-ink-3', error ? 'text-bad-ink' : warning ? 'text-warn-ink' : null)}
    >
      {note}
    </p>
  ) : null
  const shell = cn('grid min-w-0 content-start gap-[5px]', className)
  const meaningText = meaning ? <small className="ml-auto font-normal text-ink-3">{meaning}</small> : null

  if (group) {
    return (
      <fieldset className={shell} aria-describedby={described}>
        <legend className="contents">
          <span className={labelStyle}>
            {label}
            {meaningText}
          </span>
        </legend>
        {children}
        {noteLine}
      </fieldset>
    )
  }
  return (
    <div className={shell}>
      <span className={labelStyle}>
        <label htmlFor={id}>{label}</label>
        {meaningText}
      </span>
      <Slot.Root id={id} aria-describedby={described} aria-invalid={error ? true : undefined}>
        {children}
      </Slot.Root>
      {noteLine}
    </div>
  )
}

const labelStyle = 'flex items-baseline gap-1.5 font-medium phone:flex-wrap phone:gap-y-0'

/** The line above a form's buttons after a failed submit. It takes the focus of screen readers, not of the keyboard. */
export function FormProblems({ count }: { readonly count: number }) {
  return (
    <p role="status" className={cn('text-xs text-bad-ink', count === 0 && 'sr-only')}>
      {count === 0 ? '' : count === 1 ? '1 field needs another look' : `${count} fields need another look`}
    </p>
  )
}
