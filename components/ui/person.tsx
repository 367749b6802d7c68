import type { CSSProperties } from 'react'
import { cn } from '#components/ui/cn.ts'

/** Two letters: of a person's first and last name, or of a group's name. */
export function initialsOf(name: string, kind: 'person' | 'group' = 'person'): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const first = words[0] ?? '?'
  const last = words.length > 1 ? words[words.length - 1] : undefined
  if (kind === 'person') return `${first.charAt(0)}${last?.charAt(0) ?? ''}`.toUpperCase()
  return `${first.charAt(0).toUpperCase()}${last?.charAt(0).toLowerCase() ?? ''}`
}

/** One hue a name, the same on every page and on every visit. */
export function hueOf(name: string): number {
  let hash = 0
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360
  return hash
}

type AvatarProps = { readonly name: string; readonly kind?: 'person' | 'group'; readonly className?: string }

/** Decoration beside a name: round for people, square for teams. */
export function Avatar({ name, kind = 'person', className }: AvatarProps) {
  return (
    <span
      aria-hidden
      style={{ '--h': hueOf(name) } as CSSProperties}
      className={cn(
        'inline-grid size-[1.375rem] flex-none place-items-center text-[0.5625rem] leading-none font-semibold tracking-[0.02em]',
        kind === 'person'
          ? 'rounded-full bg-[oklch(0.92_0.035_var(--h))] text-[oklch(0.36_0.07_var(--h))] dark:bg-[oklch(0.34_0.04_var(--h))] dark:text-[oklch(0.88_0.05_var(--h))]'
          : 'rounded-1 bg-mute-soft text-ink-2',
        className,
      )}
    >
      {initialsOf(name, kind)}
    </span>
  )
}

type PersonProps = AvatarProps & { readonly mail?: string }

/** A person or a team in a row: full name; the mail only where two share a name. */
export function Person({ name, kind, mail, className }: PersonProps) {
  return (
    <span className={cn('inline-flex min-w-0 items-center gap-[7px] align-middle', className)}>
      <Avatar name={name} kind={kind} />
      <span className="min-w-0 truncate">
        {name}
        {mail ? <small className="ml-1.5 text-ink-3">{mail}</small> : null}
      </span>
    </span>
  )
}
