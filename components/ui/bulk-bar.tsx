'use client'

import type { ComponentProps, ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { formatCount, plural } from '#components/ui/format.ts'
import { Icon, type IconProps } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { useListFacts } from '#components/ui/list.tsx'

/** Floats above the foot while rows are selected, and offers what applies to all of them. */
export function BulkBar({ children }: { readonly children: ReactNode }) {
  const { count, total, noun, everything, pageSelected, clear, selectEverything } = useListFacts()
  if (count === 0) return null
  return (
    <div
      role="toolbar"
      aria-label={`${plural(count, noun)} selected`}
      className="absolute bottom-15 left-1/2 z-(--z-panel) flex -translate-x-1/2 animate-appear items-center gap-0.5 rounded-3 bg-ink py-1 pr-1 pl-4 whitespace-nowrap text-surface shadow-3 phone:fixed phone:inset-x-2 phone:bottom-2 phone:translate-x-0 phone:overflow-x-auto"
    >
      <span role="status" className="pr-2">
        <b>{plural(count, noun)}</b> <span className="opacity-65">selected</span>
      </span>
      {pageSelected && !everything && total > count ? (
        <BulkButton onClick={selectEverything}>Select all {formatCount(total)}</BulkButton>
      ) : null}
      <Divider />
      {children}
      <Divider />
      <BulkButton onClick={clear}>Clear</BulkButton>
      <Kbd className="mr-1.5 border-current bg-transparent text-inherit opacity-60">Esc</Kbd>
    </div>
  )
}

function Divider() {
  return <span aria-hidden className="mx-1 h-5 w-px bg-current opacity-20" />
}

type BulkButtonProps = ComponentProps<'button'> & { readonly icon?: IconProps['name'] }

export function BulkButton({ icon, className, children, ...rest }: BulkButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={cn(
        'inline-flex h-(--control) items-center gap-1.5 rounded-2 px-[0.6875rem] font-medium hover:bg-[rgb(128_128_128/0.25)] focus-visible:outline-current',
        className,
      )}
    >
      {icon ? <Icon name={icon} className="opacity-70" /> : null}
      {children}
    </button>
  )
}
