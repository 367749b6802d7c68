import NextLink from 'next/link'
import type { ReactNode } from 'react'
import { PhoneButtons, ShowSideButton } from '#components/shell/phone-menu.tsx'
import { cn } from '#components/ui/cn.ts'
import { ScrollRegion, type ScrollRegionProps } from '#components/ui/scroll-region.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Mark } from '#components/ui/mark.tsx'

export type Crumb = { readonly label: string; readonly href: string }

export type PageHeaderProps = {
  readonly title: string
  /** Where this page hangs: "Keys". */
  readonly crumb?: Crumb | readonly Crumb[]
  /** State and kind of the thing, beside its name. */
  readonly tags?: ReactNode
  /** What filters the whole page, left of the actions: the environment, the month. */
  readonly scope?: ReactNode
  /** Buttons; the primary one last. On phones they become a bar at the bottom. */
  readonly actions?: ReactNode
}

/** The one header of a page, with its h1. On phones the same element is the top bar with search and menu. */
export function PageHeader({ title, crumb, tags, scope, actions }: PageHeaderProps) {
  const crumbs = crumb === undefined ? [] : isList(crumb) ? crumb : [crumb]
  return (
    <header className="flex min-h-(--bar) flex-none items-center gap-2 border-b border-line pr-4 pl-(--gutter) phone:contents">
      <div className="flex min-w-0 items-center gap-2 whitespace-nowrap phone:sticky phone:top-0 phone:z-(--z-bar) phone:h-13 phone:flex-none phone:border-b phone:border-line phone:bg-canvas phone:pr-2 phone:pl-4">
        <ShowSideButton />
        <NextLink prefetch={false} href="/" aria-label="Home" className="flex rounded-2 desk:hidden">
          <Mark size={24} />
        </NextLink>
        {crumbs.length > 0 ? (
          <nav aria-label="Above this page" className="flex items-center gap-2 phone:hidden">
            {crumbs.map((each) => (
              <span key={each.href} className="flex items-center gap-2">
                <NextLink prefetch={false} href={each.href} className="rounded-1 text-ink-3 hover:text-ink">
                  {each.label}
                </NextLink>
                <Icon name="right" size={12} className="text-ink-3" />
              </span>
            ))}
          </nav>
        ) : null}
        <h1 className="min-w-0 truncate text-[0.9375rem] leading-5 font-semibold tracking-[-0.008em] phone:flex-1 phone:pl-1">
          {title}
        </h1>
        <PhoneButtons />
      </div>
      {tags ? (
        <div className="flex flex-none items-center gap-2 phone:overflow-x-auto phone:px-4 phone:pt-3 phone:pb-1">
          {tags}
        </div>
      ) : null}
      <span className="flex-1 phone:hidden" />
      {scope ? (
        <div className="flex flex-none items-center gap-2 phone:overflow-x-auto phone:px-2 phone:pt-2">{scope}</div>
      ) : null}
      {actions ? (
        <div
          data-page-actions
          className="flex flex-none items-center gap-2 phone:fixed phone:inset-x-0 phone:bottom-0 phone:z-(--z-bar) phone:overflow-x-auto phone:border-t phone:border-line phone:bg-surface phone:px-4 phone:py-2.5 phone:[&_kbd]:hidden phone:[&>*:last-child:not([aria-label])]:flex-1"
        >
          {actions}
        </div>
      ) : null}
    </header>
  )
}

function isList(crumb: Crumb | readonly Crumb[]): crumb is readonly Crumb[] {
  return Array.isArray(crumb)
}

type BodyProps = { readonly children: ReactNode; readonly className?: string }

/** The one scroll area of a page. */
export function PageBody({ children, className }: BodyProps) {
  return (
    <div
      className={cn('min-h-0 flex-1 overflow-auto px-(--gutter) pt-6 pb-8 phone:overflow-visible phone:p-4', className)}
    >
      {children}
    </div>
  )
}

/** A list page: toolbar, table and foot fill the sheet, the table scrolls. */
export function PageFlush({ children, className }: BodyProps) {
  return <div className={cn('flex min-h-0 flex-1 flex-col', className)}>{children}</div>
}

/** Sections edge to edge, which scroll together. */
export function PageScroll({ label, children }: ScrollRegionProps) {
  return (
    <ScrollRegion label={label} className="flex min-h-0 flex-1 flex-col phone:overflow-visible">
      {children}
    </ScrollRegion>
  )
}

type ColumnsProps = { readonly children: ReactNode; readonly rail: ReactNode; readonly className?: string }

/** Main column and rail, 32 px apart; the rail goes below on narrow desks. */
export function Columns({ children, rail, className }: ColumnsProps) {
  return (
    <div
      className={cn(
        'grid grid-cols-[minmax(0,1fr)_var(--rail)] items-start gap-8 stacked:grid-cols-[minmax(0,1fr)] phone:gap-6',
        className,
      )}
    >
      <div className="min-w-0">{children}</div>
      <div className="min-w-0">{rail}</div>
    </div>
  )
}

/** The same, divided by a hairline over the whole height: for pages whose rail scrolls with them. */
export function SplitColumns({ children, rail, className }: ColumnsProps) {
  return (
    <div
      className={cn(
        'grid min-h-full grid-cols-[minmax(0,1fr)_24.5rem] stacked:grid-cols-[minmax(0,1fr)] [&>*]:min-w-0 [&>*]:px-(--gutter) [&>*]:py-6 phone:[&>*]:px-4',
        className,
      )}
    >
      <div>{children}</div>
      <div className="border-l border-line stacked:border-t stacked:border-l-0">{rail}</div>
    </div>
  )
}

/** Find, filters; what acts on the list stands at the right end, after a Grow. */
export function Toolbar({ children, className }: BodyProps) {
  return (
    <div
      className={cn(
        'flex flex-none items-center gap-2 overflow-x-auto border-b border-line py-2.5 pr-4 pl-(--gutter) phone:px-4',
        className,
      )}
    >
      {children}
    </div>
  )
}

/** Takes what is left of a line, so that what follows stands at its end. */
export function Grow() {
  return <span className="min-w-0 flex-1 phone:hidden" />
}

/** Counts and totals over the whole filtered result, paging at the end. */
export function PageFoot({ children, paging }: { readonly children: ReactNode; readonly paging?: ReactNode }) {
  return (
    <footer className="mt-auto flex min-h-11 flex-none items-center gap-4 border-t border-line pr-4 pl-(--gutter) text-ink-3 [&_b]:text-ink [&_b]:tabular-nums phone:flex-wrap phone:gap-y-1 phone:px-4 phone:py-2">
      {children}
      {paging ? <span className="ml-auto flex items-center gap-4">{paging}</span> : null}
    </footer>
  )
}

/** A drawer beside a list: an entry of a log, a call. Full width below the list on phones. */
export function Drawer({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <aside
      aria-label={label}
      className="flex min-h-0 w-108 flex-none flex-col overflow-auto border-l border-line phone:w-auto phone:border-l-0 stacked:w-88"
    >
      {children}
    </aside>
  )
}
