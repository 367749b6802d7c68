'use client'

import NextLink from 'next/link'
import { useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { useHrefWith } from '#components/ui/query.ts'
import { nextSort, sortDirection } from '#components/ui/query-string.ts'
import { dropStyle, type Drop } from '#components/ui/table.tsx'

export type SortHeadProps = {
  readonly field: string
  readonly children: ReactNode
  /** The first direction: names rise, money and times fall. */
  readonly first?: 'asc' | 'desc'
  /** What the server sorts by when the address says nothing. */
  readonly fallback?: string
  readonly num?: boolean
  readonly drop?: Drop
}

/** A head that sorts. The whole cell is the link; the address keeps the order. */
export function SortHead({ field, children, num, first = num ? 'desc' : 'asc', fallback, drop }: SortHeadProps) {
  const current = useSearchParams().get('sort') ?? fallback ?? null
  const hrefWith = useHrefWith()
  const direction = sortDirection(current, field)
  const sorted = direction !== 'none'
  return (
    <th
      scope="col"
      aria-sort={direction}
      className={cn('p-0!', num && 'text-right!', sorted && 'text-ink!', drop && dropStyle[drop])}
    >
      <NextLink
        href={hrefWith({ sort: nextSort(current, field, first) })}
        scroll={false}
        prefetch={false}
        className={cn(
          'flex h-full items-center gap-1 px-[0.6875rem] outline-offset-[-3px] drop-4:px-2 hover:text-ink [th:first-child>&]:pl-(--gutter) [th:last-child>&]:pr-4',
          num && 'justify-end text-right',
        )}
      >
        {children}
        {sorted ? <Icon name={direction === 'ascending' ? 'up' : 'dn'} size={12} /> : null}
      </NextLink>
    </th>
  )
}
