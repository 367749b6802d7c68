'use client'

import { useEffect, useState } from 'react'
import { parts, type Part } from '#components/profiles/profile-fields.ts'
import { cn } from '#components/ui/cn.ts'

type PartsNavProps = { readonly shown: readonly Part[]; readonly changed: ReadonlySet<Part> }

/** The parts of the form, with a dot where something was changed. */
export function PartsNav({ shown, changed }: PartsNavProps) {
  const current = usePartInView(shown)
  return (
    <nav
      aria-label="Parts of the profile"
      className="w-46 flex-none overflow-y-auto border-r border-line px-3 py-5 stacked:hidden"
    >
      <ul className="grid gap-0.5">
        {shown.map((part) => (
          <li key={part}>
            <a
              href={`#${part}`}
              aria-current={part === current ? 'true' : undefined}
              className={cn(
                'flex h-(--nav-item) items-center gap-2 rounded-2 px-3 text-ink-2 hover:bg-hover',
                part === current && 'bg-mute-soft font-medium text-ink',
              )}
            >
              <span className="flex-1">{parts[part]}</span>
              {changed.has(part) ? (
                <span className="size-1.5 rounded-full bg-accent">
                  <span className="sr-only">changed</span>
                </span>
              ) : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** The part that is read: the topmost one in view. */
function usePartInView(shown: readonly Part[]): Part | null {
  const [current, setCurrent] = useState<Part | null>(shown[0] ?? null)
  useEffect(() => {
    const inView = new Set<string>()
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) inView.add(entry.target.id)
        else inView.delete(entry.target.id)
      }
      const first = shown.find((part) => inView.has(part))
      if (first) setCurrent(first)
    })
    for (const part of shown) {
      const element = document.getElementById(part)
      if (element) observer.observe(element)
    }
    return () => observer.disconnect()
  }, [shown])
  return current
}
