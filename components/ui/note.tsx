import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconProps } from '#components/ui/icon.tsx'

const tones = {
  none: { ground: 'border-line bg-sunken', icon: 'text-ink-3', name: 'info' },
  ok: { ground: 'border-ok-line bg-ok-soft', icon: 'text-ok-ink', name: 'check' },
  warn: { ground: 'border-warn-line bg-warn-soft', icon: 'text-warn-ink', name: 'alert' },
  bad: { ground: 'border-bad-line bg-bad-soft', icon: 'text-bad-ink', name: 'alert' },
  accent: { ground: 'border-accent-line bg-accent-soft', icon: 'text-accent-ink', name: 'info' },
  quar: { ground: 'border-quar-line bg-quar-soft', icon: 'text-quar-ink', name: 'halt' },
} as const

export type NoteProps = {
  readonly tone?: keyof typeof tones
  readonly icon?: IconProps['name']
  /** What is, in bold. */
  readonly title?: ReactNode
  /** Then what follows from it, or what to do. */
  readonly children?: ReactNode
  /** One button at the right. */
  readonly action?: ReactNode
  readonly role?: 'status' | 'alert' | 'note'
  readonly className?: string
}

/** A strip in the place it is about. */
export function Note({ tone = 'none', icon, title, children, action, role, className }: NoteProps) {
  const look = tones[tone]
  return (
    <div
      role={role}
      className={cn('flex items-start gap-2.5 rounded-2 border px-3 py-2.5 phone:flex-wrap', look.ground, className)}
    >
      <Icon name={icon ?? look.name} className={cn('mt-0.5', look.icon)} />
      <div className="min-w-0 flex-1 self-center">
        {title ? <b>{title}</b> : null}
        {title && children ? ' ' : null}
        {children ? <span className="text-ink-2">{children}</span> : null}
      </div>
      {action ? (
        <div className="flex flex-none items-center gap-2 self-center phone:basis-full phone:pl-[26px]">{action}</div>
      ) : null}
    </div>
  )
}

/** The same, with the title on a line of its own: for the foot of a panel. */
export function Verdict({ tone = 'none', icon, title, children }: Omit<NoteProps, 'action' | 'className'>) {
  const look = tones[tone]
  return (
    <div className={cn('grid grid-cols-[16px_1fr] gap-x-2.5 rounded-2 border px-3 py-2.5', look.ground)} role="status">
      <Icon name={icon ?? look.name} className={cn('mt-0.5', look.icon)} />
      <div>
        <p className="font-medium">{title}</p>
        {children ? <p className="text-ink-2">{children}</p> : null}
      </div>
    </div>
  )
}
