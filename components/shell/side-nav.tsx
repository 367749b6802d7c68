'use client'

import NextLink from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { currentHref, type NavigationGroup } from '#components/shell/navigation.ts'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'

type SideNavProps = { readonly groups: readonly NavigationGroup[]; readonly onGo?: () => void }

/** The groups of pages. The chosen one stands on a thumb of its own. */
export function SideNav({ groups, onGo }: SideNavProps) {
  const current = currentHref(groups, usePathname(), useSearchParams().toString())
  return (
    <nav aria-label="Pages" className="-mx-1 grid min-h-0 flex-1 content-start gap-4 overflow-auto px-1 pt-1 pb-1">
      {groups.map((group) => (
        <div key={group.title ?? ''}>
          {group.title ? (
            <h2 className="px-2 pb-1 text-2xs font-medium tracking-(--track-wide) text-ink-3 slim:sr-only">
              {group.title}
            </h2>
          ) : null}
          <ul className="grid gap-px">
            {group.items.map((item) => {
              const on = item.href === current
              return (
                <li key={item.href}>
                  <NextLink
                    prefetch={false}
                    href={item.href}
                    onClick={onGo}
                    aria-current={on ? 'page' : undefined}
                    title={item.label}
                    className={cn(
                      'flex h-(--nav-item) items-center gap-2 rounded-2 px-2 text-ink-2 slim:justify-center slim:px-0',
                      on
                        ? 'bg-surface font-medium text-ink shadow-[0_0_0_1px_var(--line),var(--shadow-1)] [&_svg]:text-accent-ink'
                        : 'hover:bg-hover hover:text-ink [&_svg]:text-ink-3',
                    )}
                  >
                    <Icon name={item.icon} />
                    <span className="flex-1 truncate slim:sr-only">{item.label}</span>
                    {item.count ? (
                      <span className="rounded-full bg-press px-[5px] text-2xs font-medium text-ink-3 tabular-nums slim:sr-only">
                        {item.count}
                      </span>
                    ) : null}
                  </NextLink>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </nav>
  )
}
