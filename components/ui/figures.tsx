import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

/** Three to five numbers in a strip, each with one line. The number first. */
export function Figures({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    // The gaps are the hairlines, so they are right however the figures wrap.
    <dl className={cn('flex flex-none gap-px border-b border-line bg-line stacked:flex-wrap', className)}>
      {children}
    </dl>
  )
}

export type FigureProps = {
  readonly label: ReactNode
  readonly value: ReactNode
  /** Small, beside the value: "of $600", "± $1,320". */
  readonly beside?: ReactNode
  readonly meter?: ReactNode
  /** One line below. */
  readonly note?: ReactNode
}

export function Figure({ label, value, beside, meter, note }: FigureProps) {
  return (
    <div className="grid min-w-0 flex-1 content-start gap-0.5 bg-surface px-(--gutter) py-4 stacked:basis-48 not-first:pl-5 phone:basis-[45%] phone:px-4 phone:not-first:pl-4">
      <dt className="flex items-center gap-[5px] text-xs whitespace-nowrap text-ink-3">{label}</dt>
      <dd className="flex items-baseline gap-2 text-[1.375rem] leading-7 font-semibold tracking-[-0.02em] whitespace-nowrap tabular-nums [&_small]:text-sm [&_small]:font-normal [&_small]:tracking-normal [&_small]:text-ink-3">
        {value}
        {beside ? <small>{beside}</small> : null}
      </dd>
      {meter ? <dd className="flex pt-[3px] pb-0.5">{meter}</dd> : null}
      {note ? <dd className="text-xs text-ink-3">{note}</dd> : null}
    </div>
  )
}

/** The one big figure a page may have. */
export function BigFigure({ value, beside }: { readonly value: ReactNode; readonly beside?: ReactNode }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-2">
      <span className="text-2xl font-semibold tracking-[-0.025em] tabular-nums">{value}</span>
      {beside ? <span className="text-ink-3">{beside}</span> : null}
    </p>
  )
}
