import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

export type SectionProps = {
  readonly title: ReactNode
  /** Beside the title, in grey: what these numbers are. */
  readonly aside?: ReactNode
  /** At the right end: a link, a button, a segmented control. */
  readonly end?: ReactNode
  readonly children: ReactNode
  readonly id?: string
  readonly level?: 2 | 3
  readonly className?: string
}

/** A part of a page. Sections below each other are divided by a hairline with 24 px on both sides. */
export function Section({ title, aside, end, children, id, level = 2, className }: SectionProps) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section
      id={id}
      className={cn(
        'grid grid-cols-[minmax(0,1fr)] content-start gap-3 [&+section]:mt-6 [&+section]:border-t [&+section]:border-line [&+section]:pt-6',
        className,
      )}
    >
      <div className="flex min-h-6 items-center gap-2 phone:flex-wrap">
        <Heading className="text-md font-semibold tracking-[-0.006em]">{title}</Heading>
        {aside ? <span className="text-ink-3 phone:order-last phone:basis-full">{aside}</span> : null}
        {end ? <span className="ml-auto flex items-center gap-2 text-ink-3">{end}</span> : null}
      </div>
      {children}
    </section>
  )
}

export type Fact = { readonly label: ReactNode; readonly value: ReactNode }

/** Name and value, one line each: the facts of a thing. */
export function Facts({ items, className }: { readonly items: readonly Fact[]; readonly className?: string }) {
  return (
    <dl className={cn('grid', className)}>
      {items.map((item, index) => (
        <div
          key={index}
          className="grid grid-cols-[8.5rem_minmax(0,1fr)] items-baseline gap-3 border-b border-line py-1.5 last:border-b-0 phone:grid-cols-[6rem_minmax(0,1fr)]"
        >
          <dt className="text-ink-3">{item.label}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{item.value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Rows of a list that is no table: hairlines between, the action at the end. */
export function Rows({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <ul className={cn('grid [&>li]:border-b [&>li]:border-line [&>li:last-child]:border-b-0', className)}>
      {children}
    </ul>
  )
}

/** The sentence a page is about. */
export function Lede({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return <p className={cn('text-xl font-semibold tracking-(--track-tight) text-balance', className)}>{children}</p>
}
