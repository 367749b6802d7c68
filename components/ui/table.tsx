import type { ComponentProps, ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { MISSING } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { ScrollRegion, type ScrollRegionProps } from '#components/ui/scroll-region.tsx'

/** The one scroll area of a list page. Its width decides which columns stay. */
export function TableScroll({ label, className, children }: ScrollRegionProps) {
  return (
    <ScrollRegion
      label={label}
      className={cn(
        '@container/table min-h-0 flex-1 overflow-x-hidden overflow-y-auto phone:overflow-visible',
        className,
      )}
    >
      {children}
    </ScrollRegion>
  )
}

export type TableProps = ComponentProps<'table'> & {
  /** What it lists; read out, not shown. */
  readonly label: string
  /** `two` where the first column has a second line. */
  readonly rows?: 'one' | 'two' | 'tight'
  /** Inside a section: no ground in its head, no gutters, no own scroll. */
  readonly inline?: boolean
  /** A line under the last row too: for lists that end before the foot. */
  readonly closed?: boolean
}

export function Table({
  label,
  rows = 'one',
  inline = false,
  closed = !inline,
  className,
  children,
  ...rest
}: TableProps) {
  const table = (
    <table
      {...rest}
      aria-label={label}
      className={cn(
        'w-full border-separate border-spacing-0 tabular-nums',
        '[&_td]:border-b [&_td]:border-line [&_td]:px-[0.6875rem] [&_td]:align-middle [&_td]:whitespace-nowrap',
        '[&_th]:h-(--row-head) [&_th]:border-b [&_th]:border-line [&_th]:px-[0.6875rem] [&_th]:text-left [&_th]:align-middle [&_th]:text-2xs [&_th]:font-medium [&_th]:whitespace-nowrap [&_th]:text-ink-3',
        // The ground of a state lies on the cells: a row's own background does not reach under rounded corners.
        '[&_tbody_tr:hover_td]:bg-hover [&_tbody_tr[data-cursor]_td]:bg-hover [&_tbody_tr[data-selected]_td]:bg-selected',
        '[&_tbody_tr[data-cursor]_td:first-child]:shadow-[inset_2px_0_0_var(--accent)]',
        '[&_tfoot_td]:sticky [&_tfoot_td]:bottom-0 [&_tfoot_td]:border-t [&_tfoot_td]:border-b-0 [&_tfoot_td]:border-t-line-strong [&_tfoot_td]:bg-sunken [&_tfoot_td]:font-semibold',
        'drop-4:[&_td]:px-2 drop-4:[&_th]:px-2 drop-4:[&_th]:leading-4 drop-4:[&_th]:whitespace-normal',
        rows === 'two' ? '[&_td]:h-(--row-two)' : rows === 'tight' ? '[&_td]:h-[2.125rem]' : '[&_td]:h-(--row)',
        !closed && '[&_tbody_tr:last-child_td]:border-b-0',
        inline
          ? '[&_td:first-child]:pl-0 [&_td:last-child]:pr-0 [&_th:first-child]:pl-0 [&_th:last-child]:pr-0'
          : '[&_td:first-child]:pl-(--gutter) [&_td:last-child]:pr-4 [&_th]:sticky [&_th]:top-0 [&_th]:z-(--z-sticky) [&_th]:bg-sunken [&_th:first-child]:pl-(--gutter) [&_th:last-child]:pr-4',
        className,
      )}
    >
      {children}
    </table>
  )
  return inline ? <div className="@container/table min-w-0">{table}</div> : table
}

/** When a column goes as the table gets narrower: 1 first, 4 only on phones; without a number it stays. */
export type Drop = 1 | 2 | 3 | 4

export const dropStyle: Record<Drop, string> = {
  1: 'drop-1:hidden',
  2: 'drop-2:hidden',
  3: 'drop-3:hidden',
  4: 'drop-4:hidden',
}

type CellProps = {
  readonly num?: boolean
  readonly drop?: Drop
  /** On phones it takes what the other columns leave, and is cut off rather than widening the page. */
  readonly give?: boolean
}

const giveStyle = 'drop-4:w-full drop-4:max-w-0 drop-4:truncate'

/** The narrow columns at both ends, for a box and for a menu: on phones only their share of the margin stays. */
export const selectColumn = 'w-10 pr-0! drop-4:w-0 drop-4:pl-[5px]! drop-4:[&>*:not(.sr-only)]:hidden'
export const menuColumn = 'w-11 text-right drop-4:w-0 drop-4:pr-[5px]! drop-4:pl-0! drop-4:[&>*:not(.sr-only)]:hidden'

export function Th({ num, drop, give, className, ...rest }: ComponentProps<'th'> & CellProps) {
  return (
    <th
      scope="col"
      {...rest}
      className={cn(num && 'text-right!', give && giveStyle, drop && dropStyle[drop], className)}
    />
  )
}

export type TdProps = ComponentProps<'td'> & CellProps & { readonly dim?: boolean; readonly mono?: boolean }

/** Text left, numbers right, nothing centred. Without content it is an en dash. */
export function Td({ num, drop, give, dim, mono, className, children, ...rest }: TdProps) {
  const missing = children === null || children === undefined || children === ''
  return (
    <td
      {...rest}
      className={cn(
        num && 'text-right',
        dim && 'text-ink-2',
        missing && 'text-ink-3',
        give && giveStyle,
        drop && dropStyle[drop],
        className,
      )}
    >
      {missing ? MISSING : mono ? <span className="mono">{children}</span> : children}
    </td>
  )
}

export type LeadProps = {
  readonly icon?: ReactNode
  readonly title: ReactNode
  readonly href?: string
  /** What identifies: kind, last four, provider. Not decoration. */
  readonly second?: ReactNode
  /** In place of `second` on phones: what the dropped columns said. */
  readonly narrow?: ReactNode
  readonly mono?: boolean
}

/** The first column: what the row is. The name is the row's link. */
export function Lead({ icon, title, href, second, narrow, mono }: LeadProps) {
  const name = mono ? <span className="mono">{title}</span> : title
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-2 align-middle">
      {icon ? <span className="inline-flex text-ink-3">{icon}</span> : null}
      <span className="grid min-w-0 leading-4">
        {href ? (
          <Link href={href} className="truncate text-ink hover:text-ink">
            {name}
          </Link>
        ) : (
          <b className="truncate">{name}</b>
        )}
        {second ? (
          <small className={cn('truncate leading-[0.9375rem] text-ink-3', narrow && 'drop-4:hidden')}>{second}</small>
        ) : null}
        {narrow ? (
          <small className="hidden truncate leading-[0.9375rem] text-ink-2 drop-4:block">{narrow}</small>
        ) : null}
      </span>
    </span>
  )
}

/** Closes the head of the column of row menus. */
export function MenuTh() {
  return (
    <th scope="col" className={menuColumn}>
      <span className="sr-only">Actions</span>
    </th>
  )
}

export function MenuTd({ children }: { readonly children: ReactNode }) {
  return <td className={menuColumn}>{children}</td>
}

/** Says in the table's own place that there is nothing, why, and what to do. */
export function TableEmpty({ columns, children }: { readonly columns: number; readonly children: ReactNode }) {
  return (
    <tr className="pointer-events-none [&_*]:pointer-events-auto">
      <td colSpan={columns} className="h-auto! border-b-0! py-12! whitespace-normal!">
        {children}
      </td>
    </tr>
  )
}
