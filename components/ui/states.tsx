import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Icon, type IconProps } from '#components/ui/icon.tsx'
import { Note } from '#components/ui/note.tsx'

export type EmptyProps = {
  readonly icon?: IconProps['name']
  /** First time: what will be here. Filtered: "No keys match these filters". */
  readonly title: string
  readonly children?: ReactNode
  /** The step that fills it, or Clear filters. */
  readonly action?: ReactNode
  readonly className?: string
}

/** Nothing here, and what to do about it. */
export function Empty({ icon, title, children, action, className }: EmptyProps) {
  return (
    <div className={cn('mx-auto grid max-w-md content-start justify-items-start gap-2 py-6', className)}>
      {icon ? <Icon name={icon} size={20} className="text-ink-3" /> : null}
      <p className="text-lg font-semibold tracking-(--track-tight)">{title}</p>
      {children ? <div className="text-ink-2">{children}</div> : null}
      {action ? <div className="flex flex-wrap items-center gap-2 pt-1">{action}</div> : null}
    </div>
  )
}

/** Nothing wrong is said, with since when: "No limit incidents since 3 November". */
export function AllWell({ children }: { readonly children: ReactNode }) {
  return (
    <p className="flex items-center gap-2 text-ink-2">
      <Icon name="check" className="text-ok-ink" />
      {children}
    </p>
  )
}

export type PartErrorProps = {
  /** What could not be read: "Live limits cannot be read." */
  readonly title: string
  /** Since when the shown data is, and what still works. */
  readonly children?: ReactNode
  /** Try again. */
  readonly action?: ReactNode
  readonly requestId?: string
}

/** A part that failed, in its own place. The rest of the page works. */
export function PartError({ title, children, action, requestId }: PartErrorProps) {
  return (
    <Note tone="bad" role="status" title={title} action={action}>
      {children}
      {requestId ? (
        <>
          {' '}
          <CopyId text={requestId} label="Copy request id" />
        </>
      ) : null}
    </Note>
  )
}

export type NoPermissionProps = {
  /** "Audit log is for auditors and admins". */
  readonly title: string
  /** Who can grant it. */
  readonly children?: ReactNode
  /** Ask for access. */
  readonly action?: ReactNode
}

/** For what one may know exists. Anything else answers as not found. */
export function NoPermission({ title, children, action }: NoPermissionProps) {
  return (
    <Empty icon="lock" title={title} action={action}>
      {children}
    </Empty>
  )
}

/** Bars in the exact shape of what is late, after 200 ms, still. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <span aria-hidden className={cn('block h-3 animate-late rounded-1 bg-mute-soft', className)} />
}

type SkeletonRowsProps = { readonly rows: number; readonly columns: number; readonly label?: string }

/** Rows of a table that is late, as high as the real ones. */
export function SkeletonRows({ rows, columns, label = 'Loading' }: SkeletonRowsProps) {
  return (
    <>
      {Array.from({ length: rows }, (_, row) => (
        <tr key={row} className="pointer-events-none">
          {Array.from({ length: columns }, (_, column) => (
            <td key={column}>
              {row === 0 && column === 0 ? (
                <span role="status" className="sr-only">
                  {label}
                </span>
              ) : null}
              <Skeleton className={column === 0 ? 'w-32' : 'w-16'} />
            </td>
          ))}
        </tr>
      ))}
    </>
  )
}

/** Late lines of a section: limits, a list. */
export function SkeletonLines({ lines, label = 'Loading' }: { readonly lines: number; readonly label?: string }) {
  return (
    <div role="status" aria-label={label} className="grid gap-3">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} className={line % 3 === 2 ? 'w-2/3' : 'w-full'} />
      ))}
    </div>
  )
}

/** Under the header, while what is shown is older than it should be. */
export function StaleLine({ children }: { readonly children: ReactNode }) {
  return (
    <p
      role="status"
      className="flex flex-none items-center gap-2 border-b border-line bg-warn-soft px-(--gutter) py-1.5 text-xs"
    >
      <Icon name="clock" size={14} className="text-warn-ink" />
      {children}
    </p>
  )
}
