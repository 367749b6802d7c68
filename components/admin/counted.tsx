import type { ReactNode } from 'react'

/** The title of a section with how many there are, on one line also on phones. */
export function Counted({ count, children }: { readonly count: number | string; readonly children: ReactNode }) {
  return (
    <>
      {children} <span className="ml-1 font-normal text-ink-3 tabular-nums">{count}</span>
    </>
  )
}
