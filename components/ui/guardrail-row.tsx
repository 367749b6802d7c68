'use client'

import { useId, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

export type GuardrailScale = {
  /** All three on one linear scale; geometry only. */
  readonly value: number
  readonly fallback: number
  /** From here on someone has to say yes. */
  readonly maximum: number
}

export type GuardrailRowProps = {
  readonly name: string
  /** "Default 60, up to 150". */
  readonly bounds: ReactNode
  /** The input: a NumberInput, a MoneyInput, a date. Gets its id from here. */
  readonly children: (aria: { readonly id: string; readonly 'aria-describedby': string }) => ReactNode
  readonly scale?: GuardrailScale
  /** What is beyond the maximum, in words: "$40 over what needs no approval". */
  readonly beyond?: string | null
  readonly error?: string | null
}

/** A limit inside its guardrails: what it is, its value, and where that lies between default and approval. */
export function GuardrailRow({ name, bounds, children, scale, beyond, error }: GuardrailRowProps) {
  const id = useId()
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_8.25rem_11.5rem] items-center gap-3.5 border-b border-line py-2 last:border-b-0 phone:grid-cols-[minmax(0,1fr)_8.25rem]">
      <div className="grid">
        <label htmlFor={id}>{name}</label>
        <small id={`${id}-bounds`} className="text-ink-3">
          {bounds}
        </small>
      </div>
      {children({ id, 'aria-describedby': `${id}-bounds ${id}-beyond` })}
      <div className="grid gap-[5px] phone:col-span-2">
        {scale ? <Scale {...scale} /> : null}
        <span
          id={`${id}-beyond`}
          role="status"
          className={cn('text-2xs leading-[14px] empty:hidden', error ? 'text-bad-ink' : 'text-warn-ink')}
        >
          {error ?? beyond}
        </span>
      </div>
    </div>
  )
}

/** The tick is the default, the hatched part needs approval, the fill turns amber there. */
function Scale({ value, fallback, maximum }: GuardrailScale) {
  const end = Math.max(maximum / 0.75, value > maximum ? value / 0.9 : 0) || 1
  const at = (figure: number) => Math.max(0, Math.min(100, (figure / end) * 100))
  const asks = value > maximum
  return (
    <div aria-hidden className="relative h-1.5 rounded-full bg-meter-track">
      <span
        className="absolute inset-y-0 right-0 rounded-r-full bg-[repeating-linear-gradient(135deg,var(--warn-line)_0_2px,var(--warn-soft)_2px_5px)]"
        style={{ left: `${at(maximum)}%` }}
      />
      <span
        className="absolute inset-y-0 left-0 rounded-l-full bg-meter-spent"
        style={{ width: `${at(Math.min(value, maximum))}%` }}
      />
      {asks ? (
        <span
          className="absolute inset-y-0 bg-meter-warn"
          style={{ left: `${at(maximum)}%`, width: `${at(value) - at(maximum)}%` }}
        />
      ) : null}
      <span className="absolute -top-[3px] h-3 w-px bg-ink-3" style={{ left: `${at(fallback)}%` }} />
      <span
        className={cn(
          'absolute -top-[3px] -ml-1.5 size-3 rounded-full border-2 bg-raised',
          asks ? 'border-meter-warn' : 'border-meter-spent',
        )}
        style={{ left: `${at(value)}%` }}
      />
    </div>
  )
}
