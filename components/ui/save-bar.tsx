import type { ReactNode } from 'react'

export type SaveBarProps = {
  readonly changes: number
  /** "version 14". */
  readonly since?: string
  /** Beside the count: Review. */
  readonly review?: ReactNode
  readonly children: ReactNode
}

/** At the bottom while a form differs from what is in force. */
export function SaveBar({ changes, since, review, children }: SaveBarProps) {
  if (changes === 0) return null
  return (
    <div className="flex min-h-13 flex-none animate-appear items-center gap-2 border-t border-line bg-surface py-2 pr-4 pl-(--gutter) phone:sticky phone:bottom-0 phone:flex-wrap phone:px-4 phone:[#main:has([data-page-actions])_&]:bottom-15">
      <p role="status" className="flex flex-1 items-center gap-2">
        <b>{changes === 1 ? '1 change' : `${changes} changes`}</b>
        {since ? <span className="text-ink-3">since {since}</span> : null}
        {review}
      </p>
      {children}
    </div>
  )
}
