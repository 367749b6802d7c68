'use client'

import NextLink from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { Tabs as Primitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from '#components/ui/cn.ts'
import { formatCount } from '#components/ui/format.ts'

export const Tabs = Primitive.Root

const tabStyle =
  'relative inline-flex h-9.5 flex-none items-center gap-1.5 px-2 whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink'
const chosenStyle =
  'font-medium text-ink after:absolute after:inset-x-2 after:-bottom-px after:h-0.5 after:rounded-full after:bg-accent'

export function TabList({ className, ...rest }: ComponentProps<typeof Primitive.List>) {
  return <Primitive.List {...rest} className={cn('flex gap-1 border-b border-line', className)} />
}

export function Tab({ className, ...rest }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      {...rest}
      className={cn(
        tabStyle,
        'data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:after:absolute data-[state=active]:after:inset-x-2 data-[state=active]:after:-bottom-px data-[state=active]:after:h-0.5 data-[state=active]:after:rounded-full data-[state=active]:after:bg-accent',
        className,
      )}
    />
  )
}

export function TabPanel({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content {...rest} className={cn('outline-offset-[-2px]', className)} />
}

export type View = { readonly label: string; readonly href: string; readonly count?: number }

export type ViewsProps = {
  readonly label: string
  readonly views: readonly View[]
  /** The chosen one's address. Left out, the one whose path and query the address holds. */
  readonly current?: string
}

/** Saved filters, or the parts of a thing, as links with counts, below the header. */
export function Views({ label, views, current }: ViewsProps) {
  const path = usePathname()
  const search = useSearchParams()
  const chosen = current ?? bestMatch(views, path, search)
  return (
    <nav
      aria-label={label}
      className="flex flex-none gap-0.5 overflow-x-auto overflow-y-hidden border-b border-line pr-4 pl-[calc(var(--gutter)-0.5rem)] phone:pl-2"
    >
      {views.map((view) => (
        <NextLink
          prefetch={false}
          key={view.href}
          href={view.href}
          aria-current={view.href === chosen ? 'page' : undefined}
          className={cn(tabStyle, view.href === chosen && chosenStyle)}
        >
          {view.label}
          {view.count !== undefined ? (
            <span className="text-xs font-normal text-ink-3 tabular-nums">{formatCount(view.count)}</span>
          ) : null}
        </NextLink>
      ))}
    </nav>
  )
}

/** The view with the most of its own query in the address; ties go to the first. */
function bestMatch(views: readonly View[], path: string, search: URLSearchParams): string | undefined {
  let best: { href: string; size: number } | undefined
  for (const view of views) {
    const [viewPath, query = ''] = view.href.split('?')
    const wanted = [...new URLSearchParams(query)]
    const fits = viewPath === path && wanted.every(([name, value]) => search.get(name) === value)
    if (fits && (!best || wanted.length > best.size)) best = { href: view.href, size: wanted.length }
  }
  return best?.href
}
